"""Claims whose lease has run out: nobody knows whether they were posted."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from scheduler.dispatch.consequence import first_look
from scheduler.domain.status import AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Reminder
from scheduler.sets import CHUNK


def expire_leases(now: datetime, *, actor: str) -> int:
    """Expired claims become in doubt, never scheduled; return how many. The outbox's are settled at once."""
    with transaction.atomic():
        expired = Reminder.objects.across_clinics().filter(status=Status.CLAIMED, lease_until__lt=now)
        ids = list(expired.order_by("lease_until").values_list("pk", flat=True)[:CHUNK])
        # Attempts before reminders, as whoever receives a report holds them.
        list(_open(ids).select_for_update().order_by("pk").values_list("pk"))
        moved = move(ids, Status.CLAIMED, Status.IN_DOUBT, reason="lease-expired", actor=actor, now=now)
        attempts = _open(moved)
        # The row is the message there, so it arrived when it was written.
        kept = list(attempts.filter(channel="outbox").values_list("reminder_id", flat=True))
        attempts.filter(channel="outbox").update(status=AttemptStatus.SENT, recorded_at=now)
        for channel in ("sms", "email"):
            doubtful = attempts.filter(channel=channel)
            doubtful.update(status=AttemptStatus.IN_DOUBT, look_at=first_look(channel, now, now), looks=0)
        move(kept, Status.IN_DOUBT, Status.SENT, reason="outbox", actor=actor, now=now)
    return len(moved)


def _open(reminders: list[int]) -> "QuerySet[Attempt]":
    return Attempt.objects.across_clinics().filter(reminder__in=reminders, status=AttemptStatus.OPEN)
