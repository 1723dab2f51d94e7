"""The timeline of a patient: which rules hold when, which reminders are due when, what is not sent and why.

`build_timeline` is pure. The preview, the stored plan, the patient's page and the simulation come from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from scheduler.domain import localtime
from scheduler.domain.message import Content, Part
from scheduler.domain.overlap import joined, leg_to_name, merged_phase, seen_with
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Phase, Treatment
from scheduler.domain.plan import Slot, Unsent, plan_alone
from scheduler.domain.protocol import Protocol
from scheduler.domain.standing import Standing, first
from scheduler.domain.together import fold_together, space

__all__ = ["Phase", "PlannedReminder", "Timeline", "Treatment", "Unsent", "build_timeline", "timeline_of"]


class PlannedReminder(NamedTuple):
    """A message planned for one patient. Instants are UTC; `due_local` is the wall clock of its zone.

    `folds` are messages of its own treatment that it carries, `guests` reminders of other treatments, each by
    its episode and its key.
    """

    key: str
    message: str
    label: str
    kind: str
    day: int
    due_at: datetime
    due_local: datetime
    timezone: str
    send_by: datetime
    critical: bool
    any_hour: bool = False
    last: bool = False
    folds: tuple[str, ...] = ()
    episode: int = 0
    guests: tuple[tuple[int, str], ...] = ()

    @property
    def content(self) -> Content:
        return Content(self.message, self.folds, self.last, self.due_local.date())


@dataclass(frozen=True, slots=True)
class Timeline:
    """The treatments, the reminders in the order in which they are due, and what is not sent on its own."""

    courses: tuple[Course, ...]
    reminders: tuple[PlannedReminder, ...]
    unsent: tuple[Unsent, ...]

    @property
    def course(self) -> Course:
        """The newest treatment's; the only one's, mostly."""
        return self.courses[-1]

    @property
    def treatment(self) -> Treatment:
        return self.course.treatment

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The newest treatment's rules, each with the end that the deciding treatment gives it."""
        others = self.courses[:-1]
        return tuple(merged_phase(self.course, others, phase) for phase in self.course.phases.values())

    def others_of(self, episode: int) -> tuple[Course, ...]:
        return tuple(course for course in self.courses if course.treatment.episode != episode)

    def parts(self, planned: PlannedReminder) -> list[Part]:
        """What each treatment says in the text of a reminder, when that is due: for `render_together`."""
        carried = {(unsent.episode, unsent.key): unsent for unsent in self.unsent}
        return [
            self._part(planned.episode, planned.content, planned.due_at),
            *(self._part(name[0], carried[name].content, planned.due_at) for name in planned.guests),
        ]

    def _part(self, episode: int, content: Content, at: datetime) -> Part:
        course = next(course for course in self.courses if course.treatment.episode == episode)
        others = self.others_of(episode)
        return Part(seen_with(course, others, at), content, leg_to_name(course, others, at))


def timeline_of(protocol: Protocol, treatment: Treatment) -> Timeline:
    """One treatment by itself. Raises KeyError for an answer that the protocol does not offer."""
    return _alone(_Alike(protocol, treatment))


class _Alike:
    """All that the timeline depends on, as a key. A protocol is itself, and not one that is equal to it."""

    __slots__ = ("protocol", "treatment")

    def __init__(self, protocol: Protocol, treatment: Treatment) -> None:
        self.protocol, self.treatment = protocol, treatment

    def __hash__(self) -> int:
        return hash((id(self.protocol), self.treatment.treated_at, self.treatment.enrolled_at))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Alike)
            and self.protocol is other.protocol
            and self.treatment == other.treatment
        )


@lru_cache(maxsize=1024)
def _alone(alike: _Alike) -> Timeline:
    # Who is enrolled together was often treated at the same minute of one day, which has no more than these.
    return build_timeline([first(course_of(alike.protocol, alike.treatment))])


def build_timeline(standings: Sequence[Standing]) -> Timeline:
    """Plan all running treatments of one patient together.

    Where restrictions overlap the later end wins: what announces an earlier one is superseded, and texts of a
    day become one. What went before a standing's `since` stays as it is.
    """
    newest_last = sorted(standings, key=lambda s: (s.course.treatment.treated_at, s.course.treatment.episode))
    given = tuple(standing.course for standing in newest_last)
    courses = joined(given)
    standings = [
        s if s.course is c else replace(s, course=c) for s, c in zip(newest_last, courses, strict=True)
    ]
    plans = [plan_alone(s, [c for c in courses if c is not s.course]) for s in standings]
    slots, folded = fold_together([slot for plan in plans for slot in plan.slots], courses)
    went = [(s.course, s.went_at) for s in standings if s.went_at]
    reminders = [_planned(slot) for slot in space(slots, went)]
    if reminders:
        reminders[-1] = reminders[-1]._replace(last=True)
    unsent = [unsent for plan in plans for unsent in plan.unsent]
    return Timeline(given, tuple(reminders), (*unsent, *folded))


def _planned(slot: Slot) -> PlannedReminder:
    c, treatment = slot.candidate, slot.course.treatment
    due_local = localtime.to_wall(treatment.timezone, c.due_at)
    return PlannedReminder(
        key=c.key,
        message=c.message,
        label=c.label,
        kind=c.kind,
        day=(due_local.date() - treatment.day_zero).days,
        due_at=c.due_at,
        due_local=due_local,
        timezone=treatment.timezone,
        send_by=c.send_by,
        critical=c.critical,
        any_hour=c.any_hour,
        folds=c.folds,
        episode=treatment.episode,
        guests=slot.guests,
    )
