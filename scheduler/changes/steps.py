"""The steps of a diff in words, for those who decide whether it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.changes.facts import Line, moment
from scheduler.changes.loaded import label_in
from scheduler.domain import localtime
from scheduler.domain.diff import Diff, Effect, Step
from scheduler.domain.overlap import LEGS, merged_phase
from scheduler.domain.phases import Course
from scheduler.domain.stored import Stored
from scheduler.domain.timeline import Timeline

AFTER = {Effect.VANISHES: "not sent", Effect.SUPERSEDED: "not sent", Effect.FOLDED: "part of another text"}
VANISHES = {
    "past-send-by": "its time has passed",
    "said-elsewhere": "another text says what still holds of it",
    "folded": "another text says it",
    "superseded": "another treatment decides",
    "nothing-to-say": "nothing of what it says holds then",
    "plan-changed": "it has no place in the plan any more",
    "episode-cancelled": "the plan is cancelled",
}
OPENS = {
    "correction": "the patient was told dates that are not right any more",
    "catch-up": "it says what holds now, in place of what was not sent",
}


@dataclass(frozen=True)
class Wording:
    """`courses` are the patient's as they were and will be, by their episodes; `timeline` is the new plan."""

    courses: Mapping[int, Course]
    timeline: Timeline

    def lines(self, diff: Diff) -> Iterator[Line]:
        """In the order of their times."""
        for step in sorted(diff.steps, key=_time):
            before = moment(step.row.timezone, step.before) if step.row and step.before else ""
            after = AFTER.get(step.effect) or (
                moment(step.planned.timezone, _time(step)) if step.planned else ""
            )
            yield Line(self._label(step), before, after, self._why(step))

    def of_row(self, row: Stored) -> str:
        """What staff call a reminder; where the patient has several treatments, which one it is of."""
        return self._of_treatment(label_in(self.courses[row.episode], row.message, row.due_at), row.episode)

    def treatment(self, episode: int) -> str:
        """Treatment of Fri 20 Nov, left leg."""
        treatment = self.courses[episode].treatment
        leg = f", {LEGS[treatment.site].lower()}" if treatment.site in LEGS else ""
        return f"treatment of {localtime.short_date(treatment.day_zero)}{leg}"

    def _label(self, step: Step) -> str:
        if step.row and not step.planned and not step.unsent and step.episode in self.courses:
            return self.of_row(step.row)
        return self._of_treatment(step.label, step.episode)

    def _of_treatment(self, label: str, episode: int) -> str:
        several = len(self.courses) > 1 and episode in self.courses
        return f"{label} ({self.treatment(episode)})" if several else label

    def _why(self, step: Step) -> str:
        if step.effect is Effect.VANISHES:
            return VANISHES.get(step.reason, step.reason)
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

    def _host(self, step: Step) -> str:
        hosts = (p for p in self.timeline.reminders if (p.episode, p.key) == (step.decided_by, step.into))
        host = next(hosts, None)
        return (
            f"said by: {host.label}, {moment(host.timezone, host.due_at)}" if host else "another text says it"
        )

    def _decider(self, step: Step) -> str:
        """Until when the other treatment extends the rule whose end it would announce."""
        course, others = self.courses[step.episode], self.timeline.others_of(step.episode)
        decider = f"the {self.treatment(step.decided_by)} decides"
        at = course.protocol.messages[step.unsent.message].at if step.unsent else None
        phase = course.phases.get((at.last_day_of or at.end_of or "") if at else "")
        last = merged_phase(course, others, phase).last_date if phase else None
        return f"{decider}, until {localtime.short_date(last)}" if last else decider


def _time(step: Step) -> datetime:
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
