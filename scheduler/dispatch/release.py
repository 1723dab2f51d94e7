"""Giving up what was provably not posted."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from scheduler.dispatch.claim import Claimed
from scheduler.dispatch.decide import Decision, by_decision
from scheduler.dispatch.own import own
from scheduler.domain.status import AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt

NOT_OURS = Decision(Status.SCHEDULED, "not-ours")


def release_attempts(ids: Iterable[UUID], now: datetime, code: str = "") -> None:
    """Nobody was asked, also where the lease ran out meanwhile and they were taken to be in doubt."""
    unsettled = [AttemptStatus.OPEN, AttemptStatus.IN_DOUBT]
    attempts = Attempt.objects.across_clinics().filter(pk__in=list(ids), status__in=unsettled)
    attempts.update(status=AttemptStatus.RELEASED, error_code=code, recorded_at=now)


@transaction.atomic
def release(decided: Sequence[tuple[Claimed, Decision]], now: datetime, *, worker: str) -> None:
    """Give up claims: the attempts are released, and the reminders move on that nobody else took over."""
    release_attempts((one.outgoing.attempt_id for one, _ in decided), now)
    still = own([one for one, _ in decided], worker)
    # Their lease ran out, and they became in doubt; we know that they were not posted.
    move(still.in_doubt, Status.IN_DOUBT, Status.SCHEDULED, reason="not-posted", actor=worker, now=now)
    for decision, ids in by_decision((one.reminder_id, decision) for one, decision in decided).items():
        again: dict[str, Any] = {"try_at": decision.try_at} if decision.try_at else {}
        held = still.claimed.intersection(ids)
        move(held, Status.CLAIMED, decision.status, reason=decision.reason, actor=worker, now=now, **again)


def unposted(claimed: Iterable[Claimed]) -> Iterator[tuple[Claimed, Decision]]:
    """What a worker that stops gives back."""
    return ((one, Decision(Status.SCHEDULED, "worker-stopped")) for one in claimed)
