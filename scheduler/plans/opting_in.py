"""A patient who wants messages again: what was left out meanwhile and is still in time goes after all."""

from datetime import datetime

from django.db import transaction

from scheduler import opt_outs
from scheduler.domain.status import Status
from scheduler.models import Clinic, Patient, Reminder
from scheduler.plans.renewal import renew


@transaction.atomic
def start_again(
    clinic: Clinic, channel: str, address: str, *, source: str, actor: str, now: datetime
) -> None:
    """Withdraw a refusal (`now` in UTC), and plan anew all whom that address reaches from the same sender.

    A critical text that was left out comes back while it may go, and so does a correction that is owed.
    """
    opt_outs.resume(clinic, channel, address, source=source, actor=actor, now=now)
    left_out = Reminder.objects.across_clinics().filter(
        status=Status.SKIPPED, status_reason="opted-out", send_by__gt=now
    )
    reached = left_out.filter(**{f"episode__patient__{Patient.ADDRESS_FIELDS[channel]}": address})
    if channel == "sms" and clinic.sender_id:
        reached = reached.filter(clinic__sender=clinic.sender_id)
    else:
        reached = reached.filter(clinic=clinic)
    renew(set(reached.values_list("episode__patient", flat=True)), now, actor=actor)
