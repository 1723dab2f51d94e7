"""A recipient's refusal of texts or emails, and its withdrawal: per sender and address.

Where a channel has no sender row (email, and texts of a clinic without one), the clinic stands in for it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from scheduler.history import note
from scheduler.models import Clinic, OptOut


def in_force(clinic: Clinic, channel: str, address: str) -> "QuerySet[OptOut]":
    """The refusals that hold for this clinic, also those from before it had a sender."""
    to_us = Q(clinic=clinic)
    if channel == "sms" and clinic.sender is not None:
        to_us |= Q(sender=clinic.sender)
    return OptOut.objects.filter(to_us, channel=channel, address=address, withdrawn_at__isnull=True)


@transaction.atomic
def stop(clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime) -> None:
    """Nothing more goes to this address over this channel. Asked twice, it is recorded once."""
    if in_force(clinic, channel, address).exists():
        return
    OptOut.objects.create(
        channel=channel, address=address, opted_out_at=now, source=source, **_sent_by(clinic, channel)
    )
    note(clinic, "opted-out", actor=actor, now=now, channel=channel, source=source)


@transaction.atomic
def resume(clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime) -> None:
    """What is still planned goes to this address again."""
    if in_force(clinic, channel, address).update(withdrawn_at=now):
        note(clinic, "opted-in", actor=actor, now=now, channel=channel, source=source)


def _sent_by(clinic: Clinic, channel: str) -> dict[str, Any]:
    if channel == "sms" and clinic.sender is not None:
        return {"sender": clinic.sender}
    return {"sender": None, "clinic": clinic}
