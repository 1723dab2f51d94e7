"""Why a reminder does not leave at the time that its message names."""

from dataclasses import dataclass
from datetime import datetime, time

from scheduler.domain import localtime
from scheduler.domain.protocol import At
from scheduler.domain.rehearsal.planning import Due
from scheduler.domain.sending_hours import LocalHours, local_hours
from scheduler.domain.sentences import gettext_noop

#: what a message goes by that names no time
ENROLMENT = "enrolment"
REASONS = {
    "sending-hours": gettext_noop("sending hours"),
    "clock-change": gettext_noop("the clock skips that time"),
    "phase-end": gettext_noop("a rule ends later that day"),
    "enrolled-later": gettext_noop("enrolled after it"),
    "another-text": gettext_noop("another text leaves then"),
}


@dataclass(frozen=True, slots=True, order=True)
class Displaced:
    """`named` is the wall clock that the message names, or ENROLMENT; `reason` is a key of REASONS."""

    key: str
    named: str
    reason: str


def displaced(key: str, due: Due) -> Displaced | None:
    """None where it leaves when its message says."""
    course, reminder = due.course, due.reminder
    hours = local_hours(course.protocol, course.treatment.timezone)
    at = course.protocol.messages[reminder.message].at
    if at.time is None:
        reason = _since_enrolment(hours, due)
        return Displaced(key, ENROLMENT, reason) if reason else None
    named = course.protocol.times[at.time]
    if reminder.due_local.time() == named:
        return None
    return Displaced(key, f"{named:%H:%M}", _reason(hours, at, named, due))


def _since_enrolment(hours: LocalHours, due: Due) -> str | None:
    enrolled_at = due.course.treatment.enrolled_at
    if due.reminder.due_at <= enrolled_at:
        return None
    return "another-text" if hours.include(enrolled_at) else "sending-hours"


def _reason(hours: LocalHours, at: At, named: time, due: Due) -> str:
    course, reminder, zone = due.course, due.reminder, hours.zone
    wall = datetime.combine(reminder.due_local.date(), named)
    nominal = localtime.resolve(zone, wall)
    if localtime.is_missing(zone, wall):
        return "clock-change"
    if hours.pull_in(nominal) != nominal:
        return "sending-hours"
    phase = course.phases.get(at.end_of or "")
    if phase and phase.ends_at == reminder.due_at:
        return "phase-end"
    if phase and phase.counted_day is not None and reminder.day > phase.counted_day:
        # The day on which the rule ended was over for texts.
        return "sending-hours"
    return "enrolled-later" if nominal < course.treatment.enrolled_at else "another-text"
