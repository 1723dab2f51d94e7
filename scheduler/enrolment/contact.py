"""What patients are told about the clinic, and the link to their own page."""

import secrets

from django.conf import settings

from scheduler.accounts import UNAMBIGUOUS
from scheduler.domain.message import Contact
from scheduler.enrolment.phone import spoken
from scheduler.models import Clinic, Patient

TOKEN_LENGTH = 16
#: of nobody's link; as long as a real one, so that segments are counted right
EXAMPLE_LINK_END = "x" * TOKEN_LENGTH
#: the character for each byte; those left over at the end would make the first characters likelier
CHARACTERS = bytes(ord(UNAMBIGUOUS[byte % len(UNAMBIGUOUS)]) for byte in range(256))
UNEVEN = bytes(range(256 - 256 % len(UNAMBIGUOUS), 256))


def contact_of(clinic: Clinic) -> Contact:
    """How patients reach the clinic, as it is now."""
    return Contact(
        name=clinic.sms_name,
        urgent_phone=spoken(clinic.urgent_phone),
        reply_to=clinic.reply_to,
        website=clinic.website,
        emergency_number=clinic.emergency_number,
        replies=clinic.sender is None or clinic.sender.two_way,
        detail=clinic.detail,
        urgent_hours=clinic.urgent_hours,
        out_of_hours_phone=spoken(clinic.out_of_hours_phone),
    )


def new_token() -> str:
    """The end of a patient's link: 79 bits from the operating system."""
    token = b""
    while len(token) < TOKEN_LENGTH:
        token += secrets.token_bytes(2 * TOKEN_LENGTH).translate(CHARACTERS, delete=UNEVEN)
    return token[:TOKEN_LENGTH].decode()


def page_link(patient: Patient) -> str:
    """The address of the patient's own page. Empty: it is revoked, and leads nowhere."""
    return link_unless(patient.page_token, revoked=patient.page_revoked_at is not None)


def link_unless(token: str, *, revoked: bool) -> str:
    """As texts carry it: none while it is revoked."""
    return "" if revoked else link_to(token)


def unsubscribe_link(token: str, *, revoked: bool) -> str:
    """Where emails are stopped: the address that each of them names for it. Empty: the link is revoked."""
    return "" if revoked else f"{link_to(token)}/unsubscribe"


def link_to(token: str) -> str:
    return f"{settings.PUBLIC_URL}/p/{token}"
