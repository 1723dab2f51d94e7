"""A recipient's refusal of texts or emails, and its withdrawal: per sender and address.

Where a channel has no sender row (email, and texts of a clinic without one), the clinic stands in for it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef

from scheduler.domain.status import Status
from scheduler.history import note
from scheduler.models import Clinic, Episode, OptOut, Patient, Reminder

TO_COME = (Status.SCHEDULED, Status.CLAIMED)


class Recipient(NamedTuple):
    """An address as a clinic reaches it; `channel` is sms or email."""

    clinic: Clinic
    channel: str
    address: str


def refused(recipients: Iterable[Recipient]) -> frozenset[Recipient]:
    """Those of the recipients who want nothing over that channel; one query, whatever their number."""
    return frozenset(refused_since(recipients))


def refused_since(recipients: Iterable[Recipient]) -> dict[Recipient, datetime]:
    """The same, each with the instant since which it holds."""
    wanted = list(recipients)
    newest_first = sorted(_in_force(wanted), key=lambda refusal: refusal.opted_out_at, reverse=True)
    return {one: refusal.opted_out_at for refusal in newest_first for one in wanted if _holds(refusal, one)}


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
        _tell(Recipient(clinic, channel, address), "opted-out", actor=actor, now=now, source=source)


@transaction.atomic
def resume(clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime) -> None:
    """What is still planned goes to this address again."""
    recipient = Recipient(clinic, channel, address)
    held = [refusal.pk for refusal in _in_force([recipient]) if _holds(refusal, recipient)]
    if OptOut.objects.filter(pk__in=held, withdrawn_at=None).update(withdrawn_at=now):
        _tell(recipient, "opted-in", actor=actor, now=now, source=source)


def _tell(recipient: Recipient, kind: str, *, actor: str, now: datetime, source: str) -> None:
    """On every plan that it holds for, where staff look; for the clinic alone where none is running."""
    clinic, channel = recipient.clinic, recipient.channel
    running = _running(recipient)
    if not running:
        note(clinic, kind, actor=actor, now=now, channel=channel, source=source)
    for episode in running:
        note(episode.clinic, kind, actor=actor, now=now, episode=episode, channel=channel, source=source)


def _running(recipient: Recipient) -> list[Episode]:
    """The plans that would still send something to this address over this channel, from the same sender."""
    clinic, channel, address = recipient
    planned = Reminder.objects.across_clinics().filter(episode=OuterRef("pk"), status__in=TO_COME)
    found = (
        Episode.objects.across_clinics()
        .filter(Exists(planned), **{f"patient__{Patient.ADDRESS_FIELDS[channel]}": address})
        .exclude(state=Episode.State.CANCELLED)
        .select_related("clinic")
        .order_by("pk")
    )
    shared = clinic.sender_id if channel == "sms" else None
    return [
        episode
        for episode in found
        if channel in episode.channels
        and (episode.clinic_id == clinic.pk or (shared and episode.clinic.sender_id == shared))
    ]


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
