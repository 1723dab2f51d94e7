"""What stands in braces in a text: {clinic}, {phone}, {no-heat.date}, {compression-continuous.end}."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain import localtime
from scheduler.domain.gsm7 import to_gsm7
from scheduler.domain.phases import Course, Phase

FORM = re.compile(r"\{([^{}]*)\}")
#: what a phase offers: its last date, the time of day at which it ends, and both together
OF_PHASE = ("date", "time", "end")
OF_CONTACT = ("clinic", "phone", "emergency", "emergency_call", "reply_to", "website", "link", "due_date")
MAY_BE_EMPTY = ("emergency", "emergency_call")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a patient reaches the clinic.

    `emergency_number` is empty unless the clinic chose to name one; `replies`: texts can be answered.
    """

    name: str
    urgent_phone: str
    reply_to: str
    website: str = ""
    emergency_number: str = ""
    replies: bool = True


class Unfillable(LookupError):
    """A text speaks of a phase that is absent or has no end."""


def names_in(text: str) -> list[str]:
    """The placeholders of a text, in their order."""
    return FORM.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; raise Unfillable where a value is not there."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise Unfillable(found[1])
        return values[found[1]]

    return FORM.sub(value, text)


def values_of(course: Course, contact: Contact, link: str, due_date: str = "") -> dict[str, str]:
    """Every placeholder that can be filled for a course."""
    values = {
        "clinic": to_gsm7(contact.name),
        "phone": contact.urgent_phone,
        "emergency": f" ({contact.emergency_number})" if contact.emergency_number else "",
        "emergency_call": f"call {contact.emergency_number} or " if contact.emergency_number else "",
        "reply_to": contact.reply_to,
        "website": contact.website,
        "link": link,
        "due_date": due_date,
    }
    for phase in course.phases.values():
        if phase.ends_at and phase.last_date:
            wall = localtime.to_wall(course.zone, phase.ends_at)
            values[f"{phase.id}.date"] = localtime.short_date(phase.last_date)
            values[f"{phase.id}.time"] = f"{localtime.clock(wall)} {localtime.weekday(wall.date())}"
            values[f"{phase.id}.end"] = f"{localtime.clock(wall)} {localtime.short_date(wall.date())}"
    return {name: value for name, value in values.items() if value or name in MAY_BE_EMPTY}


def told_end(course: Course, phase: Phase, kind: str) -> str:
    """The end that a placeholder of a phase names: 2026-12-04 for a date, 2026-11-23T15:00 for an hour."""
    assert phase.ends_at is not None
    assert phase.last_date is not None
    if kind == "date":
        return phase.last_date.isoformat()
    return localtime.to_wall(course.zone, phase.ends_at).isoformat(timespec="minutes")
