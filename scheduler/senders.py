"""Whom texts come from, and whether they leave at all."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.history import note
from scheduler.models import Clinic, OptOut, Patient, Sender

if TYPE_CHECKING:
    from config.twilio import Twilio

#: a number with its country code or a short one, or a name in letters
NUMBER = re.compile(r"\+[1-9]\d{6,14}|[1-9]\d{2,7}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
SERVICE = re.compile(r"MG[0-9A-Za-z]{32}")
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
    sender = _new(twilio.messaging_service_sid or "", number, segments_per_second)
    clinic.sender = sender
    clinic.save(update_fields=["sender"])
    return sender


def _new(service: str, number: str, segments_per_second: float) -> Sender:
    return Sender.objects.create(
        name=service or number,
        messaging_service_sid=service,
        from_number=number,
        # A name in letters cannot be answered.
        two_way=not any(letter.isalpha() for letter in number),
        segments_per_second=segments_per_second,
    )


@transaction.atomic
def assign(clinic: Clinic, typed: str, segments_per_second: float, *, actor: str, now: datetime) -> bool:
    """Let the clinic's texts come from this number or messaging service; whether that is another than before.

    For whoever runs the installation: numbers belong to it, and two clinics may share one. Who stopped
    the clinic's texts has stopped them still. Raises ValueError with a sentence.
    """
    service = SERVICE.fullmatch(typed)
    if not service and not NUMBER.fullmatch(typed):
        raise ValueError(
            _(
                "This is no sender. Give a number with its country code, a name in letters, or a messaging"
                " service: +447700900123."
            )
        )
    stored = Clinic.objects.select_for_update().get(pk=clinic.pk)
    before = stored.sender
    known = {"messaging_service_sid": typed} if service else {"from_number": typed}
    sender = Sender.objects.filter(**known).first()
    sender = sender or _new(*((typed, "") if service else ("", typed)), segments_per_second)
    if before == sender:
        return False
    if before:
        _keep_refusals(stored, before, sender)
    stored.sender = sender
    stored.save(update_fields=["sender"])
    note(
        stored,
        "sender-changed",
        actor=actor,
        now=now,
        before=before.name if before else "",
        after=sender.name,
    )
    return True


def _keep_refusals(clinic: Clinic, before: Sender, after: Sender) -> None:
    """A refusal belongs to a sender: the clinic's patients have it against the new one as well."""
    theirs = Patient.objects.for_clinic(clinic).values("mobile")
    refused = OptOut.objects.filter(sender=before, withdrawn_at=None, address__in=theirs)
    copies = [
        OptOut(
            channel=one.channel,
            address=one.address,
            sender=after,
            opted_out_at=one.opted_out_at,
            source=one.source,
        )
        for one in refused
    ]
    # One that is there already stays as it is.
    OptOut.objects.bulk_create(copies, ignore_conflicts=True)
