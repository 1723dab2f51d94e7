"""A recipient's refusal of texts or emails, and its withdrawal: per sender and address.

Where a channel has no sender row (email, and texts of a clinic without one), the clinic stands in for it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from scheduler.history import note
from scheduler.models import Clinic, OptOut


class Recipient(NamedTuple):
    """An address as a clinic reaches it; `channel` is sms or email."""

    clinic: Clinic
    channel: str
    address: str


def refused(recipients: Iterable[Recipient]) -> frozenset[Recipient]:
    """Those of the recipients who want nothing over that channel; one query, whatever their number."""
    wanted = list(recipients)
    refusals = _in_force(wanted)
    return frozenset(one for one in wanted if any(_holds(refusal, one) for refusal in refusals))


@transaction.atomic
def stop(clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime) -> None:
    """Nothing more goes to this address over this channel. Asked twice, it is recorded once."""
    if refused([Recipient(clinic, channel, address)]):
        return
    # Asked twice at once, the table lets only one in.
    _, new = OptOut.objects.get_or_create(
        channel=channel,
        address=address,
        withdrawn_at=None,
        **_sent_by(clinic, channel),
        defaults={"opted_out_at": now, "source": source},
    )
    if new:
        note(clinic, "opted-out", actor=actor, now=now, channel=channel, source=source)


@transaction.atomic
def resume(clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime) -> None:
    """What is still planned goes to this address again."""
    recipient = Recipient(clinic, channel, address)
    held = [refusal.pk for refusal in _in_force([recipient]) if _holds(refusal, recipient)]
    if OptOut.objects.filter(pk__in=held, withdrawn_at=None).update(withdrawn_at=now):
        note(clinic, "opted-in", actor=actor, now=now, channel=channel, source=source)


def _in_force(recipients: list[Recipient]) -> list[OptOut]:
    """The refusals in force for these addresses, whoever they were told to."""
    addresses = {one.address for one in recipients}
    return list(OptOut.objects.filter(address__in=addresses, withdrawn_at=None))


def _holds(refusal: OptOut, one: Recipient) -> bool:
    """To a shared sender it holds for all its clinics; also what a clinic was told before it had a sender."""
    if (refusal.channel, refusal.address) != (one.channel, one.address):
        return False
    to_sender = one.channel == "sms" and refusal.sender_id is not None
    return refusal.clinic_id == one.clinic.pk or (to_sender and refusal.sender_id == one.clinic.sender_id)


def _sent_by(clinic: Clinic, channel: str) -> dict[str, Any]:
    if channel == "sms" and clinic.sender is not None:
        return {"sender": clinic.sender, "clinic": None}
    return {"sender": None, "clinic": clinic}
