"""The plan of one treatment: what is sent on its own, what another text of the same treatment says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduler.domain import localtime
from scheduler.domain.conditions import Moment, holds
from scheduler.domain.due import Candidate, announced, has_something_to_say, open_plan, opener_at
from scheduler.domain.fewer import is_needed
from scheduler.domain.message import Content, Part
from scheduler.domain.overlap import leg_to_name, merged_phase, seen_with
from scheduler.domain.pattern import candidates, pattern_of
from scheduler.domain.phases import Course
from scheduler.domain.protocol import Fold
from scheduler.domain.room import fit
from scheduler.domain.standing import Standing

#: a daily message due this soon after a plan that opens late would only repeat its first text
SOON = timedelta(hours=3)


class Unsent(NamedTuple):
    """A message that is not sent on its own, and why.

    `past-send-by`; `folded` or `said-elsewhere` (in `into`, a text of the episode `decided_by`); `superseded`
    by what that episode makes of its rule; `nothing-to-say`; `fewer-texts`: the patient wants no more than
    those that nobody should do without.
    """

    key: str
    label: str
    due_at: datetime
    reason: str
    into: str = ""
    episode: int = 0
    decided_by: int = 0
    message: str = ""
    send_by: datetime | None = None
    timezone: str = ""
    folds: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """What it says in the text that carries it: on its own day."""
        return Content(self.message, self.folds, False, localtime.local_date(self.timezone, self.due_at))


class Slot(NamedTuple):
    """A message with its place in the plan. `nominal` is when it would be due if nothing moved it (UTC)."""

    course: Course
    candidate: Candidate
    nominal: datetime
    guests: tuple[tuple[int, str], ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    slots: tuple[Slot, ...]
    unsent: tuple[Unsent, ...]


def plan_alone(standing: Standing, others: Sequence[Course]) -> Plan:
    """What one treatment sends, knowing what the patient's others make of its rules."""
    course = standing.course
    to_come = candidates(course, standing.gone)
    possible = (c for c in to_come if standing.may_plan(c) and not _was_said(standing, c))
    wanted = [_as_moved(standing, c) for c in possible]
    first_moment = course.hours.next_moment(max(standing.since, course.treatment.enrolled_at))
    unsent, in_time = [], []
    for candidate in wanted:
        decider = _superseded_by(course, others, candidate, first_moment) if others else None
        if decider is not None:
            unsent.append(_unsent(course, candidate, "superseded", decided_by=decider))
        elif max(candidate.due_at, first_moment) >= candidate.send_by:
            unsent.append(_unsent(course, candidate, "past-send-by"))
        else:
            in_time.append(candidate)
    opener = _opener(standing, in_time)
    if not standing.opened and (opener is None or opener.message != course.protocol.welcome):
        unsent.insert(0, _missed_welcome(course))
    slots, beside = _around_opener(standing, opener, in_time, first_moment)
    slots, silent = _with_something_to_say(slots, others)
    slots, spared = _without_spared(slots, others) if course.treatment.fewer else (slots, [])
    slots, folded = _fold_same_day(slots, others)
    return Plan(tuple(slots), (*unsent, *beside, *silent, *spared, *folded))


def _was_said(standing: Standing, candidate: Candidate) -> bool:
    """Whether a first text that went stood for it, so that it was not planned beside that."""
    if standing.said is None or candidate.critical or candidate.key in standing.planned:
        return False
    return is_repeated_by(standing.course, standing.said, candidate)


def _as_moved(standing: Standing, candidate: Candidate) -> Candidate:
    """At the time that a person chose, as long as it may leave then and has something to say."""
    moved_to, course = standing.moved.get(candidate.key), standing.course
    if moved_to is None or moved_to >= candidate.send_by:
        return candidate
    moved = candidate._replace(due_at=moved_to, day=course.treatment.day_of(moved_to))
    if moved_to < (announced(course, moved.message) or moved_to):
        return candidate
    says = candidate.critical or has_something_to_say(course, course.protocol.messages[moved.message], moved)
    return moved._replace(day=candidate.day) if says else candidate


