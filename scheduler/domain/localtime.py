"""The only place where wall time and instants meet.

Wall time is a naive datetime beside the name of an IANA zone; instants are aware and in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.tz import datetime_exists

from scheduler.domain.sentences import gettext as _

MINUTE = timedelta(minutes=1)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class UnknownZone(ValueError):
    """A name that the IANA time zone database does not have."""


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        sentence = _("%(name)s is not a time zone; a time zone looks like Europe/London")
        raise UnknownZone(sentence % {"name": repr(name)}) from unknown


def check_zone(name: str) -> str:
    """Return the name; raise UnknownZone where the IANA database does not have it."""
    _zone(name)
    return name


def is_ambiguous(zone: str, wall: datetime) -> bool:
    """Whether the clock shows this time twice, in an autumn fold."""
    return not is_missing(zone, wall) and resolve(zone, wall) != resolve(zone, wall, fold=1)


def is_missing(zone: str, wall: datetime) -> bool:
    """Whether the clock never shows this time, in a spring gap."""
    return not datetime_exists(wall, _zone(zone))


@lru_cache(maxsize=65536)
def resolve(zone: str, wall: datetime, fold: int = 0) -> datetime:
    """The UTC instant at which the clock of a zone shows `wall`.

    In a fold the first of the two (or the second, with fold=1); in a gap the first valid minute after it,
    which dateutil's `resolve_imaginary` does not give: it adds the length of the gap.
    """
    while is_missing(zone, wall):
        wall += MINUTE
    return wall.replace(tzinfo=_zone(zone), fold=fold).astimezone(UTC)


@lru_cache(maxsize=65536)
def to_wall(zone: str, instant: datetime) -> datetime:
    """What the clock of a zone shows at an instant, as a naive datetime."""
    return instant.astimezone(_zone(zone)).replace(tzinfo=None, fold=0)


def to_iso(zone: str, instant: datetime) -> str:
    """The instant as ISO 8601 with the zone's offset: 2026-11-20T15:00:00+00:00."""
    return instant.astimezone(_zone(zone)).isoformat()


def local_date(zone: str, instant: datetime) -> date:
    """The calendar date in a zone at an instant."""
    return to_wall(zone, instant).date()


def at(zone: str, day: date, clock: time) -> datetime:
    """The UTC instant of a wall-clock time on a date."""
    return resolve(zone, datetime.combine(day, clock))


def start_of_day(zone: str, day: date) -> datetime:
    """The first instant of a date, in UTC: midnight, or the end of a gap over it."""
    return at(zone, day, time())


@lru_cache(maxsize=65536)
def is_steady(zone: str, day: date, days: int) -> bool:
    """Whether the clock of a zone does not change from a date on for so many days; each hour is looked at."""
    first = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    hours = (first + timedelta(hours=hour) for hour in range(24 * days + 30))
    return len({hour.astimezone(_zone(zone)).utcoffset() for hour in hours}) == 1


@lru_cache(maxsize=4096)
def short_date(day: date) -> str:
    """A date as people read it in a text: Fri 4 Dec."""
    return f"{weekday(day)} {day.day} {MONTHS[day.month - 1]}"


def weekday(day: date) -> str:
    """A day of the week as people read it in a text: Fri."""
    return WEEKDAYS[day.weekday()]


def clock(wall: datetime) -> str:
    """A time of day as people read it in a text: 15:00."""
    return f"{wall.hour:02}:{wall.minute:02}"
