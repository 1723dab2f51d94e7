"""Step two, just before posting: does everything still hold that held when it was claimed?"""

import time
from collections.abc import Sequence, Set
from datetime import datetime

import structlog
from django.db import connection, transaction

from scheduler.dispatch.claim import LEASE, Claimed
from scheduler.dispatch.decide import (
    OPTED_OUT,
    UNWRITABLE,
    Decision,
    hold_back,
    last_moment,
    seconds_left,
)
from scheduler.dispatch.release import NOT_OURS, release
from scheduler.dispatch.route import refusals, wanted
from scheduler.dispatch.row import Row, load
from scheduler.dispatch.unchanged import unchanged
from scheduler.domain.status import Status
from scheduler.opt_outs import Recipient
from scheduler.plans.cases import UNREADABLE
from scheduler.plans.renewal import lock

log = structlog.get_logger(__name__)

#: the rest of the lease is for the request itself and for recording it
HALF_LEASE = LEASE / 2
#: seconds for which the answer holds: who stops texts in the next moment gets none a second later
FRESH = 0.9
OTHER_CHANNEL = Decision(Status.SCHEDULED, "opted-out")
CHANGED = Decision(Status.SCHEDULED, "changed")
OUT_OF_TIME = Decision(Status.SCHEDULED, "half-the-lease-gone")


def recheck(claimed: Sequence[Claimed], now: datetime, *, worker: str) -> tuple[Claimed, ...]:
    """The ones that may be posted now, and at once; the others are provably not posted, and move on."""
    if not claimed:
        return ()
    post_by = time.monotonic() + FRESH
    same = unchanged(claimed, worker)
    seconds = {one.reminder_id: left for one in claimed if (left := _as_before(one, same, now))}
    if others := [one for one in claimed if one.reminder_id not in seconds]:
        seconds |= _looked_into(others, now, worker)
    return tuple(
        one._replace(outgoing=one.outgoing._replace(valid_for=seconds[one.reminder_id], post_by=post_by))
        for one in claimed
        if one.reminder_id in seconds
    )


def _as_before(one: Claimed, same: Set[int], now: datetime) -> int:
    """The seconds that are left, where nothing but the time has moved on; else none."""
    in_time = now >= one.lease_until - LEASE and not _half_gone(one, now)
    return max(seconds_left(one.until, now), 0) if in_time and one.reminder_id in same else 0


def _durable(word: str) -> None:
    """Whether this transaction waits for the disk, which PostgreSQL does where somebody is only held, too."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL synchronous_commit TO {word}")


@transaction.atomic(savepoint=False)
def _looked_into(claimed: Sequence[Claimed], now: datetime, worker: str) -> dict[int, int]:
    """The seconds left to those that may be posted all the same; something about each has changed.

    The first look holds nobody any more, so their plans are held once more.
    """
    _durable("off")
    lock({one.patient_id for one in claimed})
    rows = {row.reminder.pk: row for row in load([one.reminder_id for one in claimed])}
    refused = refusals(rows.values(), [_recipient(one, rows[one.reminder_id]) for one in claimed])
    decided: list[tuple[Claimed, Decision]] = []
    cleared: dict[int, int] = {}
    for one in claimed:
        answer = _checked(one, rows[one.reminder_id], now, worker, refused)
        if isinstance(answer, Decision):
            decided.append((one, answer))
        else:
            cleared[one.reminder_id] = answer
    if decided:
        _durable("DEFAULT")
    release(decided, now, worker=worker)
    return cleared


def _checked(one: Claimed, row: Row, now: datetime, worker: str, refused: Set[Recipient]) -> int | Decision:
    """The seconds that are left to it, or what becomes of it."""
    try:
        if decision := _decide(one, row, now, worker, refused):
            return decision
        return seconds_left(last_moment(row, now), now)
    except UNREADABLE:
        # It was readable when it was claimed. The others of its group go nevertheless.
        log.exception("reminder cannot be read", reminder=one.reminder_id)
        return UNWRITABLE


def _recipient(one: Claimed, row: Row) -> Recipient:
    return Recipient(row.clinic, one.route.kind, one.route.address)


def _decide(one: Claimed, row: Row, now: datetime, worker: str, refused: Set[Recipient]) -> Decision | None:
    reminder = row.reminder
    mine = (reminder.status, reminder.lease_owner) == (Status.CLAIMED, worker)
    if not mine or reminder.lease_until != one.lease_until:
        return NOT_OURS
    if _half_gone(one, now):
        return OUT_OF_TIME
    if _recipient(one, row) in refused:
        return OTHER_CHANNEL if wanted(row, refused) else OPTED_OUT
    held = hold_back(row, now)
    if held:
        return held
    moved = row.addresses.get(one.route.kind) != one.route.address
    return CHANGED if moved or row.episode.revision != one.revision else None


def _half_gone(one: Claimed, now: datetime) -> bool:
    """By either clock: one stands still while the machine sleeps, the other can be set back."""
    elapsed = time.monotonic() - one.claimed_at
    return elapsed > HALF_LEASE.total_seconds() or now >= one.lease_until - HALF_LEASE
