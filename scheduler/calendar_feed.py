"""A patient's plan as a calendar (RFC 5545): rules as all-day entries, reminders as timed ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from scheduler.domain import localtime
from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.phases import Course

PRODUCT = "-//Aftercare//Aftercare reminders//EN"
REMINDER_LENGTH = timedelta(minutes=15)


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


def as_calendar(courses: Sequence[Course], reminders: Iterable[Due], name: str, made: Made) -> bytes:
    """The calendar file of all these treatments, each rule once until its latest end.

    Titles are neutral. UIDs are stable: the same plan gives the same entries again, and an entry whose end
    or time moves is the same entry, made later.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for stretch in stretches(courses):
        if stretch.phase.last_date:
            calendar.add_component(_all_day(stretch, made))
    for reminder in reminders:
        calendar.add_component(_timed(reminder, made))
    return bytes(calendar.to_ical())


def _all_day(stretch: Stretch, made: Made) -> Event:
    phase = stretch.phase
    assert phase.last_date is not None
    entry = _entry(f"phase-{stretch.name}", made)
    entry.add("summary", f"{phase.label}, {stretch.leg.lower()}" if stretch.leg else phase.label)
    entry.add("dtstart", localtime.local_date(stretch.course.zone, phase.starts_at))
    entry.add("dtend", phase.last_date + timedelta(days=1))
    return entry


def _timed(reminder: Due, made: Made) -> Event:
    entry = _entry(f"reminder-{reminder.name}", made)
    entry.add("summary", "Aftercare reminder")
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
    return entry
