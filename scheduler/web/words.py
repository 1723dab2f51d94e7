"""Instants, dates, numbers and statuses as people read them. Zones are named where they are needed."""

from datetime import date, datetime
from typing import Final

import phonenumbers

from scheduler.domain import localtime, overlap
from scheduler.domain.length import Length
from scheduler.domain.status import Status
from scheduler.models import Event
from scheduler.plans.wording import WHY_NOT

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STATUS: Final[dict[str, str]] = {
    Status.SCHEDULED: "Planned",
    Status.CLAIMED: "Being sent",
    Status.SENT: "Sent",
    Status.DELIVERED: "Delivered",
    Status.UNDELIVERED: "Not delivered",
    Status.IN_DOUBT: "In doubt",
    Status.FAILED: "Failed",
    Status.SKIPPED: "Not sent",
    Status.CANCELLED: "Cancelled",
    Status.SUPERSEDED: "Not needed",
    Status.FOLDED: "Part of another text",
    Status.HANDLED: "Dealt with",
    Status.DROPPED: "Let go",
}
#: how a reminder is drawn: sent, planned, wrong, doubt or none
MARK: Final[dict[str, str]] = {
    Status.SCHEDULED: "planned",
    Status.CLAIMED: "planned",
    Status.SENT: "sent",
    Status.DELIVERED: "sent",
    Status.UNDELIVERED: "wrong",
    Status.FAILED: "wrong",
    Status.IN_DOUBT: "doubt",
}
MARK_MEANS: Final = {
    "sent": "sent",
    "planned": "planned",
    "wrong": "failed or not delivered",
    "doubt": "in doubt",
    "none": "not sent on its own",
}
CHANNELS: Final = {"sms": "Text", "email": "Email", "outbox": "Outbox"}
PLURAL: Final = {"sms": "texts", "email": "emails"}
LEGS: Final = {**overlap.LEGS, "both": "Both legs"}
KINDS: Final = {"do": "Do", "avoid": "Avoid", "permit": "Allowed", "watch": "Watch for"}


def mark(status: str) -> str:
    return MARK.get(status, "none")


def day(value: date) -> str:
    """Thu 26 Nov; the weekday is what people go by."""
    return localtime.short_date(value)


def long_day(value: date) -> str:
    """Thursday 26 November."""
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


def moment(wall: datetime) -> str:
    """Thu 26 Nov, 09:00, on the wall clock that it is given."""
    return f"{day(wall.date())}, {localtime.clock(wall)}"


def days_after(number: int) -> str:
    """How staff count the days of a plan."""
    if number == 0:
        return "day of treatment"
    return f"{number} day{'' if number == 1 else 's'} after treatment"


def leg(site: str) -> str:
    """Left leg; empty where none is given."""
    return LEGS.get(site, "")


def phone(number: str) -> str:
    """An E.164 number as it is read out in its own country: 07700 900123."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        parsed, form.NATIONAL if parsed.country_code == 44 else form.INTERNATIONAL
    )


#: codes of Reminder.status_reason and of events
REASONS: Final = WHY_NOT
OPTED: Final = {"opted-out": "Stopped", "opted-in": "Resumed"}
EVENTS: Final[dict[str, str]] = {
    "enrolled": "Enrolled",
    "treatment-added": "A further treatment was enrolled, and messages of this one changed",
    "address-changed": "How the patient is reached was changed",
    "sent-again": "Sent again",
    "told-by-phone": "Told by phone",
    "let-go": "Let go",
    "sender-held": "Nothing leaves the clinic's number: the provider does not accept its settings",
    "sender-released": "Texts leave the clinic's number again",
}
#: what a person decided, with the reason that was typed
DECIDED: Final = ("sent-again", "told-by-phone", "let-go")


def reason(code: str) -> str:
    return REASONS.get(code, code.replace("-", " ").replace("_", " "))


def told(event: Event) -> str:
    """One event in words: what happened, to which message, and why."""
    if event.kind in OPTED:
        return f"{OPTED[event.kind]} {PLURAL[event.details['channel']]}"
    if event.kind in DECIDED and event.reminder:
        due = moment(datetime.fromisoformat(event.reminder.due_local))
        return f"Message of {due}: {EVENTS[event.kind].lower()} ({event.details['why']})"
    if event.reminder is None or not event.after:
        return EVENTS.get(event.kind, sentence_case(event.kind))
    due = moment(datetime.fromisoformat(event.reminder.due_local))
    why = f" ({reason(event.reason)})" if event.reason else ""
    return f"Message of {due}: {STATUS[event.after].lower()}{why}"


def length(value: Length) -> str:
    """72 hours, 14 days."""
    number, unit = (value.hours // 24, "day") if value.hours % 24 == 0 else (value.hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


NOW: Final = {
    "do": "Do now",
    "avoid": "Avoid for now",
    "permit": "You may",
    "watch": "Watch for",
}


def sentence_case(code: str) -> str:
    """A code of an event or a reason, readable where no better words are known: status-changed."""
    return code.replace("-", " ").replace("_", " ").capitalize()
