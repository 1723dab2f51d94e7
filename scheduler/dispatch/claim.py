"""Step one: take what is due, in one transaction, with a lease and a recorded attempt each."""

import time
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction

from scheduler.channels.base import Outgoing
from scheduler.dispatch.decide import OPTED_OUT, UNREADABLE, UNWRITABLE, Decision, by_decision, hold_back
from scheduler.dispatch.due import next_due, take_due
from scheduler.dispatch.route import Route, choose, permitted, refusals, wanted
from scheduler.dispatch.row import Row, load
from scheduler.dispatch.text import address, write
from scheduler.domain.status import AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Reminder
from scheduler.opt_outs import Recipient
from scheduler.sets import insert, stamp

log = structlog.get_logger(__name__)

#: how long a worker has for what it claimed; after that it is in doubt
LEASE = timedelta(seconds=60)
BATCH = 50
ATTEMPT = (
    "id", "reminder_id", "clinic_id", "sender_id", "kind", "channel", "address", "subject", "text",
    "segments", "episode_revision", "created_at", "status", "error_code",
    "told",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder that this worker alone may post, until half of its lease is gone."""

    reminder_id: int
    outgoing: Outgoing
    route: Route
    revision: int
    lease_until: datetime
    #: on the monotonic clock of this process, which no adjustment of the time of day moves
    claimed_at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought. `looked_at` 0: nothing was due."""

    looked_at: int = 0
    claimed: tuple[Claimed, ...] = ()
    #: how many were not claimed, by what became of them
    set_aside: Counter[str] = field(default_factory=Counter)


def claim(now: datetime, *, worker: str, live: Set[str], limit: int = BATCH) -> Batch:
    """Claim what is due at `now`; `live` are the kinds of channel with a provider."""
    first = next_due()
    if first is None or first > now:
        # Most looks find nothing: they cost one read, and take no lock.
        return Batch()
    with transaction.atomic():
        ids = take_due(now, limit)
        if not ids:
            return Batch()
        rows = load(ids)
        refused = refusals(rows)
        held = {row.reminder.pk: decision for row in rows if (decision := _held(row, now, refused))}
        _set_aside(held, worker, now)
        free = [row for row in rows if row.reminder.pk not in held]
        claimed, failed = _claim(free, now, worker, live, refused)
    counts = Counter(str(decision.status) for decision in held.values()) + Counter(failed=failed)
    return Batch(len(ids), claimed, counts)


def _held(row: Row, now: datetime, refused: Set[Recipient]) -> Decision | None:
    try:
        if decision := hold_back(row, now):
            return decision
        return OPTED_OUT if permitted(row) and not wanted(row, refused) else None
    except UNREADABLE:
        # It is claimed, so that it can fail where a person sees it.
        return None


def _set_aside(held: dict[int, Decision], worker: str, now: datetime) -> None:
    for decision, ids in by_decision(held.items()).items():
        if decision.status is Status.SCHEDULED:
            waiting = Reminder.objects.across_clinics().filter(pk__in=ids, status=Status.SCHEDULED)
            waiting.update(try_at=decision.try_at)
        else:
            move(ids, Status.SCHEDULED, decision.status, reason=decision.reason, actor=worker, now=now)


def _claim(
    rows: list[Row], now: datetime, worker: str, live: Set[str], refused: Set[Recipient]
) -> tuple[tuple[Claimed, ...], int]:
    ids, lease_until = [row.reminder.pk for row in rows], now + LEASE
    won = set(
        move(
            ids, Status.SCHEDULED, Status.CLAIMED, actor=worker, now=now,
            lease_owner=worker, lease_until=lease_until,
        )
    )  # fmt: skip
    claimed: list[Claimed] = []
    attempts: list[Sequence[object]] = []
    impossible: list[tuple[int, Decision]] = []
    for row in rows:
        if row.reminder.pk not in won:
            continue
        prepared = _prepare(row, now, live, refused)
        if isinstance(prepared, Decision):
            impossible.append((row.reminder.pk, prepared))
            continue
        route, outgoing, segments = prepared
        attempts.append(_attempt(row, route, outgoing, segments, now))
        revision, posted = row.episode.revision, time.monotonic()
        claimed.append(Claimed(row.reminder.pk, outgoing, route, revision, lease_until, posted))
    insert(Attempt, ATTEMPT, attempts)
    for decision, failed in by_decision(impossible).items():
        move(failed, Status.CLAIMED, decision.status, reason=decision.reason, actor=worker, now=now)
    return tuple(claimed), len(impossible)


def _prepare(
    row: Row, now: datetime, live: Set[str], refused: Set[Recipient]
) -> tuple[Route, Outgoing, int] | Decision:
    """The text and its way out, or what becomes of one that has none."""
    try:
        route = choose(row, live, refused)
        if isinstance(route, str):
            return Decision(Status.FAILED, route)
        text = write(row, now)
        outgoing = address(row, route, text, uuid4(), now)
    except UNREADABLE:
        # One text that cannot be written must not hold up the others.
        log.exception("text cannot be written", reminder=row.reminder.pk, edition=row.edition.pk)
        return UNWRITABLE
    return route, outgoing, text.segments if route.kind == "sms" else 0


def _attempt(row: Row, route: Route, outgoing: Outgoing, segments: int, now: datetime) -> Sequence[object]:
    return (
        key(outgoing.attempt_id), row.reminder.pk, row.clinic.pk,
        row.clinic.sender_id if route.channel == "sms" else None, route.kind, route.channel,
        outgoing.address, outgoing.subject, outgoing.text, segments, row.episode.revision, stamp(now),
        AttemptStatus.OPEN, "", "{}",
    )  # fmt: skip


def key(attempt_id: UUID) -> object:
    """An attempt's id as the engine stores it."""
    return attempt_id if connection.features.has_native_uuid_field else attempt_id.hex
