"""What a provider reports of a message after it took it. Reports come late, twice, and in any order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet

from scheduler import opt_outs
from scheduler.channels.twilio_codes import meaning
from scheduler.domain.status import ALLOWED, RANK, AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Receipt, Reminder

log = structlog.get_logger(__name__)

#: the words of Twilio, and those that anymail has for every email provider; any other is kept, and moves
#: nothing
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
    "deferred": AttemptStatus.SENT,
    "opened": AttemptStatus.DELIVERED,
    "clicked": AttemptStatus.DELIVERED,
    "autoresponded": AttemptStatus.DELIVERED,
    "complained": AttemptStatus.DELIVERED,
    "unsubscribed": AttemptStatus.DELIVERED,
    "rejected": AttemptStatus.UNDELIVERED,
    "bounced": AttemptStatus.UNDELIVERED,
}
#: the recipient has had enough
REFUSALS = ("complained", "unsubscribed")
REMINDER_STATUS = {
    AttemptStatus.SENT: Status.SENT,
    AttemptStatus.DELIVERED: Status.DELIVERED,
    AttemptStatus.UNDELIVERED: Status.UNDELIVERED,
}
#: with another attempt in one of these, that one failing is not the reminder's end
HOPEFUL = (AttemptStatus.OPEN, AttemptStatus.IN_DOUBT, AttemptStatus.SENT, AttemptStatus.DELIVERED)
#: The steps of the table by which a reminder gets to `sent` or `delivered` that was given up, or planned
#: again, before anybody knew that the provider had it all along. Left as it was, it would go a second time.
BY_WAY_OF: dict[Status, tuple[Status, ...]] = {
    Status.SCHEDULED: (Status.CLAIMED,),
    Status.FAILED: (Status.SCHEDULED, Status.CLAIMED),
    Status.SKIPPED: (Status.SCHEDULED, Status.CLAIMED),
    Status.SUPERSEDED: (Status.SCHEDULED, Status.CLAIMED),
    Status.FOLDED: (Status.SCHEDULED, Status.CLAIMED),
    Status.UNDELIVERED: (Status.SCHEDULED, Status.CLAIMED),
}
AFTER_ALL = "taken-after-all"
#: a report on a message that nobody knows is tried again for so long: its answer may still be on its way
ADOPTED_WITHIN = timedelta(days=1)
#: after so long without a word about a text, the provider is asked
UNHEARD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Report:
    """One report on one attempt: a word of REPORTED, and of a failure the code and what that means.

    Without an attempt's id it is on the message that the provider's id names.
    """

    attempt_id: UUID | None
    provider_id: str
    reported: str
    error_code: str = ""
    verdict: str = ""


def of_twilio(attempt_id: UUID, provider_id: str, reported: str, code: str = "") -> Report:
    """A report in Twilio's words."""
    failed = REPORTED.get(reported) is AttemptStatus.UNDELIVERED
    return Report(attempt_id, provider_id, reported, code, meaning(code) if failed else "")


def as_kept(said: object, longest: int = 40) -> str:
    """A word of a provider's, as it is stored: PostgreSQL keeps no NUL in a text."""
    return str(said or "").replace("\x00", "")[:longest]


@transaction.atomic
def receive(report: Report, now: datetime) -> Receipt:
    """Keep the report, and move the attempt and its reminder forward if it says something new."""
    attempt = _attempt_of(report)
    receipt = Receipt.objects.create(
        attempt=attempt,
        provider_id=report.provider_id,
        reported=report.reported,
        error_code=report.error_code,
        verdict=report.verdict,
        received_at=now,
    )
    if attempt is None or not _is_of(attempt, report):
        log.warning("receipt of an unknown message", receipt=receipt.pk)
    else:
        _apply(attempt, report, now)
    return receipt


def unknown() -> int:
    """How many reports are kept that are of no message known here."""
    return Receipt.objects.filter(attempt=None).count()


def adopt(now: datetime) -> int:
    """Reports that came before the provider's id was recorded find their attempts; return how many did."""
    known = Attempt.objects.across_clinics().exclude(provider_id=None)
    orphans = Receipt.objects.filter(attempt=None, received_at__gt=now - ADOPTED_WITHIN)
    orphans = orphans.filter(provider_id__in=known.values("provider_id"))
    found = 0
    for receipt in orphans.order_by("pk"):
        with transaction.atomic():
            attempt = _locked().filter(provider_id=receipt.provider_id).first()
            if attempt and Receipt.objects.filter(pk=receipt.pk, attempt=None).update(attempt=attempt):
                word, code, verdict = receipt.reported, receipt.error_code, receipt.verdict
                _apply(attempt, Report(attempt.pk, receipt.provider_id, word, code, verdict), now)
                found += 1
    return found


