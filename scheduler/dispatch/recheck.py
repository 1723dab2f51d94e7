"""Step two, just before posting: does everything still hold that held when it was claimed?"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from scheduler.dispatch.claim import LEASE, Claimed
from scheduler.dispatch.decide import Decision, by_decision, hold_back, seconds_left
from scheduler.dispatch.row import Row, load
from scheduler.domain.status import AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, OptOut

#: the rest of the lease is for the request itself and for recording it
HALF_LEASE = LEASE.total_seconds() / 2
OPTED_OUT = Decision(Status.SKIPPED, "opted-out")
CHANGED = Decision(Status.SCHEDULED, "changed")
OUT_OF_TIME = Decision(Status.SCHEDULED, "half-the-lease-gone")
NOT_OURS = Decision(Status.SCHEDULED, "not-ours")


def recheck(claimed: Sequence[Claimed], now: datetime, *, worker: str) -> tuple[Claimed, ...]:
    """The ones that may be posted now, and at once; the others are provably not posted, and move on."""
    if not claimed:
        return ()
    with transaction.atomic():
        rows = {row.reminder.pk: row for row in load([one.reminder_id for one in claimed])}
        refused = _opted_out(rows.values())
        decided: list[tuple[Claimed, Decision]] = []
        cleared: list[Claimed] = []
        for one in claimed:
            row = rows[one.reminder_id]
            decision = _decide(one, row, now, worker, refused)
            if decision:
                decided.append((one, decision))
            else:
                outgoing = replace(one.outgoing, valid_for=seconds_left(row, now))
                cleared.append(replace(one, outgoing=outgoing))
        release(decided, now, worker=worker)
    return tuple(cleared)


def _decide(
    one: Claimed, row: Row, now: datetime, worker: str, refused: frozenset[tuple[int, str]]
) -> Decision | None:
    reminder = row.reminder
    mine = (reminder.status, reminder.lease_owner) == (Status.CLAIMED, worker)
    if not mine or reminder.lease_until != one.lease_until:
        return NOT_OURS
    if time.monotonic() - one.claimed_at > HALF_LEASE:
        return OUT_OF_TIME
    if (row.clinic.pk, one.outgoing.address) in refused:
        return OPTED_OUT
    held = hold_back(row, now)
    if held:
        return held
    changed = row.episode.revision != one.revision or one.outgoing.address not in row.addresses.values()
    return CHANGED if changed else None


def _opted_out(rows: Iterable[Row]) -> frozenset[tuple[int, str]]:
    """Clinic and address of every refusal in force; to a shared sender it holds for all its clinics."""
    rows = list(rows)
    addresses = {address for row in rows for address in row.addresses.values() if address}
    in_force = list(
        OptOut.objects.filter(address__in=addresses, withdrawn_at__isnull=True).filter(
            Q(sender__in={row.clinic.sender_id for row in rows} - {None})
            | Q(clinic__in={row.clinic.pk for row in rows})
        )
    )
    return frozenset(
        (row.clinic.pk, refusal.address)
        for row in rows
        for refusal in in_force
        if refusal.clinic_id == row.clinic.pk
        or (refusal.sender_id is not None and refusal.sender_id == row.clinic.sender_id)
    )


def release(decided: Sequence[tuple[Claimed, Decision]], now: datetime, *, worker: str) -> None:
    """Give up claims that were provably not posted: the attempts are released, the reminders move on."""
    open_attempts = Attempt.objects.across_clinics().filter(
        pk__in=[one.outgoing.attempt_id for one, _ in decided],
        status__in=[AttemptStatus.OPEN, AttemptStatus.IN_DOUBT],
    )
    open_attempts.update(status=AttemptStatus.RELEASED, recorded_at=now)
    for decision, ids in by_decision((one.reminder_id, decision) for one, decision in decided).items():
        if decision is NOT_OURS:
            # The lease ran out, and the reminder became in doubt; we know that it was not posted.
            move(ids, Status.IN_DOUBT, Status.SCHEDULED, reason="not-posted", actor=worker, now=now)
            continue
        again: dict[str, Any] = {"try_at": decision.try_at} if decision.try_at else {}
        move(ids, Status.CLAIMED, decision.status, reason=decision.reason, actor=worker, now=now, **again)


def unposted(claimed: Iterable[Claimed]) -> Iterator[tuple[Claimed, Decision]]:
    """What a worker that stops gives back."""
    return ((one, Decision(Status.SCHEDULED, "worker-stopped")) for one in claimed)