def _superseded_by(
    course: Course, others: Sequence[Course], candidate: Candidate, first_moment: datetime
) -> int | None:
    """The episode that moves the end which this message announces; never of a critical one."""
    at = course.protocol.messages[candidate.message].at
    phase = course.phases.get(at.last_day_of or at.end_of or "")
    if candidate.critical or phase is None or phase.ends_at is None:
        return None
    merged = merged_phase(course, others, phase, max(candidate.due_at, first_moment))
    return merged.decided_by if merged.decided_by != phase.decided_by else None


def _opener(standing: Standing, in_time: list[Candidate]) -> Candidate | None:
    course, opening = standing.course, standing.opening
    since = max(standing.since, course.treatment.enrolled_at)
    if opening:
        return opener_at(course, in_time, since, opening.message, opening.key)
    if standing.opened:
        return None
    return open_plan(course, in_time, since, welcome=standing.may_welcome)


def _missed_welcome(course: Course) -> Unsent:
    protocol, treatment = course.protocol, course.treatment
    label = protocol.messages[protocol.welcome].label
    return Unsent(protocol.welcome, label, treatment.treated_at, "past-send-by", episode=treatment.episode)


def _around_opener(
    standing: Standing, opener: Candidate | None, in_time: Iterable[Candidate], first_moment: datetime
) -> tuple[list[Slot], list[Unsent]]:
    """The first text says what is true now: what would only repeat it is not sent beside it."""
    course = standing.course
    slots: list[Slot] = []
    unsent: list[Unsent] = []
    for candidate in in_time:
        by_person = candidate.due_at == standing.moved.get(candidate.key)
        if opener and _belongs_into(course, opener, candidate):
            opener = opener._replace(folds=(*opener.folds, candidate.message))
            unsent.append(_unsent(course, candidate, "folded", opener.key))
        elif opener and not by_person and is_repeated_by(course, opener, candidate):
            unsent.append(_unsent(course, candidate, "said-elsewhere", opener.key))
        else:
            earliest = opener.due_at if opener and not candidate.critical else first_moment
            placed = candidate._replace(due_at=earliest) if candidate.due_at < earliest else candidate
            slots.append(Slot(course, placed, candidate.due_at, (), by_person))
    if opener:
        slots.insert(0, Slot(course, opener, opener.due_at))
    return slots, unsent


def _belongs_into(course: Course, opener: Candidate, candidate: Candidate) -> bool:
    """Whether it asks to be part of a welcome that leaves shortly before it or after it."""
    fold = course.protocol.messages[candidate.message].fold
    if opener.kind != "welcome" or fold is None or fold.into != "welcome":
        return False
    return candidate.due_at - opener.due_at < _within(fold)


def _within(fold: Fold) -> timedelta:
    return fold.within.elapsed if fold.within else timedelta()


def is_repeated_by(course: Course, opener: Candidate, candidate: Candidate) -> bool:
    """Whether the first text says the same: what holds on that day, or what began with the end of a phase.

    That a restriction ended is said by nothing else, and so it is sent as long as it may be.
    """
    ahead = candidate.due_at - opener.due_at
    if candidate.kind == "daily":
        soon = ahead < (SOON if opener.kind != "welcome" or opener.day > 0 else timedelta())
        return soon and (opener.kind != "correction" or _says_all(course, opener, candidate))
    begins = course.protocol.messages[candidate.message].at.end_of is not None
    return candidate.kind == "phase-end" and begins and ahead < timedelta()


def _says_all(course: Course, opener: Candidate, candidate: Candidate) -> bool:
    """Whether a correction says all that the other must say: it tells of dates, and not of signs."""
    protocol = course.protocol
    message, correction = protocol.messages[candidate.message], protocol.messages.get(opener.message)
    if correction is None:
        return False
    said = {protocol.lines[name].sms for name in correction.lines}
    moment = Moment(candidate.due_at, candidate.day)
    lines = [protocol.lines[name] for name in message.lines if name not in message.if_room]
    return all(line.service or line.sms in said or not holds(line.when, course, moment) for line in lines)


