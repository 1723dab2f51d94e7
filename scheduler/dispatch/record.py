"""Step four: write down what the provider said. Batches of outcomes in a few statements."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from scheduler import opt_outs
from scheduler.channels.base import Kind, Outcome, Verdict
from scheduler.dispatch.backoff import delay
from scheduler.dispatch.claim import Claimed, key
from scheduler.domain.status import RANK, AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Reminder
from scheduler.sets import stamp

Posted = tuple[Claimed, Outcome]
ATTEMPT_STATUS = {
    Kind.ACCEPTED: AttemptStatus.SENT,
    Kind.NOT_POSTED: AttemptStatus.RELEASED,
    Kind.REJECTED: AttemptStatus.REJECTED,
    Kind.IN_DOUBT: AttemptStatus.IN_DOUBT,
}
# A receipt may have come first: its id stays, and its status where it ranks higher.
SETTLE = """
    UPDATE scheduler_attempt SET
        provider_id = COALESCE(provider_id, %s), error_code = %s, recorded_at = %s,
        status = CASE WHEN status IN (EARLIER) THEN %s ELSE status END
    WHERE id = %s
"""


def record(posted: Sequence[Posted], now: datetime, *, worker: str) -> None:
    """Attempts get their outcome and always the provider's id; reminders move on from where they are.

    A reminder that a receipt, or the end of its lease, has moved already is no error.
    """
    with transaction.atomic():
        _settle_attempts(posted, now)
        by_kind: dict[Kind, list[Posted]] = defaultdict(list)
        for one in posted:
            by_kind[one[1].kind].append(one)
        _follow(_ids(by_kind[Kind.ACCEPTED]), Status.SENT, "", worker, now)
        _follow(_ids(by_kind[Kind.IN_DOUBT]), Status.IN_DOUBT, "no-clear-answer", worker, now)
        _again(by_kind[Kind.NOT_POSTED], "not-posted", worker, now)
        _refused(by_kind[Kind.REJECTED], worker, now)


def _settle_attempts(posted: Sequence[Posted], now: datetime) -> None:
    by_status: dict[AttemptStatus, list[list[Any]]] = defaultdict(list)
    for one, outcome in posted:
        status = ATTEMPT_STATUS[outcome.kind]
        values = [outcome.provider_id, outcome.code, stamp(now), status, key(one.outgoing.attempt_id)]
        by_status[status].append(values)
    with connection.cursor() as cursor:
        for status, rows in by_status.items():
            earlier = ", ".join(f"'{other}'" for other in AttemptStatus if RANK[other] < RANK[status])
            cursor.executemany(SETTLE.replace("EARLIER", earlier), rows)


def _ids(posted: Sequence[Posted]) -> list[int]:
    return [one.reminder_id for one, _ in posted]


def _follow(ids: list[int], after: Status, reason: str, worker: str, now: datetime) -> None:
    moved = set(move(ids, Status.CLAIMED, after, reason=reason, actor=worker, now=now))
    late = [reminder_id for reminder_id in ids if reminder_id not in moved]
    if late and after is not Status.IN_DOUBT:
        # The lease ran out while the provider was answering.
        move(late, Status.IN_DOUBT, after, reason=reason, actor=worker, now=now)


def _again(posted: Sequence[Posted], reason: str, worker: str, now: datetime) -> None:
    """Try again later, as long as send-by allows; then a person decides."""
    reminders = Reminder.objects.across_clinics().filter(pk__in=_ids(posted))
    for reminder in reminders.annotate(tries=Count("attempts")):
        # Chance only spreads the load; nothing depends on it.
        try_at = now + delay(reminder.tries, random.random())  # noqa: S311
        if try_at < reminder.send_by:
            for before in (Status.CLAIMED, Status.IN_DOUBT):
                move(
                    [reminder.pk],
                    before,
                    Status.SCHEDULED,
                    reason=reason,
                    actor=worker,
                    now=now,
                    try_at=try_at,
                )
        else:
            _follow([reminder.pk], Status.FAILED, reason, worker, now)


def _refused(posted: Sequence[Posted], worker: str, now: datetime) -> None:
    by_verdict: dict[Verdict | None, list[Posted]] = defaultdict(list)
    for one in posted:
        by_verdict[one[1].verdict].append(one)
    for verdict, some in by_verdict.items():
        if verdict in (Verdict.TEMPORARY, Verdict.CONFIGURATION):
            _again(some, str(verdict), worker, now)
        elif verdict is Verdict.OPTED_OUT:
            _note_opt_outs(some, worker, now)
            move(_ids(some), Status.CLAIMED, Status.SKIPPED, reason="opted-out", actor=worker, now=now)
        else:
            _follow(_ids(some), Status.FAILED, f"refused-{verdict}", worker, now)


def _note_opt_outs(posted: Sequence[Posted], worker: str, now: datetime) -> None:
    """The provider knows of a refusal that we had not heard of."""
    reminders = Reminder.objects.across_clinics().select_related("clinic__sender").in_bulk(_ids(posted))
    for one, _ in posted:
        clinic, address = reminders[one.reminder_id].clinic, one.outgoing.address
        opt_outs.stop(clinic, one.channel, address, source="provider", actor=worker, now=now)
