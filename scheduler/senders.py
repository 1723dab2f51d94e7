"""Whom texts come from, and whether they leave at all."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from scheduler.models import Clinic, Sender

if TYPE_CHECKING:
    from config.twilio import Twilio

NOT_SET_UP = {
    "sms": gettext_lazy("Texts are not set up here: ask whoever runs this installation."),
    "email": gettext_lazy("Emails are not set up here: ask whoever runs this installation."),
    "both": gettext_lazy("Texts and emails are not set up here: ask whoever runs this installation."),
}
USE_EMAIL = gettext_lazy("Texts are not set up here: use email.")
USE_TEXTS = gettext_lazy("Emails are not set up here: use texts.")


def leaves_for_real(clinic: Clinic) -> bool:
    """Whether what is planned for this clinic now really leaves; otherwise it ends in the outbox."""
    return clinic.live and bool(settings.TWILIO or settings.EMAIL_LIVE)


def ways_out(clinic: Clinic) -> frozenset[str]:
    """The channels over which this installation can reach the clinic's patients: sms, email."""
    works = {"sms": settings.TWILIO and clinic.sender, "email": settings.EMAIL_LIVE}
    return frozenset(channel for channel, way in works.items() if way)


def shut_ways(clinic: Clinic, channels: Iterable[str]) -> str:
    """Why nothing leaves over these channels, in a sentence; empty where one works, or none has to."""
    chosen, works = set(channels), ways_out(clinic)
    if not chosen or chosen & works or not leaves_for_real(clinic):
        return ""
    closed = "both" if len(chosen) > 1 else next(iter(chosen))
    if works:
        return str(USE_EMAIL if "email" in works else USE_TEXTS)
    return str(NOT_SET_UP[closed])


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
