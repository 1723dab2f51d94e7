"""The timeline of a treatment: which rules hold when, which reminders are due when, what is not sent and why.

`timeline_of` is pure. The preview, the stored plan, the patient's page and the simulation come from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from scheduler.domain import localtime
from scheduler.domain.due import APART, Candidate, candidates, open_plan
from scheduler.domain.message import Content
from scheduler.domain.phases import Course, Phase, Treatment, course_of
from scheduler.domain.protocol import Fold, Protocol

#: a daily message due this soon after a plan that opens late would only repeat its first text
SOON = timedelta(hours=3)

__all__ = ["Phase", "PlannedReminder", "Timeline", "Treatment", "Unsent", "timeline_of"]


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


def timeline_of(protocol: Protocol, treatment: Treatment) -> Timeline:
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
    spaced = _space(course, kept)
    reminders = [_planned(course, candidate) for candidate in spaced]
    reminders[-1] = replace(reminders[-1], last=True)
    return Timeline(course, tuple(reminders), (*late, *unsent, *folded))


def _missed_welcome(course: Course) -> Unsent:
    message = course.protocol.messages[course.protocol.welcome]
    return Unsent(course.protocol.welcome, message.label, course.treatment.treated_at, "past-send-by")


def _around_opener(
    course: Course, opener: Candidate, in_time: list[Candidate]
) -> tuple[list[Candidate], list[Unsent]]:
    """The first text says what is true now: what would only repeat it is not sent beside it."""
    kept, unsent = [], []
    first_moment = course.hours.next_moment(course.treatment.enrolled_at)
    for candidate in in_time:
        if _belongs_into(course, opener, candidate):
            opener = replace(opener, folds=(*opener.folds, candidate.message))
            unsent.append(_not_alone(candidate, "folded", opener))
        elif _is_repeated_by(course, opener, candidate):
            unsent.append(_not_alone(candidate, "said-elsewhere", opener))
        else:
            earliest = first_moment if candidate.critical else opener.due_at
            kept.append(replace(candidate, due_at=max(candidate.due_at, earliest)))
    return [opener, *kept], unsent


def _belongs_into(course: Course, opener: Candidate, candidate: Candidate) -> bool:
    """Whether it asks to be part of a welcome that leaves shortly before it or after it."""
    fold = course.protocol.messages[candidate.message].fold
    if opener.message != course.protocol.welcome or fold is None or fold.into != "welcome":
        return False
    return candidate.due_at - opener.due_at < _within(fold)


def _is_repeated_by(course: Course, opener: Candidate, candidate: Candidate) -> bool:
    """Whether the first text says the same: what holds on that day, or what began with the end of a phase.

    That a restriction ended is said by nothing else, and so it is sent as long as it may be.
    """
    ahead = candidate.due_at - opener.due_at
    if candidate.kind == "daily":
        return ahead < (SOON if opener.day > 0 else timedelta())
    begins = course.protocol.messages[candidate.message].at.end_of is not None
    return candidate.kind == "phase-end" and begins and ahead < timedelta()


def _not_alone(candidate: Candidate, reason: str, into: Candidate) -> Unsent:
    return Unsent(candidate.key, candidate.label, candidate.due_at, reason, into.key)


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
        folded.append(_not_alone(guest, "folded", host))
    return kept, folded


def _space(course: Course, kept: list[Candidate]) -> Iterator[Candidate]:
    """In the order in which they are due, critical ones first. Texts of one minute follow each other.

    One for which the day has no room goes to the next, if it may leave so late; else they leave together.
    """
    waiting = [(c.due_at, not c.critical, number, c) for number, c in enumerate(kept)]
    heapify(waiting)
    previous: datetime | None = None
    while waiting:
        due_at, _, number, candidate = heappop(waiting)
        if previous is not None and due_at <= previous:
            later = course.hours.next_moment(previous + APART)
            if later < candidate.send_by:
                heappush(waiting, (later, not candidate.critical, number, replace(candidate, due_at=later)))
                continue
            candidate = replace(candidate, due_at=previous)
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
