"""The steps of a new plan in words, for those who decide whether it is done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from scheduler.dates import day, moment
from scheduler.domain.diff import Effect, Step
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.stored import Stored
from scheduler.domain.timeline import PlannedReminder, Timeline
from scheduler.plans.texts import Reworded

AFTER = {
    Effect.VANISHES: gettext_lazy("not sent"),
    Effect.SUPERSEDED: gettext_lazy("not sent"),
    Effect.FOLDED: gettext_lazy("part of another text"),
}
#: the codes of a reminder's reason: why it is not sent on its own, or stands where it does
WHY_NOT: Final = {
    "past-send-by": gettext_lazy("its time has passed"),
    "said-elsewhere": gettext_lazy("another text says what still holds of it"),
    "folded": gettext_lazy("another text says it"),
    "superseded": gettext_lazy("another treatment decides"),
    "nothing-to-say": gettext_lazy("nothing of what it says holds then"),
    "fewer-texts": gettext_lazy("fewer texts are wanted"),
    "plan-changed": gettext_lazy("it has no place in the plan any more"),
    "episode-cancelled": gettext_lazy("the plan is cancelled"),
    "other-treatment": gettext_lazy("another treatment decides"),
    "paused": gettext_lazy("the plan was paused"),
    "by-person": gettext_lazy("somebody decided so"),
    "opted-out": gettext_lazy("the patient stopped it"),
    "outside-hours": gettext_lazy("waits for sending hours"),
    "queued": gettext_lazy("waits for its turn among the clinic's texts"),
    "changed": gettext_lazy("the plan was changed meanwhile"),
    "unwritable": gettext_lazy("its text cannot be written"),
    "no-address": gettext_lazy("there is no address for it"),
    "no-sender": gettext_lazy("the clinic has no number to send from"),
    "no-provider": gettext_lazy("no provider is set up for it"),
    "not-ours": gettext_lazy("another worker took it over"),
    "half-the-lease-gone": gettext_lazy("the worker was too slow and gave it back"),
    "worker-stopped": gettext_lazy("the worker stopped and gave it back"),
    "lease-expired": gettext_lazy("a worker stopped while sending it"),
    "not-posted": gettext_lazy("the provider could not be reached"),
    "no-clear-answer": gettext_lazy("the provider gave no clear answer"),
    "outbox": gettext_lazy("it is in the outbox"),
    "temporary": gettext_lazy("the provider asks to try again later"),
    "configuration": gettext_lazy("the provider does not accept this clinic's settings"),
    "refused-address": gettext_lazy("the number or address does not work"),
    "refused-text": gettext_lazy("the provider refused the text"),
    "refused-expired": gettext_lazy("it waited too long at the provider"),
    "refused-inconclusive": gettext_lazy("the provider does not say whether it arrived"),
    "refused-in-doubt": gettext_lazy("the provider does not say whether it was taken"),
    "refused-unknown": gettext_lazy("the provider refused it, for a reason that is not known"),
    "not-found": gettext_lazy("the provider does not have it"),
    "unclear-list": gettext_lazy("the provider has some of several alike, and nobody can say which"),
    "taken-after-all": gettext_lazy("the provider had it all along"),
    "sent-again": gettext_lazy("somebody had it sent again"),
    "told-by-phone": gettext_lazy("somebody told the patient by phone"),
    "let-go": gettext_lazy("somebody decided that it need not be said"),
}
#: a treatment by its day, and by its leg where that is known
NAMED: Final = {
    "": gettext_noop("the treatment of %(day)s"),
    "left": gettext_noop("the treatment of %(day)s, left leg"),
    "right": gettext_noop("the treatment of %(day)s, right leg"),
}
OPENS = {
    "correction": gettext_lazy("the patient was told dates that are not right any more"),
    "catch-up": gettext_lazy("it says what holds now, in place of what was not sent"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that changes, in words; `before` or `after` is empty where there is nothing."""

    what: str
    before: str
    after: str
    why: str = ""

    def __str__(self) -> str:
        said = f"{self.what}: {self.before or _('none')} -> {self.after or _('none')}"
        return f"{said} ({self.why})" if self.why else said


