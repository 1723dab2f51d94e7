"""Texts of several treatments of one patient: one a day where that is possible, and never two at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush

from scheduler.domain import localtime
from scheduler.domain.conditions import Moment, holds
from scheduler.domain.due import APART
from scheduler.domain.message import Content, Part
from scheduler.domain.overlap import leg_to_name, legs_meet, seen_with
from scheduler.domain.phases import Course
from scheduler.domain.plan import Slot, Unsent, is_repeated_by
from scheduler.domain.room import fit


def fold_together(slots: Sequence[Slot], courses: Sequence[Course]) -> tuple[list[Slot], list[Unsent]]:
    """Put what an earlier treatment says into a text of a later one, where it fits and stays true.

    What does not fit goes by itself. A critical text carries nothing and is never carried.
    """
    if len(courses) < 2:
        return list(slots), []
    kept, unsent = list(slots), list[Unsent]()
    by_name = {_name(slot): slot for slot in slots}
    # The newest treatment's texts carry; so its elder is asked first, then the one before that.
    for guest in sorted(slots, key=_age, reverse=True):
        if guest.candidate.critical or guest.candidate.opens or guest.by_person:
            continue
        if guest.course.treatment.paused:
            continue
        if opener := _opener_that_says_it(guest, kept):
            kept.remove(guest)
            unsent.append(_not_alone(guest, "said-elsewhere", opener))
        elif host := _host(guest, kept, by_name, courses):
            guests = (*host.guests, _name(guest))
            kept = [s._replace(guests=guests) if s is host else s for s in kept if s is not guest]
            unsent.append(_not_alone(guest, "folded", host))
    return kept, unsent


def _opener_that_says_it(guest: Slot, slots: Sequence[Slot]) -> Slot | None:
    """The first text of another treatment that says what was overdue when it was planned."""
    overdue = guest.candidate._replace(due_at=guest.nominal)
    for slot in slots:
        opener, meets = slot.candidate, legs_meet(slot.course.treatment.site, guest.course.treatment.site)
        if slot.course is guest.course or not opener.opens or not meets or guest.nominal >= opener.due_at:
            continue
        if slot.course.treatment.paused:
            continue
        if is_repeated_by(guest.course, opener, overdue):
            return slot
    return None


def _host(
    guest: Slot, slots: Sequence[Slot], by_name: Mapping[tuple[int, str], Slot], courses: Sequence[Course]
) -> Slot | None:
    """The text of a later treatment that carries it."""
    last = not any(_date(slot) > _date(guest) for slot in _staying(slots))
    for host in _hosts(guest, slots):
        if _carries(host, guest, by_name, courses, last=last):
            return host
    return None


def _staying(slots: Sequence[Slot]) -> Iterator[Slot]:
    """Those that no other text will carry; a later one that is carried itself leaves this one the last."""
    newest = max(map(_age, slots))
    return (s for s in slots if _age(s) == newest or s.candidate.critical or s.candidate.opens or s.by_person)


def _hosts(guest: Slot, slots: Sequence[Slot]) -> list[Slot]:
    """Texts of later treatments on the same day, the nearest first."""
    day = _date(guest)
    found = [
        slot
        for slot in slots
        if _age(slot) > _age(guest)
        and not slot.candidate.critical
        and not slot.by_person
        and not slot.course.treatment.paused
        and _date(slot) == day
    ]
    return sorted(found, key=lambda slot: abs(slot.candidate.due_at - guest.candidate.due_at))


def _age(slot: Slot) -> tuple[datetime, int]:
    return slot.course.treatment.treated_at, slot.course.treatment.episode


def _date(slot: Slot) -> date:
    return localtime.local_date(slot.course.zone, slot.candidate.due_at)


def _name(slot: Slot) -> tuple[int, str]:
    return slot.course.treatment.episode, slot.candidate.key


def _carries(
    host: Slot, guest: Slot, by_name: Mapping[tuple[int, str], Slot], courses: Sequence[Course], *, last: bool
) -> bool:
    """Whether the guest's lines hold when the host is due as they do when it is due itself, and fit.

    `last`: the host may become the plan's last text, and will say so.
    """
    at = host.candidate.due_at
    if _lines(guest, guest.candidate.due_at, courses) != _lines(guest, at, courses):
        return False
    together = [host, *(by_name[name] for name in host.guests), guest]
    return fit([part_of(slot, courses, at, last=last) for slot in together], at)


def _lines(slot: Slot, at: datetime, courses: Sequence[Course]) -> frozenset[str]:
    """The lines that it says at that moment."""
    part = part_of(slot, courses, at)
    protocol, content = part.course.protocol, part.content
    moment = Moment(at, (content.due_date - part.course.treatment.day_zero).days)
    names = {name for m in (content.message, *content.folds) for name in protocol.messages[m].lines}
    return frozenset(name for name in names if holds(protocol.lines[name].when, part.course, moment))


def part_of(slot: Slot, courses: Sequence[Course], at: datetime, *, last: bool = False) -> Part:
    others = [course for course in courses if course is not slot.course]
    due_date = localtime.to_wall(slot.course.zone, slot.candidate.due_at).date()
    content = Content(slot.candidate.message, slot.candidate.folds, last, due_date)
    return Part(seen_with(slot.course, others, at), content, leg_to_name(slot.course, others, at))


def _not_alone(slot: Slot, reason: str, into: Slot) -> Unsent:
    c = slot.candidate
    episode, decided_by = slot.course.treatment.episode, into.course.treatment.episode
    return Unsent(
        c.key, c.label, c.due_at, reason, into.candidate.key, episode, decided_by, c.message, c.send_by,
        slot.course.zone, c.folds,
    )  # fmt: skip


def space(slots: Sequence[Slot], went: Sequence[tuple[Course, datetime]] = ()) -> Iterator[Slot]:
    """In the order in which they are due, critical ones first. Texts of one minute follow each other.

    One for which the day has no room goes to the next, if it may leave so late; else they leave together.
    `went` is when the last text of each treatment left: those of the others keep their distance from it too.
    """
    apart = [_away_from(went, slot) for slot in slots] if went else slots
    waiting = [(s.candidate.due_at, not s.candidate.critical, number, s) for number, s in enumerate(apart)]
    heapify(waiting)
    previous: Slot | None = None
    while waiting:
        due_at, _, number, slot = heappop(waiting)
        if previous is not None and due_at - previous.candidate.due_at < _distance(previous, slot):
            later = slot.course.hours.next_moment(previous.candidate.due_at + APART)
            if later < slot.candidate.send_by and not slot.by_person:
                heappush(waiting, (later, not slot.candidate.critical, number, _due(slot, later)))
                continue
            slot = _due(slot, max(due_at, previous.candidate.due_at))
        previous = slot
        yield slot


def _away_from(went: Sequence[tuple[Course, datetime]], slot: Slot) -> Slot:
    """Half an hour after what another treatment sent, unless it cannot wait or a person chose its time."""
    c = slot.candidate
    if c.critical or c.opens or slot.by_person:
        return slot
    treatment = slot.course.treatment
    others = [at for course, at in went if course.treatment.episode != treatment.episode]
    last = max((at for at in others if at <= c.due_at), default=None)
    if last is None or c.due_at - last >= APART:
        return slot
    later = slot.course.hours.next_moment(last + APART)
    return _due(slot, later) if later < c.send_by else slot


def _distance(previous: Slot, slot: Slot) -> timedelta:
    """Texts of one treatment never share a minute; those of two have half an hour between them."""
    return timedelta(microseconds=1) if slot.course is previous.course else APART


def _due(slot: Slot, due_at: datetime) -> Slot:
    return slot._replace(candidate=slot.candidate._replace(due_at=due_at))
