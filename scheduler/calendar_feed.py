"""A timeline as a calendar (RFC 5545): phases as all-day entries, reminders as timed ones."""

from datetime import timedelta

from icalendar import Calendar, Event

from scheduler.domain.timeline import Phase, PlannedReminder, Timeline

PRODUCT = "-//Aftercare//Aftercare reminders//EN"
REMINDER_LENGTH = timedelta(minutes=15)


def as_calendar(timeline: Timeline, name: str, uid_base: str) -> bytes:
    """The calendar file. Titles are neutral; UIDs are stable: the same plan gives the same entries again."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for phase in timeline.phases:
        if phase.last_date:
            calendar.add_component(_all_day(timeline, phase, uid_base))
    for reminder in timeline.reminders:
        calendar.add_component(_timed(timeline, reminder, uid_base))
    return bytes(calendar.to_ical())


def _all_day(timeline: Timeline, phase: Phase, uid_base: str) -> Event:
    assert phase.last_date is not None
    entry = _entry(timeline, f"phase-{phase.id}", uid_base)
    entry.add("summary", phase.label)
    entry.add("dtstart", timeline.treatment.date_of(phase.first_day))
    entry.add("dtend", phase.last_date + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    return entry


def _timed(timeline: Timeline, reminder: PlannedReminder, uid_base: str) -> Event:
    entry = _entry(timeline, f"reminder-{reminder.key}", uid_base)
    entry.add("summary", "Aftercare reminder")
    entry.add("dtstart", reminder.due_at)
    entry.add("dtend", reminder.due_at + REMINDER_LENGTH)
    entry.add("transp", "TRANSPARENT")
    return entry


def _entry(timeline: Timeline, name: str, uid_base: str) -> Event:
    entry = Event()
    entry.add("uid", f"{name}.{uid_base}")
    # DTSTAMP has to be there and no clock is read here: the plan stands as of the enrolment.
    entry.add("dtstamp", timeline.treatment.enrolled_at)
    return entry