@dataclass(frozen=True)
class Wording:
    """`courses` are the patient's as they were and will be, by their episodes; `timeline` is the new plan.

    `this` is the episode that whoever reads it is at work on, and that needs no other name.
    """

    courses: Mapping[int, Course]
    timeline: Timeline
    this: int | None = None
    #: the courses as they were: what the new plan does not have any more has its name from there
    before: Mapping[int, Course] = field(default_factory=dict)

    def lines(self, steps: Iterable[Step]) -> Iterator[Line]:
        """In the order of their times."""
        for step in in_order(steps):
            before = moment(step.row.timezone, step.before) if step.row and step.before else ""
            after = str(AFTER.get(step.effect, "")) or (
                moment(step.planned.timezone, time_of(step)) if step.planned else ""
            )
            yield Line(self.label(step), before, after, self.why(step))

    def of_row(self, row: Stored) -> str:
        """What staff call a reminder; where the patient has several treatments, which one it is of."""
        course = self.courses[row.episode]
        if row.message not in course.protocol.messages:
            course = self.before.get(row.episode, course)
        return self.of_treatment(label_in(course, row.message, row.due_at), row.episode)

    def treatment(self, episode: int) -> str:
        return _("this treatment") if episode == self.this else named(self.courses[episode])

    def label(self, step: Step) -> str:
        if step.row and not step.planned and not step.unsent and step.episode in self.courses:
            return self.of_row(step.row)
        return self.of_treatment(step.label, step.episode)

    def of_planned(self, planned: PlannedReminder) -> str:
        return self.of_treatment(planned.label, planned.episode)

    def of_reworded(self, one: Reworded) -> Line:
        """The time stays; what it says anew is told, or that it says less."""
        when = moment(one.planned.timezone, one.planned.due_at)
        why = (
            _("it now says: %(says)s") % {"says": " ".join(one.says)}
            if one.says
            else _("it says less than before")
        )
        return Line(self.of_planned(one.planned), when, when, why)

    def of_treatment(self, label: str, episode: int) -> str:
        several = len(self.courses.keys() - {self.this}) > 1 and episode in self.courses
        return (
            _("%(label)s of %(treatment)s") % {"label": label, "treatment": self.treatment(episode)}
            if several
            else label
        )

    def why(self, step: Step) -> str:
        if step.effect is Effect.VANISHES:
            return self._why_not(step)
        if step.effect is Effect.FOLDED:
            return self._host(step)
        if step.effect is Effect.SUPERSEDED:
            return self._decider(step)
        assert step.planned
        if step.planned.kind in OPENS:
            return str(OPENS[step.planned.kind])
        returns = [_("it goes after all")] if step.effect is Effect.RETURNS else []
        return "; ".join(
            [*returns, *_clock(step), *(_content(step) if step.effect is Effect.CHANGES else ())]
        )

    def _why_not(self, step: Step) -> str:
        if (
            step.reason == "said-elsewhere"
            and step.decided_by != step.episode
            and step.decided_by in self.courses
        ):
            return _("a text of %(treatment)s says what still holds of it") % {
                "treatment": self.treatment(step.decided_by)
            }
        return str(WHY_NOT.get(step.reason, step.reason))

    def _host(self, step: Step) -> str:
        hosts = (p for p in self.timeline.reminders if (p.episode, p.key) == (step.decided_by, step.into))
        host = next(hosts, None)
        return (
            _("said by: %(label)s, %(moment)s")
            % {"label": host.label, "moment": moment(host.timezone, host.due_at)}
            if host
            else str(WHY_NOT["folded"])
        )

    def _decider(self, step: Step) -> str:
        """Until when the other treatment extends the rule whose end it would announce."""
        course, decider = (
            self.courses[step.episode],
            _("%(treatment)s decides") % {"treatment": self.treatment(step.decided_by)},
        )
        message = course.protocol.messages.get(step.unsent.message) if step.unsent else None
        phase = course.phases.get((message.at.last_day_of or message.at.end_of or "") if message else "")
        if phase is None:
            return decider
        end = said_end(course, merged_phase(course, self.timeline.others_of(step.episode), phase))
        return _("%(decider)s, until %(end)s") % {"decider": decider, "end": end} if end else decider


def named(course: Course) -> str:
    """The treatment of Fri 20 Nov, left leg."""
    treatment = course.treatment
    told = {"day": day(treatment.day_zero)}
    return _(NAMED.get(treatment.site, NAMED[""])) % told


def label_in(course: Course, message: str, due_at: datetime) -> str:
    """The label of a message that is due then, as staff read it; its id where the protocol has it no more."""
    known = course.protocol.messages.get(message)
    return known.label.replace("{day}", str(course.treatment.day_of(due_at))) if known else message


def said_end(course: Course, phase: Phase) -> str:
    """Fri 4 Dec; with the hour where it does not hold through the end of that day."""
    if phase.ends_at is None or phase.last_date is None:
        return ""
    return day(phase.last_date) if phase.ends_with_day else moment(course.zone, phase.ends_at)


def in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=time_of)


def time_of(step: Step) -> datetime:
    """When it will be due, or was where it is gone."""
    time = step.after or step.before
    assert time
    return time


def _clock(step: Step) -> Iterator[str]:
    if step.row and step.planned and step.row.timezone != step.planned.timezone:
        yield _("on the clock of %(timezone)s") % {"timezone": step.planned.timezone}


def _content(step: Step) -> Iterator[str]:
    """What changes in a reminder that goes when it did."""
    row, planned = step.row, step.planned
    assert row
    assert planned
    if row.last != planned.last:
        yield _("it is now the last one") if planned.last else _("it is not the last one any more")
    if (row.message, row.folds) != (planned.message, planned.folds):
        yield _("it says other things")
    if row.send_by != planned.send_by:
        yield _("it may leave until %(moment)s") % {"moment": moment(planned.timezone, planned.send_by)}
