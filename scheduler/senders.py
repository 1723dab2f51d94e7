"""Whom texts come from, and whether they leave at all."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from scheduler.models import Clinic, Sender

if TYPE_CHECKING:
    from config.twilio import Twilio


def leaves_for_real(clinic: Clinic) -> bool:
    """Whether what is planned for this clinic now really leaves; otherwise it ends in the outbox."""
    return clinic.live and bool(settings.TWILIO or settings.EMAIL_LIVE)


@transaction.atomic
def ensure_first_sender(twilio: "Twilio", segments_per_second: float) -> Sender | None:
    """Give the settings' sender to the first clinic, while there is no sender at all; return it if made."""
    if Sender.objects.exists():
        return None
    clinic = Clinic.objects.order_by("demonstration", "pk").first()
    if clinic is None:
        return None
    number = "" if twilio.messaging_service_sid else twilio.from_ or ""
    sender = Sender.objects.create(
        name=twilio.messaging_service_sid or number,
        messaging_service_sid=twilio.messaging_service_sid or "",
        from_number=number,
        # A name in letters cannot be answered.
        two_way=not any(letter.isalpha() for letter in number),
        segments_per_second=segments_per_second,
    )
    clinic.sender = sender
    clinic.save(update_fields=["sender"])
    return sender
