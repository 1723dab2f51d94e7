"""What stands in braces in a text: {clinic}, {phone}, {no-heat.date}, {compression-continuous.end}."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.gsm7 import to_gsm7
from scheduler.domain.phases import Course, Phase

FORM = re.compile(r"\{([^{}]*)\}")
#: what a phase offers: its last date, the time of day at which it ends, and both together
OF_PHASE = ("date", "time", "end")
OF_CONTACT = (
    "clinic", "phone", "urgent_hours", "out_of_hours", "emergency", "emergency_call", "reply_to", "website",
    "link", "due_date",
)  # fmt: skip
#: those that a clinic may not have; what speaks of one is then not said
OF_SOME = frozenset({"urgent_hours", "out_of_hours", "website"})
#: those that tell nothing of a treatment
NEUTRAL = frozenset(OF_CONTACT) - {"due_date"}
MAY_BE_EMPTY = ("emergency", "emergency_call")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a patient reaches the clinic.

    `emergency_number` is empty unless the clinic chose to name one; `replies`: texts can be answered.
    `detail` is how much texts say, "full" or "minimal", where a treatment's own do not say it.
    `urgent_hours` are when the urgent number is answered, in words (empty: always), and `out_of_hours_phone`
    the number for all other times, if there is one: emails and pages have room for them.
    """

    name: str
    urgent_phone: str
    reply_to: str
    website: str = ""
    emergency_number: str = ""
    replies: bool = True
    detail: str = "full"
    urgent_hours: str = ""
    out_of_hours_phone: str = ""

    def answers(self, link: str) -> bool | None:
        """Whether texts can be answered. None: they cannot, nor is there a page that does it for them."""
        return True if self.replies else False if link else None


class Unfillable(LookupError):
    """A text speaks of a phase that is absent or has no end."""


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[str, ...]:
    """What stands before the first placeholder, its name, what stands between, the next name, and so on."""
    return tuple(FORM.split(text))


def names_in(text: str) -> list[str]:
    """The placeholders of a text, in their order."""
    return list(_pieces(text)[1::2])


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; raise Unfillable where a value is not there."""
    pieces = _pieces(text)
    if len(pieces) == 1:
        return text
    filled = list(pieces)
    filled[1::2] = [values[name] for name in pieces[1::2]]
    return "".join(filled)


class Values(dict[str, str]):
    """Every placeholder that can be filled for a course; what a phase offers is worked out when asked for.

    Raises Unfillable for any other.
    """

    def __init__(self, known: Mapping[str, str], course: Course, dates: Callable[[date], str]) -> None:
        super().__init__(known)
        self._course, self._dates = course, dates

    def __missing__(self, name: str) -> str:
        phase_id, _, kind = name.partition(".")
        phase = self._course.phases.get(phase_id)
        if phase is None or not (phase.ends_at and phase.last_date) or kind not in OF_PHASE:
            raise Unfillable(name)
        self[name] = self._of_phase(phase.ends_at, phase.last_date, kind)
        return self[name]

    def _of_phase(self, ends_at: datetime, last_date: date, kind: str) -> str:
        if kind == "date":
            return self._dates(last_date)
        wall = localtime.to_wall(self._course.zone, ends_at)
        day = localtime.weekday(wall.date()) if kind == "time" else self._dates(wall.date())
        return f"{localtime.clock(wall)} {day}"


def values_of(
    course: Course,
    contact: Contact,
    link: str,
    due_date: str = "",
    *,
    dates: Callable[[date], str] = localtime.short_date,
) -> Values:
    """What fills the placeholders of a text about this course; `dates` says how dates are written."""
    of_this = {name: value for name, value in (("link", link), ("due_date", due_date)) if value}
    return Values(contact_values(contact) | of_this, course, dates)


@lru_cache(maxsize=1024)
def contact_values(contact: Contact) -> dict[str, str]:
    """What fills the placeholders that are the same in every text of a clinic."""
    values = {
        "clinic": to_gsm7(contact.name),
        "phone": contact.urgent_phone,
        "urgent_hours": contact.urgent_hours,
        "out_of_hours": contact.out_of_hours_phone,
        "emergency": f" ({contact.emergency_number})" if contact.emergency_number else "",
        "emergency_call": f"call {contact.emergency_number} or " if contact.emergency_number else "",
        "reply_to": contact.reply_to,
        "website": contact.website,
    }
    return {name: value for name, value in values.items() if value or name in MAY_BE_EMPTY}


def told_end(course: Course, phase: Phase, kind: str) -> str:
    """The end that a placeholder of a phase names: 2026-12-04 for a date, 2026-11-23T15:00 for an hour."""
    assert phase.ends_at is not None
    assert phase.last_date is not None
    if kind == "date":
        return phase.last_date.isoformat()
    return localtime.to_wall(course.zone, phase.ends_at).isoformat(timespec="minutes")