def was_taken(reminder_ids: Iterable[int], after: Status, *, actor: str, now: datetime) -> None:
    """The provider has what these say: they are `after`, wherever they stand, and do not go again.

    What a person has dealt with, or cancelled, stays so; the attempt shows the rest.
    """
    left = set(reminder_ids)
    for before in (Status.CLAIMED, Status.IN_DOUBT):
        left -= set(move(left, before, after, actor=actor, now=now))
    if not left:
        return
    standing = Reminder.objects.across_clinics().filter(pk__in=left, status__in=list(BY_WAY_OF))
    for pk, status in standing.order_by("pk").values_list("pk", "status"):
        _take_back(pk, Status(status), after, actor, now)


def _take_back(reminder: int, before: Status, after: Status, actor: str, now: datetime) -> None:
    steps = () if after in ALLOWED[before] else BY_WAY_OF[before]
    with transaction.atomic():
        for step in (*steps, after):
            alone: dict[str, Any] = {"host": None, "decided_by": None} if step is Status.SCHEDULED else {}
            if not move([reminder], before, step, reason=AFTER_ALL, actor=actor, now=now, **alone):
                return
            before = step


def _locked() -> "QuerySet[Attempt]":
    return Attempt.objects.across_clinics().select_for_update()


def _attempt_of(report: Report) -> Attempt | None:
    if report.attempt_id:
        return _locked().filter(pk=report.attempt_id).first()
    return _locked().filter(provider_id=report.provider_id).first() if report.provider_id else None


def _is_of(attempt: Attempt, report: Report) -> bool:
    return attempt.provider_id in (None, report.provider_id)


def _apply(attempt: Attempt, report: Report, now: datetime) -> None:
    status = REPORTED.get(report.reported)
    if report.reported in REFUSALS:
        clinic, source = attempt.clinic, "provider"
        opt_outs.stop(clinic, attempt.kind, attempt.address, source=source, actor=source, now=now)
    if status and RANK[status] > RANK[AttemptStatus(attempt.status)]:
        _advance(attempt, report, status, now)
        _follow(attempt, status, now)


def _advance(attempt: Attempt, report: Report, status: AttemptStatus, now: datetime) -> None:
    attempt.status = status
    attempt.error_code, attempt.verdict = report.error_code, report.verdict
    # A receipt may be quicker than the answer to the request itself.
    if report.provider_id and not _is_anothers(attempt, report.provider_id):
        attempt.provider_id = report.provider_id
    polled = status is AttemptStatus.SENT and attempt.channel == "sms"
    attempt.look_at, attempt.looks = (now + UNHEARD if polled else None), 0
    attempt.save(update_fields=["status", "provider_id", "error_code", "verdict", "look_at", "looks"])


def _is_anothers(attempt: Attempt, provider_id: str) -> bool:
    """Of two texts that looked alike, each may have been given the other's: both were taken all the same."""
    others = Attempt.objects.across_clinics().filter(provider_id=provider_id)
    return others.exclude(pk=attempt.pk).exists()


def _follow(attempt: Attempt, status: AttemptStatus, now: datetime) -> None:
    """The reminder goes where the table lets it go from where it is."""
    reminder = Reminder.objects.across_clinics().select_for_update().get(pk=attempt.reminder_id)
    before, after = Status(reminder.status), REMINDER_STATUS[status]
    if after is not Status.UNDELIVERED:
        if after in ALLOWED[before]:
            move([reminder.pk], before, after, reason=attempt.error_code, actor="provider", now=now)
        elif before is not Status.DELIVERED:
            was_taken([reminder.pk], after, actor="provider", now=now)
        return
    others = Attempt.objects.across_clinics().filter(reminder=reminder).exclude(pk=attempt.pk)
    # Of one in doubt that nobody looks for any more nothing is to be hoped.
    others = others.exclude(status=AttemptStatus.IN_DOUBT, look_at=None)
    if after in ALLOWED[before] and not others.filter(status__in=HOPEFUL).exists():
        move([reminder.pk], before, after, reason=attempt.error_code, actor="provider", now=now)