def _with_something_to_say(
    slots: Iterable[Slot], others: Sequence[Course]
) -> tuple[list[Slot], list[Unsent]]:
    """Without those to which another treatment, or the time that has passed, leaves nothing to say."""
    kept: list[Slot] = []
    unsent: list[Unsent] = []
    for slot in slots:
        c = slot.candidate
        as_planned = c.due_at == slot.nominal and not others
        if as_planned or c.critical or c.opens:
            kept.append(slot)
            continue
        seen = seen_with(slot.course, others, c.due_at)
        if has_something_to_say(seen, slot.course.protocol.messages[c.message], c):
            kept.append(slot)
        elif others:
            decider = max(others, key=lambda other: other.treatment.treated_at).treatment.episode
            unsent.append(_unsent(slot.course, c, "superseded", decided_by=decider))
        else:
            unsent.append(_unsent(slot.course, c, "nothing-to-say"))
    return kept, unsent


def _without_spared(slots: Iterable[Slot], others: Sequence[Course]) -> tuple[list[Slot], list[Unsent]]:
    """Without those that the patient can do without. What a person chose a time for goes."""
    kept: list[Slot] = []
    unsent: list[Unsent] = []
    for slot in slots:
        if slot.by_person or is_needed(slot.course, others, slot.candidate):
            kept.append(slot)
        else:
            unsent.append(_unsent(slot.course, slot.candidate, "fewer-texts"))
    return kept, unsent


def _fold_same_day(slots: list[Slot], others: Sequence[Course]) -> tuple[list[Slot], list[Unsent]]:
    """Put a message that asks for it into the last other one of its day that has room; never a critical."""
    folded: list[Unsent] = []
    for guest in slots:
        course, c = guest.course, guest.candidate
        fold = course.protocol.messages[c.message].fold
        if fold is None or fold.into != "same-day":
            continue
        day = course.treatment.day_of(c.due_at)
        hosts = [s for s in slots if s is not guest and _may_carry(s, day)]
        if not hosts:
            continue
        host = max(hosts, key=lambda s: s.candidate.due_at)
        carrying = host.candidate._replace(folds=(*host.candidate.folds, c.message))
        last = not any(course.treatment.day_of(s.candidate.due_at) > day for s in slots)
        if not _has_room(course, carrying, others, last=last):
            continue
        slots = [s._replace(candidate=carrying) if s is host else s for s in slots if s is not guest]
        folded.append(_unsent(course, c, "folded", host.candidate.key))
    return slots, folded


def _has_room(course: Course, carrying: Candidate, others: Sequence[Course], *, last: bool) -> bool:
    pattern = None if others else pattern_of(course)
    if pattern is None:
        return _fits(course, carrying, others, last=last)
    asked = (carrying.message, carrying.folds, last, carrying.due_at - course.treatment.treated_at)
    if asked not in pattern.rooms:
        pattern.rooms[asked] = _fits(course, carrying, others, last=last)
    return pattern.rooms[asked]


def _fits(course: Course, carrying: Candidate, others: Sequence[Course], *, last: bool) -> bool:
    at = carrying.due_at
    content = Content(carrying.message, carrying.folds, last, localtime.local_date(course.zone, at))
    return fit([Part(seen_with(course, others, at), content, leg_to_name(course, others, at))], at)


def _may_carry(slot: Slot, day: int) -> bool:
    return slot.candidate.kind in ("daily", "phase-end") and (
        slot.course.treatment.day_of(slot.candidate.due_at) == day
    )


def _unsent(
    course: Course, c: Candidate, reason: str, into: str = "", decided_by: int | None = None
) -> Unsent:
    episode = course.treatment.episode
    decided_by = episode if decided_by is None else decided_by
    return Unsent(
        c.key, c.label, c.due_at, reason, into, episode, decided_by, c.message, c.send_by, course.zone,
        c.folds,
    )  # fmt: skip
