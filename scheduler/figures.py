"""What became of a clinic's messages: counted by the hour and the day, within parts of indexes.

Sets speak SQL here: statuses and marks stand in the text, since a partial index is not used for parameters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from django.db import connection

from scheduler.domain import localtime
from scheduler.domain.status import Status
from scheduler.models import Clinic
from scheduler.sets import stamp

HOUR, LONG_AGO = timedelta(hours=1), datetime(1970, 1, 1, tzinfo=UTC)
# The join is written so that SQLite goes through the parts one after the other.
WENT = """
    WITH part(n, begins, ends) AS (VALUES PARTS)
    SELECT part.n, r.status, COUNT(*) FROM part CROSS JOIN scheduler_reminder r
    WHERE r.clinic_id = %s AND r.due_at >= part.begins AND r.due_at < part.ends
    AND r.status IN ('sent', 'delivered', 'undelivered', 'in_doubt', 'failed', 'handled', 'dropped')
    GROUP BY part.n, r.status
"""
# Asked for each part by itself: over a join SQLite would first read everything that waits.
AHEAD = """(
    SELECT COUNT(*) FROM scheduler_reminder r
    WHERE r.clinic_id = %s AND r.status = 'scheduled' AND {queued} AND r.critical = {critical}
    AND r.try_at >= part.begins AND r.try_at < part.ends
)"""
#: one for each of the indexes of what waits, so that each is used up to the time
AHEAD_ONES = [
    AHEAD.format(queued=queued, critical=critical)
    for queued in ("r.queued", "NOT r.queued")
    for critical in ("TRUE", "FALSE")
]
WAITS = f"WITH part(n, begins, ends) AS (VALUES PARTS) SELECT part.n, {' + '.join(AHEAD_ONES)} FROM part"  # noqa: S608
SEGMENTS = """
    SELECT COALESCE(SUM(segments), 0) FROM scheduler_attempt
    WHERE clinic_id = %s AND created_at >= %s AND created_at < %s
    AND channel = 'sms' AND status IN ('sent', 'delivered', 'undelivered')
"""
#: of messages that a provider took for the first time
LATENESS = """
    SELECT SECONDS FROM scheduler_attempt a JOIN scheduler_reminder r ON r.id = a.reminder_id
    JOIN scheduler_episode p ON p.id = r.episode_id AND r.due_at > p.enrolled_at
    WHERE a.clinic_id = %s AND a.created_at >= %s AND a.created_at < %s AND a.recorded_at IS NOT NULL
    AND a.status IN ('sent', 'delivered', 'undelivered')
    AND NOT EXISTS (
        SELECT 1 FROM scheduler_attempt e WHERE e.reminder_id = a.reminder_id
        AND e.created_at < a.created_at AND e.status IN ('sent', 'delivered', 'undelivered')
    )
"""
SECONDS = {
    "sqlite": "(julianday(a.recorded_at) - julianday(r.due_at)) * 86400",
    "postgresql": "EXTRACT(EPOCH FROM a.recorded_at - r.due_at)",
}


class Part(NamedTuple):
    """A stretch of time that is counted by itself; `wall` is when it begins on the clinic's clock."""

    wall: datetime
    begins: datetime
    ends: datetime


@dataclass
class Count:
    """Of the messages that were due in a part: a failure counts whether or not a person dealt with it."""

    part: Part
    delivered: int = 0
    #: taken, and nothing more is known
    sent: int = 0
    #: failed, did not arrive, or may not have
    failed: int = 0
    #: still to go
    ahead: int = 0

    @property
    def total(self) -> int:
        return self.delivered + self.sent + self.failed + self.ahead


@dataclass(frozen=True)
class Lateness:
    """Seconds from when a message was due until the provider had it."""

    median: float
    worst: float


def hours_of(clinic: Clinic, day: date) -> list[Part]:
    """The hours of a date on the clinic's clock: 23 or 25 where that changes."""
    begins, end = _bounds(clinic, day)
    starts = [begins + HOUR * number for number in range((end - begins) // HOUR)]
    return _parts(clinic, [*starts, end])


def days_until(clinic: Clinic, day: date, number: int) -> list[Part]:
    """So many dates on the clinic's clock, the last one given."""
    first = day - timedelta(days=number - 1)
    dates = (first + timedelta(days=one) for one in range(number + 1))
    return _parts(clinic, [localtime.start_of_day(clinic.timezone, one) for one in dates])


def _parts(clinic: Clinic, starts: Sequence[datetime]) -> list[Part]:
    return [Part(localtime.to_wall(clinic.timezone, begins), begins, end) for begins, end in pairwise(starts)]


def _bounds(clinic: Clinic, day: date) -> tuple[datetime, datetime]:
    zone = clinic.timezone
    return localtime.start_of_day(zone, day), localtime.start_of_day(zone, day + timedelta(days=1))


def count(clinic: Clinic, parts: Sequence[Part], now: datetime | None = None) -> list[Count]:
    """What became of the messages due in each part; with `now` also those that are still to go.

    What should have gone and waits stands in the part that `now` lies in. One query, with `now` two.
    """
    counts = [Count(part) for part in parts]
    for number, status, found in _rows(WENT, clinic, enumerate(parts), times=1):
        group = {Status.DELIVERED: "delivered", Status.SENT: "sent"}.get(status, "failed")
        setattr(counts[number], group, getattr(counts[number], group) + found)
    if now is not None:
        ahead = [(number, part) for number, part in enumerate(parts) if part.ends > now]
        waits = [(n, part._replace(begins=LONG_AGO) if part.begins <= now else part) for n, part in ahead]
        for number, found in _rows(WAITS, clinic, waits, times=len(AHEAD_ONES)) if waits else ():
            counts[number].ahead += found
    return counts


def _rows(sql: str, clinic: Clinic, parts: Iterable[tuple[int, Part]], times: int) -> list[Any]:
    bounds = [value for n, part in parts for value in (n, stamp(part.begins), stamp(part.ends))]
    marks = ", ".join(["(%s, %s, %s)"] * (len(bounds) // 3))
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("PARTS", marks), [*bounds, *[clinic.pk] * times])
        return list(cursor.fetchall())


def segments_of(clinic: Clinic, day: date) -> int:
    """SMS segments that a provider took on a date."""
    with connection.cursor() as cursor:
        cursor.execute(SEGMENTS, [clinic.pk, *map(stamp, _bounds(clinic, day))])
        return int(cursor.fetchone()[0])


def lateness_of(clinic: Clinic, day: date) -> Lateness | None:
    """Of the messages that left on a date, but for those that left on enrolling; None where none did.

    An enrolment is kept to the minute: what is due with it was not late by the seconds of that minute.
    """
    with connection.cursor() as cursor:
        sql = LATENESS.replace("SECONDS", SECONDS[connection.vendor])
        cursor.execute(sql, [clinic.pk, *map(stamp, _bounds(clinic, day))])
        seconds = [max(float(late), 0.0) for (late,) in cursor.fetchall()]
    return Lateness(median(seconds), max(seconds)) if seconds else None
