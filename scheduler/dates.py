"""Dates as people read them on pages, in the language that is active. Texts to patients have their own."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext

from scheduler.domain import localtime


def day(value: date) -> str:
    """Thu 26 Nov; the weekday is what people go by. The format is Django's, in each language's own order."""
    return date_format(value, pgettext("date format", "D j M"))


def day_and_year(value: date) -> str:
    """Thu 26 Nov 2026."""
    return date_format(value, pgettext("date format", "D j M Y"))


def long_day(value: date) -> str:
    """Thursday 26 November."""
    return date_format(value, pgettext("date format", "l j F"))


def wall_moment(wall: datetime) -> str:
    """Thu 26 Nov, 09:00, on the wall clock that it is given."""
    return f"{day(wall.date())}, {localtime.clock(wall)}"


def moment(zone: str, instant: datetime) -> str:
    """Thu 26 Nov, 09:00, on the clock of the zone."""
    return wall_moment(localtime.to_wall(zone, instant))
