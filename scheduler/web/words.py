"""Instants, dates, numbers and statuses as people read them. Zones are named where they are needed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduler.dates import day, moment, wall_moment
from scheduler.domain.length import Length
from scheduler.domain.phases import Phase
from scheduler.domain.status import Status
from scheduler.models import Event, Reminder
from scheduler.plans.wording import WHY_NOT

#: a sentence in the language of whoever reads it
Word = str | Promise

STATUS: Final[Mapping[str, Word]] = {
    Status.SCHEDULED: gettext_lazy("Planned"),
    Status.CLAIMED: gettext_lazy("Being sent"),
    Status.SENT: gettext_lazy("Sent"),
    Status.DELIVERED: gettext_lazy("Delivered"),
    Status.UNDELIVERED: gettext_lazy("Not delivered"),
    Status.IN_DOUBT: gettext_lazy("In doubt"),
    Status.FAILED: gettext_lazy("Failed"),
    Status.SKIPPED: gettext_lazy("Not sent"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
    Status.SUPERSEDED: gettext_lazy("Not needed"),
    Status.FOLDED: gettext_lazy("Part of another text"),
    Status.HANDLED: gettext_lazy("Dealt with"),
    Status.DROPPED: gettext_lazy("Let go"),
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
MARK_MEANS: Final[Mapping[str, Word]] = {
    "sent": gettext_lazy("sent"),
    "planned": gettext_lazy("planned"),
    "wrong": gettext_lazy("failed or not delivered"),
    "doubt": gettext_lazy("in doubt"),
    "none": gettext_lazy("not sent on its own"),
}
#: how a plan's messages fare: scheduler.web.episodes.delivery.Health
HEALTH: Final[Mapping[str, Word]] = {
    "person": gettext_lazy("Needs a person"),
    "on-its-way": gettext_lazy("On its way"),
    "sent": gettext_lazy("Sent"),
    "arrived": gettext_lazy("Arrived"),
    "waiting": gettext_lazy("Waiting"),
    "none": gettext_lazy("Nothing sent"),
}
HEALTH_MARK: Final[dict[str, str]] = {
    "person": "wrong",
    "on-its-way": "moving",
    "sent": "moving",
    "arrived": "sent",
    "waiting": "planned",
    "none": "none",
}
#: what became of messages that were due
COUNTS: Final[Mapping[str, Word]] = {
    "delivered": gettext_lazy("delivered"),
    "sent": gettext_lazy("sent, not reported yet"),
    "ahead": gettext_lazy("still to go"),
    "failed": gettext_lazy("failed or in doubt"),
}
CHANNELS: Final[Mapping[str, Word]] = {
    "sms": gettext_lazy("Text"),
    "email": gettext_lazy("Email"),
    "outbox": gettext_lazy("Outbox"),
}
PLURAL: Final[Mapping[str, Word]] = {"sms": gettext_lazy("texts"), "email": gettext_lazy("emails")}
LEGS: Final[Mapping[str, Word]] = {
    "left": gettext_lazy("Left leg"),
    "right": gettext_lazy("Right leg"),
    "both": gettext_lazy("Both legs"),
}
#: the same where it is known that a leg is meant
SITES: Final[Mapping[str, Word]] = {
    "left": gettext_lazy("Left"),
    "right": gettext_lazy("Right"),
    "both": gettext_lazy("Both"),
}
KINDS: Final[Mapping[str, Word]] = {
    "do": gettext_lazy("Do"),
    "avoid": gettext_lazy("Avoid"),
    "permit": gettext_lazy("Allowed"),
    "watch": gettext_lazy("Watch for"),
}
#: the same as headings on the patient's page
NOW: Final[Mapping[str, Word]] = {
    "do": gettext_lazy("Do now"),
    "avoid": gettext_lazy("Avoid for now"),
    "permit": gettext_lazy("You may"),
    "watch": gettext_lazy("Watch for"),
}


def mark(status: str) -> str:
    return MARK.get(status, "none")


def days_after(number: int) -> str:
    """How staff count the days of a plan."""
    if number == 0:
        return _("day of treatment")
    said = ngettext("%(number)s day after treatment", "%(number)s days after treatment", number)
    return said % {"number": number}


def leg(site: str) -> str:
    """Left leg; empty where none is given."""
    return str(LEGS.get(site, ""))


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
STOPPED: Final[Mapping[str, Word]] = {
    "sms": gettext_lazy("Stopped texts"),
    "email": gettext_lazy("Stopped emails"),
}
RESUMED: Final[Mapping[str, Word]] = {
    "sms": gettext_lazy("Resumed texts"),
    "email": gettext_lazy("Resumed emails"),
}
OPTED: Final = {"opted-out": STOPPED, "opted-in": RESUMED}
EVENTS: Final[Mapping[str, Word]] = {
    "enrolled": gettext_lazy("Enrolled"),
    "treatment-added": gettext_lazy("A further treatment was enrolled, and messages of this one changed"),
    "address-changed": gettext_lazy("How the patient is reached was changed"),
    "texts-changed": gettext_lazy("How much messages say, or how many there are, was changed"),
    "language-changed": gettext_lazy("The patient's language was changed"),
    "enrolment-held": gettext_lazy("An enrolment was held, as something was missing"),
    "held-enrolled": gettext_lazy("It had been held until then, as something was missing"),
    "held-discarded": gettext_lazy("A held enrolment was let go"),
    "treatment-changed": gettext_lazy("The treatment was changed"),
    "reminder-moved": gettext_lazy("A message was moved"),
    "reminder-sent-now": gettext_lazy("A message was sent at once"),
    "reminder-skipped": gettext_lazy("A message was left out"),
    "plan-paused": gettext_lazy("The plan was paused"),
    "plan-resumed": gettext_lazy("The plan was resumed"),
    "plan-cancelled": gettext_lazy("The plan was cancelled"),
    "page-link-renewed": gettext_lazy("The link to the patient's page was renewed"),
    "page-link-revoked": gettext_lazy("The link to the patient's page was revoked"),
    "call-recorded": gettext_lazy("A call"),
    "sent-again": gettext_lazy("Sent again"),
    "told-by-phone": gettext_lazy("Told by phone"),
    "let-go": gettext_lazy("Let go"),
    "clinic-founded": gettext_lazy("The clinic was founded"),
    "settings-changed": gettext_lazy("The clinic's settings were changed"),
    "sender-changed": gettext_lazy("The clinic's texts come from another number"),
    "went-live": gettext_lazy("Sending was turned on"),
    "stopped-sending": gettext_lazy("Sending was turned off"),
    "member-added": gettext_lazy("Somebody was added to the team"),
    "member-invited": gettext_lazy("Somebody was invited to the team"),
    "invitation-sent-again": gettext_lazy("An invitation to the team was sent again"),
    "invitation-withdrawn": gettext_lazy("An invitation to the team was withdrawn"),
    "role-changed": gettext_lazy("A member of the team was given another role"),
    "member-removed": gettext_lazy("Somebody was removed from the team"),
    "edition-applied": gettext_lazy("A new edition was brought to this plan"),
    "alarm-acknowledged": gettext_lazy("Somebody sees to an alarm"),
    "reply-handled": gettext_lazy("A reply was seen to"),
    "sender-held": gettext_lazy(
        "Nothing leaves the clinic's number: the provider does not accept its settings"
    ),
    "sender-released": gettext_lazy("Texts leave the clinic's number again"),
}
#: what a person decided, with the reason that was typed
DECIDED: Final = ("sent-again", "told-by-phone", "let-go")


def reason(code: str) -> str:
    """In the middle of a sentence; empty where there is none."""
    return str(REASONS.get(code, code.replace("-", " ").replace("_", " ")))


def told(event: Event) -> str:
    """One event in words: what happened, to which message, and why."""
    if event.kind in OPTED:
        return str(OPTED[event.kind][event.details["channel"]])
    if event.kind in DECIDED and event.reminder:
        return _of_message(event.reminder, EVENTS[event.kind], event.details["why"])
    if event.reminder is None or not event.after:
        return str(EVENTS.get(event.kind, sentence_case(event.kind)))
    return _of_message(event.reminder, STATUS[event.after], reason(event.reason))


def _of_message(reminder: Reminder, what: Word, why: str) -> str:
    said = _("Message of %(due)s: %(what)s (%(why)s)") if why else _("Message of %(due)s: %(what)s")
    due = wall_moment(datetime.fromisoformat(reminder.due_local))
    return said % {"due": due, "what": str(what).lower(), "why": why}


def until(phase: Phase, zone: str) -> str:
    """Until Fri 4 Dec; with the hour where it does not hold through the end of that day."""
    if phase.ends_at is None or phase.last_date is None:
        return _("no end given")
    end = day(phase.last_date) if phase.ends_with_day else moment(zone, phase.ends_at)
    said = _("at least until %(end)s") if phase.at_least else _("until %(end)s")
    return said % {"end": end}


def length(value: Length) -> str:
    """72 hours, 14 days."""
    if value.hours % 24 == 0:
        number = value.hours // 24
        return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}
    return ngettext("%(number)s hour", "%(number)s hours", value.hours) % {"number": value.hours}


def seconds(value: float) -> str:
    """How long something took, no more exactly than anybody cares: 12 s, 3 min, 2 h."""
    if value < 1:
        return _("under 1 s")
    if value < 60:
        return _("%(number)s s") % {"number": int(value)}
    if value < 2 * 3600:
        return _("%(number)s min") % {"number": int(value / 60)}
    return _("%(number)s h") % {"number": int(value / 3600)}


def sentence_case(code: str) -> str:
    """A code of an event or a reason, readable where no better words are known: status-changed."""
    return code.replace("-", " ").replace("_", " ").capitalize()
