"""The timeline of a treatment: which rules hold when, which reminders are due when, what is not sent and why.

`build_timeline` is pure. The preview, the stored plan, the patient's page and the simulation come from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain import localtime
from scheduler.domain.due import APART, Candidate, candidates, open_plan
from scheduler.domain.message import Content
from scheduler.domain.phases import Course, Phase, Treatment, course_of
from scheduler.domain.protocol import Fold, Protocol

#: a daily message due this soon after a plan that opens late would only repeat its first text
SOON = timedelta(hours=3)

__all__ = ["Phase", "PlannedReminder", "Timeline", "Treatment", "Unsent", "build_timeline"]


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A message planned for one patient. Instants are UTC; `due_local` is the wall clock of its zone."""

    key: str
    message: str
    label: str
    kind: str
    day: int
    due_at: datetime
    due_local: datetime
    send_by: datetime
    critical: bool
    any_hour: bool = False
    last: bool = False
    folds: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        return Content(self.message, self.folds, self.last, self.due_local.date())


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is not sent on its own: `past-send-by`, `folded` or `said-elsewhere` (in `into`)."""

    key: str
    label: str
    due_at: datetime
    reason: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The phases, the reminders in the order in which they are due, and what is not sent on its own."""

    course: Course
    reminders: tuple[PlannedReminder, ...]
    unsent: tuple[Unsent, ...]

    @property
    def treatment(self) -> Treatment:
        return self.course.treatment

    @property
    def phases(self) -> tuple[Phase, ...]:
        return tuple(self.course.phases.values())


def build_timeline(protocol: Protocol, treatment: Treatment) -> Timeline:
    """Plan one treatment. Raises KeyError for an answer that the protocol does not offer: check first."""
    course = course_of(protocol, treatment)
    wanted = candidates(course)
    first_moment = course.hours.next_moment(treatment.enrolled_at)
    in_time = [c for c in wanted if max(c.due_at, first_moment) < c.send_by]
    late = [Unsent(c.key, c.label, c.due_at, "past-send-by") for c in wanted if c not in in_time]
    opener = open_plan(course, in_time)
    if opener is None or opener.message != protocol.welcome:
        late.insert(0, _missed_welcome(course))
    if opener is None:
        return Timeline(course, (), tuple(late))
    kept, unsent = _around_opener(course, opener, in_time)
    kept, folded = _fold_same_day(course, kept)
    spaced = _space(course, sorted(kept, key=lambda c: (c.due_at, not c.critical)))
    reminders = [_planned(course, candidate) for candidate in spaced]
    reminders[-1] = replace(reminders[-1], last=True)
    return Timeline(course, tuple(reminders), (*late, *unsent, *folded))


def _missed_welcome(course: Course) -> Unsent:
    message = course.protocol.messages[course.protocol.welcome]
    return Unsent(course.protocol.welcome, message.label, course.treatment.treated_at, "past-send-by")


def _around_opener(
    course: Course, opener: Candidate, in_time: list[Candidate]
) -> tuple[list[Candidate], list[Unsent]]:
    """The first text says what is true now: what would only repeat it is not sent. Critical ones are."""
    kept, unsent = [], []
    first_moment = course.hours.next_moment(course.treatment.enrolled_at)
    catches_up = opener.message == course.protocol.catch_up
    for candidate in in_time:
        message = course.protocol.messages[candidate.message]
        ahead = candidate.due_at - opener.due_at
        if candidate.critical:
            kept.append(replace(candidate, due_at=max(candidate.due_at, first_moment)))
        elif (
            not catches_up
            and message.fold
            and message.fold.into == "welcome"
            and ahead < _within(message.fold)
        ):
            opener = replace(opener, folds=(*opener.folds, candidate.message))
            unsent.append(Unsent(candidate.key, candidate.label, candidate.due_at, "folded", opener.key))
        elif ahead < (SOON if opener.day > 0 and message.kind == "daily" else timedelta()):
            unsent.append(
                Unsent(candidate.key, candidate.label, candidate.due_at, "said-elsewhere", opener.key)
            )
        else:
            kept.append(candidate)
    return [opener, *kept], unsent


def _within(fold: Fold) -> timedelta:
    return fold.within.elapsed if fold.within else timedelta()


def _fold_same_day(course: Course, kept: list[Candidate]) -> tuple[list[Candidate], list[Unsent]]:
    """Put a message that asks for it into the last other one of its day, but never into a critical one."""
    folded: list[Unsent] = []
    for guest in kept:
        fold = course.protocol.messages[guest.message].fold
        if fold is None or fold.into != "same-day":
            continue
        hosts = [
            c
            for c in kept
            if c.day == guest.day
            and c.message != guest.message
            and course.protocol.messages[c.message].kind in ("daily", "phase-end")
        ]
        if not hosts:
            continue
        host = max(hosts, key=lambda c: c.due_at)
        carrying = replace(host, folds=(*host.folds, guest.message))
        kept = [carrying if c is host else c for c in kept if c is not guest]
        folded.append(Unsent(guest.key, guest.label, guest.due_at, "folded", host.key))
    return kept, folded


def _space(course: Course, ordered: list[Candidate]) -> Iterator[Candidate]:
    """Texts due at the same minute follow each other at a distance; where the day has no room, together."""
    previous: datetime | None = None
    for candidate in ordered:
        if previous is not None and candidate.due_at <= previous:
            room = min(course.hours.closing(previous), candidate.send_by)
            later = previous + APART
            candidate = replace(candidate, due_at=later if later < room else previous)
        previous = candidate.due_at
        yield candidate


def _planned(course: Course, c: Candidate) -> PlannedReminder:
    return PlannedReminder(
        key=c.key,
        message=c.message,
        label=c.label,
        kind=c.kind,
        day=course.treatment.day_of(c.due_at),
        due_at=c.due_at,
        due_local=localtime.to_wall(course.zone, c.due_at),
        send_by=c.send_by,
        critical=c.critical,
        any_hour=c.any_hour,
        folds=c.folds,
    )
