"""The steps of a new plan in words, for those who decide whether it is done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scheduler.domain import localtime
from scheduler.domain.diff import Effect, Step
from scheduler.domain.overlap import LEGS, merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.stored import Stored
from scheduler.domain.timeline import PlannedReminder, Timeline
from scheduler.plans.texts import Reworded

AFTER = {Effect.VANISHES: "not sent", Effect.SUPERSEDED: "not sent", Effect.FOLDED: "part of another text"}
#: the codes of a reminder's reason: why it is not sent on its own, or stands where it does
WHY_NOT: Final[dict[str, str]] = {
    "past-send-by": "its time has passed",
    "said-elsewhere": "another text says what still holds of it",
    "folded": "another text says it",
    "superseded": "another treatment decides",
    "nothing-to-say": "nothing of what it says holds then",
    "plan-changed": "it has no place in the plan any more",
    "episode-cancelled": "the plan is cancelled",
    "other-treatment": "another treatment decides",
    "paused": "the plan was paused",
    "by-person": "somebody decided so",
    "opted-out": "the patient stopped it",
    "outside-hours": "waits for sending hours",
    "queued": "waits for its turn among the clinic's texts",
    "changed": "the plan was changed meanwhile",
    "unwritable": "its text cannot be written",
    "no-address": "there is no address for it",
    "no-sender": "the clinic has no number to send from",
    "no-provider": "no provider is set up for it",
    "not-ours": "another worker took it over",
    "half-the-lease-gone": "the worker was too slow and gave it back",
    "worker-stopped": "the worker stopped and gave it back",
    "lease-expired": "a worker stopped while sending it",
    "not-posted": "the provider could not be reached",
    "no-clear-answer": "the provider gave no clear answer",
    "outbox": "it is in the outbox",
    "temporary": "the provider asks to try again later",
    "configuration": "the provider does not accept this clinic's settings",
    "refused-address": "the provider refused the address",
    "refused-text": "the provider refused the text",
    "refused-expired": "it waited too long at the provider",
    "refused-inconclusive": "the provider does not say whether it arrived",
    "refused-in-doubt": "the provider does not say whether it was taken",
    "refused-unknown": "the provider refused it, for a reason that is not known",
    "not-found": "the provider does not have it",
    "unclear-list": "the provider has some of several alike, and nobody can say which",
    "taken-after-all": "the provider had it all along",
    "sent-again": "somebody had it sent again",
    "told-by-phone": "somebody told the patient by phone",
    "let-go": "somebody decided that it need not be said",
}
OPENS = {
    "correction": "the patient was told dates that are not right any more",
    "catch-up": "it says what holds now, in place of what was not sent",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that changes, in words; `before` or `after` is empty where there is nothing."""

    what: str
    before: str
    after: str
    why: str = ""

    def __str__(self) -> str:
        said = f"{self.what}: {self.before or 'none'} -> {self.after or 'none'}"
        return f"{said} ({self.why})" if self.why else said


