"""Whether this machine's clock is right. With a wrong one texts would leave at the wrong time, and leases
would seem to be over that are not."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import structlog
from django.db import connection

from scheduler.alarms import Kind, alarm, clear

log = structlog.get_logger(__name__)

#: what the clocks of a worker and of the database may differ by
MOST = timedelta(seconds=2)
#: how often the alarm is repeated while they do
AGAIN = timedelta(seconds=30)


class ClocksDiffer(RuntimeError):
    """Nothing that depends on the time is done until they agree again."""


def database_now() -> datetime | None:
    """The database's clock, UTC; None for SQLite, which has that of this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


def nothing_to_compare() -> None:
    """For a clock that is not the machine's."""


def offset() -> float:
    """Seconds between the time of day and a clock that nobody sets."""
    return time.time() - time.monotonic()


class Jumps:
    """Whether somebody set the time of day since then: a timetable would miss its times."""

    def __init__(self) -> None:
        self._offset = offset()

    def happened(self) -> bool:
        return abs(offset() - self._offset) > MOST.total_seconds()


class Clocks:
    """This worker's clock, compared with the database's whenever one of the worker's threads reads it."""

    def __init__(
        self, worker: str, ours: Callable[[], datetime], theirs: Callable[[], datetime | None]
    ) -> None:
        self._worker, self._ours, self._theirs = worker, ours, theirs
        self._lock = Lock()
        #: by the database's clock
        self._told_at: datetime | None = None

    def now(self) -> datetime:
        """Raises ClocksDiffer, and sees to it that people hear of it."""
        ours, theirs = self._ours(), self._theirs()
        with self._lock:
            if theirs is None or abs(ours - theirs) <= MOST:
                self._agree(ours)
                return ours
            difference = f"{(ours - theirs).total_seconds():+.1f} s"
            self._differ(difference, theirs)
        raise ClocksDiffer(difference)

    def _agree(self, now: datetime) -> None:
        if self._told_at is not None:
            self._told_at = None
            clear(Kind.CLOCK, now=now)
            log.info("clocks agree again", worker=self._worker)

    def _differ(self, difference: str, theirs: datetime) -> None:
        if self._told_at is None or theirs - self._told_at >= AGAIN:
            self._told_at = theirs
            log.error("clocks differ, nothing is claimed", worker=self._worker, difference=difference)
            alarm(Kind.CLOCK, now=theirs, detail=f"{self._worker}: {difference}")
