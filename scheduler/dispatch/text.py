"""What a reminder says, and how it is addressed, for the moment at which it is claimed."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from scheduler.channels.base import Letter, Outgoing, SmsSender
from scheduler.dispatch.company import Company
from scheduler.dispatch.route import Route
from scheduler.dispatch.row import Row
from scheduler.domain.alike import sms_alone
from scheduler.domain.message import Contact, Email, Part, Sms, render_email, render_sms
from scheduler.domain.pattern import course_of
from scheduler.enrolment.contact import link_unless, unsubscribe_link


def write(row: Row, company: Company | None, kind: str, now: datetime) -> Sms | Email:
    """As its treatment stands beside the patient's others, with what it carries for them.

    Raises ValueError or LookupError where the edition cannot say it.
    """
    contact = row.home.contact
    link = link_unless(row.patient.page_token, revoked=row.patient.page_revoked_at is not None)
    if company:
        return _render(kind, company.parts(now), contact, link, now)
    content, treatment = row.reminder.content, row.episode.treatment
    if kind == "sms":
        return sms_alone(row.protocol, treatment, content, contact, link, now)
    return _render(kind, [Part(course_of(row.protocol, treatment), content)], contact, link, now)


def _render(kind: str, parts: Sequence[Part], contact: Contact, link: str, now: datetime) -> Sms | Email:
    render = render_email if kind == "email" else render_sms
    return render(parts, contact, link, now)


def address(row: Row, route: Route, text: Sms | Email, attempt_id: UUID, valid_for: int) -> Outgoing:
    """The text on its way out; after so many seconds nobody may deliver it."""
    return Outgoing(
        attempt_id=attempt_id,
        address=route.address,
        text=text.text,
        subject=text.subject if isinstance(text, Email) else "",
        valid_for=valid_for,
        sender=_sender(row) if route.channel == "sms" else None,
        letter=_letter(row, text) if isinstance(text, Email) else None,
    )


def _sender(row: Row) -> SmsSender:
    sender = row.clinic.sender
    assert sender is not None
    return SmsSender(sender.messaging_service_sid, sender.from_number)


def _letter(row: Row, text: Email) -> Letter:
    return Letter(
        from_name=row.clinic.name,
        reply_to=row.clinic.reply_to,
        unsubscribe=unsubscribe_link(row.patient.page_token, revoked=row.patient.page_revoked_at is not None),
        message_id=message_id(row.reminder.pk),
        emergency=text.emergency,
        urgent_phone=row.clinic.urgent_phone,
        language=row.patient.language,
    )


def message_id(reminder_id: int) -> str:
    """The Message-ID of a reminder (RFC 5322), the same for all its attempts."""
    unique = uuid5(NAMESPACE_URL, f"{settings.PUBLIC_URL}/reminders/{reminder_id}")
    return f"<{unique}@{urlsplit(settings.PUBLIC_URL).hostname}>"