@dataclass(frozen=True)
class Wording:
    """`courses` are the patient's as they were and will be, by their episodes; `timeline` is the new plan.

    `this` is the episode that whoever reads it is at work on, and that needs no other name.
    """

    courses: Mapping[int, Course]
    timeline: Timeline
    this: int | None = None

    def lines(self, steps: Iterable[Step]) -> Iterator[Line]:
        """In the order of their times."""
        for step in in_order(steps):
            before = moment(step.row.timezone, step.before) if step.row and step.before else ""
            after = AFTER.get(step.effect) or (
                moment(step.planned.timezone, time_of(step)) if step.planned else ""
            )
            yield Line(self.label(step), before, after, self.why(step))

    def of_row(self, row: Stored) -> str:
        """What staff call a reminder; where the patient has several treatments, which one it is of."""
        return self._of_treatment(label_in(self.courses[row.episode], row.message, row.due_at), row.episode)

    def treatment(self, episode: int) -> str:
        return "this treatment" if episode == self.this else named(self.courses[episode])

    def label(self, step: Step) -> str:
        if step.row and not step.planned and not step.unsent and step.episode in self.courses:
            return self.of_row(step.row)
        return self._of_treatment(step.label, step.episode)

    def of_planned(self, planned: PlannedReminder) -> str:
        return self._of_treatment(planned.label, planned.episode)

    def of_reworded(self, one: Reworded) -> Line:
        """The time stays; what it says anew is told, or that it says less."""
        when = moment(one.planned.timezone, one.planned.due_at)
        why = f"it now says: {' '.join(one.says)}" if one.says else "it says less than before"
        return Line(self.of_planned(one.planned), when, when, why)

    def _of_treatment(self, label: str, episode: int) -> str:
        several = len(self.courses.keys() - {self.this}) > 1 and episode in self.courses
        return f"{label} of {self.treatment(episode)}" if several else label

    def why(self, step: Step) -> str:
        if step.effect is Effect.VANISHES:
            return self._why_not(step)
        if step.effect is Effect.FOLDED:
            return self._host(step)
        if step.effect is Effect.SUPERSEDED:
            return self._decider(step)
        assert step.planned
        if step.planned.kind in OPENS:
            return OPENS[step.planned.kind]
        returns = ["it goes after all"] if step.effect is Effect.RETURNS else []
        return "; ".join(
            [*returns, *_clock(step), *(_content(step) if step.effect is Effect.CHANGES else ())]
        )

    def _why_not(self, step: Step) -> str:
        if (
            step.reason == "said-elsewhere"
            and step.decided_by != step.episode
            and step.decided_by in self.courses
        ):
            return f"a text of {self.treatment(step.decided_by)} says what still holds of it"
        return WHY_NOT.get(step.reason, step.reason)

    def _host(self, step: Step) -> str:
        hosts = (p for p in self.timeline.reminders if (p.episode, p.key) == (step.decided_by, step.into))
        host = next(hosts, None)
        return f"said by: {host.label}, {moment(host.timezone, host.due_at)}" if host else WHY_NOT["folded"]

    def _decider(self, step: Step) -> str:
        """Until when the other treatment extends the rule whose end it would announce."""
        course, decider = self.courses[step.episode], f"{self.treatment(step.decided_by)} decides"
        message = course.protocol.messages.get(step.unsent.message) if step.unsent else None
        phase = course.phases.get((message.at.last_day_of or message.at.end_of or "") if message else "")
        if phase is None:
            return decider
        end = said_end(course, merged_phase(course, self.timeline.others_of(step.episode), phase))
        return f"{decider}, until {end}" if end else decider


def named(course: Course) -> str:
    """The treatment of Fri 20 Nov, left leg."""
    treatment = course.treatment
    leg = f", {LEGS[treatment.site].lower()}" if treatment.site in LEGS else ""
    return f"the treatment of {localtime.short_date(treatment.day_zero)}{leg}"


def label_in(course: Course, message: str, due_at: datetime) -> str:
    """The label of a message that is due then, as staff read it; its id where the protocol has it no more."""
    known = course.protocol.messages.get(message)
    return known.label.replace("{day}", str(course.treatment.day_of(due_at))) if known else message


def said_end(course: Course, phase: Phase) -> str:
    """Fri 4 Dec; with the hour where it does not hold through the end of that day."""
    if phase.ends_at is None or phase.last_date is None:
        return ""
    return (
        localtime.short_date(phase.last_date) if phase.ends_with_day else moment(course.zone, phase.ends_at)
    )


def moment(zone: str, instant: datetime) -> str:
    """Thu 26 Nov, 09:00, on the clock of the zone."""
    wall = localtime.to_wall(zone, instant)
    return f"{localtime.short_date(wall.date())}, {localtime.clock(wall)}"


def in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=time_of)


def time_of(step: Step) -> datetime:
    """When it will be due, or was where it is gone."""
    time = step.after or step.before
    assert time
    return time


def _clock(step: Step) -> Iterator[str]:
    if step.row and step.planned and step.row.timezone != step.planned.timezone:
        yield f"on the clock of {step.planned.timezone}"


def _content(step: Step) -> Iterator[str]:
    """What changes in a reminder that goes when it did."""
    row, planned = step.row, step.planned
    assert row
    assert planned
    if row.last != planned.last:
        yield "it is now the last one" if planned.last else "it is not the last one any more"
    if (row.message, row.folds) != (planned.message, planned.folds):
        yield "it says other things"
    if row.send_by != planned.send_by:
        yield f"it may leave until {moment(planned.timezone, planned.send_by)}"
