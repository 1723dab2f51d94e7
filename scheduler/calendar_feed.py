"""A patient's plan as a calendar (RFC 5545): rules as all-day entries, reminders as timed ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDuration

from scheduler.domain import localtime
from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.overlap import LEGS
from scheduler.domain.phases import Course

PRODUCT = "-//Aftercare//Aftercare reminders//EN"
METHOD = "PUBLISH"
CONTENT_TYPE = f"text/calendar; charset=utf-8; method={METHOD}"
REMINDER_LENGTH = timedelta(minutes=15)
#: how often calendar programs are asked to look again
REFRESH = timedelta(hours=4)


@dataclass(frozen=True)
class Due:
    """A reminder by a name that tells the patient's reminders apart, and when it is due (UTC)."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Made:
    """What identifies entries for good, since when the plan stands (UTC), and how often it changed before."""

    uid_base: str
    at: datetime
    changes: int = 0


@dataclass(frozen=True)
class Titles:
    """Of the calendar and its entries; none names a clinic or a treatment.

    `rule` is for every rule alike; empty: each has its own.
    """

    calendar: str = "Aftercare"
    reminder: str = "Aftercare reminder"
    rule: str = ""


def as_calendar(courses: Sequence[Course], reminders: Iterable[Due], titles: Titles, made: Made) -> bytes:
    """The calendar file of all these treatments, each rule once until its latest end.

    UIDs are stable: the same plan gives the same entries again, and an entry whose end or time moves is the
    same entry, made later. What is not in the plan any more is not in the file.
    """
    calendar = _calendar(titles)
    for stretch in stretches(courses):
        if stretch.phase.last_date:
            calendar.add_component(_all_day(stretch, titles, made))
    for reminder in reminders:
        calendar.add_component(_timed(reminder, titles, made))
    if not calendar.subcomponents:
        # A calendar without any component is none (RFC 5545, 3.6).
        calendar.add_component(_utc())
    return bytes(calendar.to_ical())


def _calendar(titles: Titles) -> Calendar:
    """The frame: its name and how often to look again, in the standard's words and in the older ones."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", METHOD)
    calendar.add("name", titles.calendar)
    calendar.add("x-wr-calname", titles.calendar)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    return calendar


def _all_day(stretch: Stretch, titles: Titles, made: Made) -> Event:
    phase = stretch.phase
    assert phase.last_date is not None
    entry = _entry(f"phase-{stretch.name}", made)
    entry.add("summary", titles.rule or _title(phase.label, stretch.leg))
    entry.add("dtstart", localtime.local_date(stretch.course.zone, phase.starts_at))
    entry.add("dtend", phase.last_date + timedelta(days=1))
    return entry


def _title(label: str, leg: str) -> str:
    """With the leg, where the patient's legs differ."""
    if not leg:
        return label
    return (_("%(rule)s, left leg") if leg == LEGS["left"] else _("%(rule)s, right leg")) % {"rule": label}


def _timed(reminder: Due, titles: Titles, made: Made) -> Event:
    entry = _entry(f"reminder-{reminder.name}", made)
    entry.add("summary", titles.reminder)
    entry.add("dtstart", reminder.at)
    entry.add("dtend", reminder.at + REMINDER_LENGTH)
    return entry


def _entry(name: str, made: Made) -> Event:
    entry = Event()
    entry.add("uid", f"{name}.{made.uid_base}")
    # No clock is read here: the plan stands as of then.
    entry.add("dtstamp", made.at)
    entry.add("last-modified", made.at)
    entry.add("sequence", made.changes)
    entry.add("transp", "TRANSPARENT")
    # Whom a calendar is shared with need not read it.
    entry.add("class", "PRIVATE")
    return entry


def _utc() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Etc/UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - RFC 5545 wants it local
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone
