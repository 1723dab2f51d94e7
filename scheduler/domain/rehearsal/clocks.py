"""When the clocks of a zone change: found by looking at its clock, for no table of ours would stay right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain import localtime

DAY, WEEK, SECOND = timedelta(days=1), timedelta(weeks=1), timedelta(seconds=1)
#: how far ahead a change is looked for, and how many weeks back a stretch without one
AHEAD, WEEKS = timedelta(days=400), 104


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At the instant `at` (UTC) the clock jumps from the wall time `before` to `after`."""

    zone: str
    at: datetime
    before: datetime
    after: datetime

    @property
    def forward(self) -> bool:
        return self.after > self.before

    @property
    def date(self) -> date:
        """The local date on which it jumps."""
        return self.before.date()


def next_changes(zone: str, now: datetime) -> tuple[ClockChange, ...]:
    """The next change forward and the next one back, in their order; none where the clock never changes."""
    found: dict[bool, ClockChange] = {}
    for change in changes_between(zone, now, now + AHEAD):
        found.setdefault(change.forward, change)
    return tuple(sorted(found.values(), key=lambda change: change.at))


def changes_between(zone: str, start: datetime, end: datetime) -> Iterator[ClockChange]:
    """All of them from one instant to another. Raises UnknownZone."""
    start = start.replace(microsecond=0)
    while start < end:
        if _offset(zone, start) != _offset(zone, start + DAY):
            at = _jump(zone, start, start + DAY)
            before = localtime.to_wall(zone, at - SECOND) + SECOND
            yield ClockChange(zone, at, before, localtime.to_wall(zone, at))
        start += DAY


def _offset(zone: str, instant: datetime) -> timedelta:
    return localtime.to_wall(zone, instant) - instant.replace(tzinfo=None)


def _jump(zone: str, early: datetime, late: datetime) -> datetime:
    """The first second with the later offset, by halving."""
    while late - early > SECOND:
        middle = early + timedelta(seconds=(late - early).total_seconds() // 2)
        same = _offset(zone, middle) == _offset(zone, early)
        early, late = (middle, late) if same else (early, middle)
    return late


def quiet_weeks(zone: str, first: date, last: date) -> int | None:
    """How many weeks earlier no clock changes from `first` to `last`; None where there is no such stretch."""
    for weeks in range(WEEKS):
        start, end = (localtime.start_of_day(zone, day - weeks * WEEK) for day in (first, last + DAY))
        if not any(changes_between(zone, start, end)):
            return weeks
    return None
