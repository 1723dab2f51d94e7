"""What a provider reports of a message after it took it. Reports come late, twice, and in any order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from scheduler.domain.status import ALLOWED, RANK, AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Receipt, Reminder

log = structlog.get_logger(__name__)

#: Twilio's words; any other is kept and moves nothing
REPORTED = {
    "accepted": AttemptStatus.SENT,
    "scheduled": AttemptStatus.SENT,
    "queued": AttemptStatus.SENT,
    "sending": AttemptStatus.SENT,
    "sent": AttemptStatus.SENT,
    "delivered": AttemptStatus.DELIVERED,
    "read": AttemptStatus.DELIVERED,
    "undelivered": AttemptStatus.UNDELIVERED,
    "failed": AttemptStatus.UNDELIVERED,
    "canceled": AttemptStatus.UNDELIVERED,
}
REMINDER_STATUS = {
    AttemptStatus.SENT: Status.SENT,
    AttemptStatus.DELIVERED: Status.DELIVERED,
    AttemptStatus.UNDELIVERED: Status.UNDELIVERED,
}
#: with another attempt in one of these, that one failing is not the reminder's end
HOPEFUL = (AttemptStatus.OPEN, AttemptStatus.IN_DOUBT, AttemptStatus.SENT, AttemptStatus.DELIVERED)


@dataclass(frozen=True, slots=True)
class Report:
    """One report on one attempt; `reported` is the provider's own word."""

    attempt_id: UUID
    provider_id: str
    reported: str
    error_code: str = ""


@transaction.atomic
def receive(report: Report, now: datetime) -> Receipt:
    """Keep the report, and move the attempt and its reminder forward if it says something new."""
    attempt = Attempt.objects.across_clinics().select_for_update().filter(pk=report.attempt_id).first()
    receipt = Receipt.objects.create(
        attempt=attempt,
        provider_id=report.provider_id,
        reported=report.reported,
        error_code=report.error_code,
        received_at=now,
    )
    status = REPORTED.get(report.reported)
    if attempt and status and _is_of(attempt, report) and RANK[status] > RANK[AttemptStatus(attempt.status)]:
        _advance(attempt, report, status)
        _follow(attempt, status, now)
    elif attempt is None or not _is_of(attempt, report):
        log.warning("receipt of an unknown message", receipt=receipt.pk)
    return receipt


def _is_of(attempt: Attempt, report: Report) -> bool:
    return attempt.provider_id in (None, report.provider_id)


def _advance(attempt: Attempt, report: Report, status: AttemptStatus) -> None:
    attempt.status = status
    # A receipt may be quicker than the answer to the request itself.
    attempt.provider_id = report.provider_id
    attempt.error_code = report.error_code
    attempt.save(update_fields=["status", "provider_id", "error_code"])


def _follow(attempt: Attempt, status: AttemptStatus, now: datetime) -> None:
    """The reminder goes where the table lets it go from where it is."""
    reminder = Reminder.objects.across_clinics().select_for_update().get(pk=attempt.reminder_id)
    before, after = Status(reminder.status), REMINDER_STATUS[status]
    if after not in ALLOWED[before]:
        return
    others = Attempt.objects.across_clinics().filter(reminder=reminder).exclude(pk=attempt.pk)
    if after is Status.UNDELIVERED and others.filter(status__in=HOPEFUL).exists():
        return
    move([reminder.pk], before, after, reason=attempt.error_code, actor="provider", now=now)
