"""Step four: write down what the provider said. Batches of outcomes in a few statements."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from scheduler import opt_outs
from scheduler.channels.base import Kind, Outcome, Verdict
from scheduler.dispatch.anew import plan_anew
from scheduler.dispatch.backoff import delay
from scheduler.dispatch.claim import Claimed
from scheduler.dispatch.consequence import THE_OTHER_WAY, alert, first_look, has_other_way
from scheduler.dispatch.own import own
from scheduler.dispatch.prepare import stored_keys
from scheduler.dispatch.release import left_behind, release_attempts
from scheduler.dispatch.route import refusals, wanted
from scheduler.dispatch.row import load
from scheduler.domain.status import RANK, AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Reminder
from scheduler.plans.renewal import lock
from scheduler.receipts import UNHEARD, was_taken
from scheduler.sets import chunks, stamp, with_ids

Posted = tuple[Claimed, Outcome]
ATTEMPT_STATUS = {
    Kind.ACCEPTED: AttemptStatus.SENT,
    Kind.REJECTED: AttemptStatus.REJECTED,
    Kind.IN_DOUBT: AttemptStatus.IN_DOUBT,
}
#: the patient certainly has not got it
NOT_TAKEN = (Kind.NOT_POSTED, Kind.REJECTED)
# A receipt may have come first: its id stays, and all it said where it ranks higher.
SETTLE = """
    UPDATE scheduler_attempt SET
        provider_id = COALESCE(provider_id, %s), recorded_at = %s,
        error_code = CASE WHEN status IN (NOT_LATER) THEN %s ELSE error_code END,
        verdict = CASE WHEN status IN (NOT_LATER) THEN %s ELSE verdict END,
        look_at = CASE WHEN status IN (NOT_LATER) THEN %s ELSE look_at END,
        status = CASE WHEN status IN (NOT_LATER) THEN %s ELSE status END
    WHERE id = %s
"""
#: the same in one statement, where the engine takes whole columns at once
SETTLE_ALL = """
    UPDATE scheduler_attempt SET
        provider_id = COALESCE(provider_id, said.provider), recorded_at = %s,
        error_code = CASE WHEN status IN (NOT_LATER) THEN said.code ELSE error_code END,
        verdict = CASE WHEN status IN (NOT_LATER) THEN said.means ELSE verdict END,
        look_at = CASE WHEN status IN (NOT_LATER) THEN said.look ELSE look_at END,
        status = CASE WHEN status IN (NOT_LATER) THEN %s ELSE status END
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS said(attempt, provider, code, means, look)
    WHERE id = said.attempt
"""
LOST = "SELECT id FROM scheduler_attempt WHERE status = 'undelivered' AND id IN (IDS)"


def record(posted: Sequence[Posted], now: datetime, *, worker: str) -> None:
    """Attempts get their outcome and always the provider's id; reminders move on from where they are.

    A reminder that a receipt, or the end of its lease, has moved already is no error. What the provider did
    not take is planned anew where the plan was changed meanwhile, or where it carried another treatment's.
    """
    by_kind: dict[Kind, list[Posted]] = defaultdict(list)
    for one in posted:
        by_kind[one[1].kind].append(one)
    back = [one for kind in NOT_TAKEN for one, _ in by_kind[kind]]
    with transaction.atomic():
        if back:
            lock({one.patient_id for one in back})
        for kind, status in ATTEMPT_STATUS.items():
            _settle_attempts(by_kind[kind], status, now)
        _release_attempts(by_kind[Kind.NOT_POSTED], now)
        # Whoever holds them by now: what a provider took must not be posted again.
        was_taken(_not_reported_lost(by_kind[Kind.ACCEPTED]), Status.SENT, actor=worker, now=now)
        _follow(by_kind[Kind.IN_DOUBT], Status.IN_DOUBT, "no-clear-answer", worker, now)
        _again(by_kind[Kind.NOT_POSTED], "not-posted", worker, now)
        _refused(by_kind[Kind.REJECTED], worker, now)
        plan_anew(left_behind(back), now, worker=worker)


def _settle_attempts(posted: Sequence[Posted], status: AttemptStatus, now: datetime) -> None:
    not_later = ", ".join(f"'{other}'" for other in AttemptStatus if RANK[other] <= RANK[status])
    unheard, keys = stamp(now + UNHEARD), stored_keys(one.outgoing.attempt_id for one, _ in posted)
    said = [
        (
            attempt, outcome.provider_id, outcome.code, str(outcome.verdict or ""),
            _next_look(one, outcome, now, unheard),
        )
        for attempt, (one, outcome) in zip(keys, posted, strict=True)
    ]  # fmt: skip
    if not said:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*said, strict=True)]
            cursor.execute(SETTLE_ALL.replace("NOT_LATER", not_later), [now, str(status), *columns])
            return
        recorded_at = stamp(now)
        rows: list[Sequence[Any]] = [
            (provider, recorded_at, code, means, look, str(status), attempt)
            for attempt, provider, code, means, look in said
        ]
        cursor.executemany(SETTLE.replace("NOT_LATER", not_later), rows)


def _next_look(one: Claimed, outcome: Outcome, now: datetime, unheard: Any) -> Any:
    """When to ask what became of it: of a text the provider can tell, of an email only a person."""
    if outcome.kind is Kind.IN_DOUBT:
        return stamp(first_look(one.route.channel, one.lease_until, now))
    polled = outcome.kind is Kind.ACCEPTED and one.route.channel == "sms"
    return unheard if polled else None


def _release_attempts(posted: Sequence[Posted], now: datetime) -> None:
    by_code: dict[str, list[UUID]] = defaultdict(list)
    for one, outcome in posted:
        by_code[outcome.code].append(one.outgoing.attempt_id)
    for code, ids in by_code.items():
        release_attempts(ids, now, code)


def _not_reported_lost(posted: Sequence[Posted]) -> list[int]:
    """The reminders; a failure that was reported before the answer was recorded has been followed already."""
    keys = stored_keys(one.outgoing.attempt_id for one, _ in posted)
    reminders = dict(zip(keys, _ids(posted), strict=True))
    followed: set[UUID | str] = set()
    with connection.cursor() as cursor:
        for tries in chunks(reminders):
            cursor.execute(with_ids(LOST, tries), tries)
            followed.update(row[0] for row in cursor.fetchall())
    return [reminder for attempt, reminder in reminders.items() if attempt not in followed]


def _ids(posted: Sequence[Posted]) -> list[int]:
    return [one.reminder_id for one, _ in posted]


def _follow(
    posted: Sequence[Posted],
    after: Status,
    reason: str,
    worker: str,
    now: datetime,
    late: Status | None = None,
    **fields: Any,
) -> list[int]:
    """Return those that moved. `late` is for those whose lease ran out while the provider was answering.

    One that another worker took over is that worker's: this answer says nothing of the newer attempt.
    """
    still, late = own([one for one, _ in posted], worker), late or after
    moved = move(still.claimed, Status.CLAIMED, after, reason=reason, actor=worker, now=now, **fields)
    if late is not Status.IN_DOUBT:
        moved += move(still.in_doubt, Status.IN_DOUBT, late, reason=reason, actor=worker, now=now, **fields)
    return moved


def _again(posted: Sequence[Posted], reason: str, worker: str, now: datetime) -> None:
    """Try again later, as long as send-by allows; then a person decides."""
    reminders = Reminder.objects.across_clinics().annotate(tries=Count("attempts")).in_bulk(_ids(posted))
    for reminder in reminders.values():
        # Chance only spreads the load; nothing depends on it.
        reminder.try_at = now + delay(reminder.tries, random.random())  # noqa: S311
    in_time = {pk for pk, reminder in reminders.items() if reminder.try_at < reminder.send_by}
    later = [one for one in posted if one[0].reminder_id in in_time]
    moved = _follow(later, Status.SCHEDULED, reason, worker, now)
    Reminder.objects.across_clinics().bulk_update([reminders[pk] for pk in moved], ["try_at"])
    too_late = [one for one in posted if one[0].reminder_id not in in_time]
    _follow(too_late, Status.FAILED, reason, worker, now)


def _refused(posted: Sequence[Posted], worker: str, now: datetime) -> None:
    by_verdict: dict[Verdict | None, list[Posted]] = defaultdict(list)
    for one in posted:
        by_verdict[one[1].verdict].append(one)
    for verdict, some in by_verdict.items():
        if verdict in (Verdict.TEMPORARY, Verdict.CONFIGURATION):
            _again(some, str(verdict), worker, now)
        elif verdict is Verdict.OPTED_OUT:
            _opted_out(some, worker, now)
        elif verdict in THE_OTHER_WAY:
            _other_way(some, f"refused-{verdict}", worker, now)
        elif verdict is Verdict.EXPIRED:
            _follow(some, Status.SKIPPED, f"refused-{verdict}", worker, now, Status.FAILED)
        else:
            _follow(some, Status.FAILED, f"refused-{verdict}", worker, now)
    _alert([*by_verdict[Verdict.CONFIGURATION], *by_verdict[Verdict.TEXT]], worker, now)


def _alert(posted: Sequence[Posted], worker: str, now: datetime) -> None:
    ids = {one.outgoing.attempt_id: outcome for one, outcome in posted}
    attempts = Attempt.objects.across_clinics().filter(pk__in=ids).select_related("clinic").defer("text")
    for attempt in attempts.order_by("pk") if ids else ():
        outcome = ids[attempt.pk]
        assert outcome.verdict
        alert(attempt, outcome.verdict, outcome.code, now, actor=worker)


def _other_way(posted: Sequence[Posted], reason: str, worker: str, now: datetime) -> None:
    """By email what no text can say to that number, and the other way round; else a person decides."""
    rows = {row.reminder.pk: row for row in load(_ids(posted))}
    refused = refusals(rows.values())
    by_kind: dict[str, list[Posted]] = defaultdict(list)
    for one in posted:
        reminder, kind = one[0].reminder_id, one[0].route.kind
        by_kind[kind if has_other_way(rows[reminder], kind, refused, now) else ""].append(one)
    for kind, some in by_kind.items():
        if kind:
            _follow(some, Status.SCHEDULED, reason, worker, now, not_by=kind, queued=False)
        else:
            _follow(some, Status.FAILED, reason, worker, now)


def _opted_out(posted: Sequence[Posted], worker: str, now: datetime) -> None:
    """The provider knows of a refusal that we had not heard of; another channel may still be wanted."""
    rows = {row.reminder.pk: row for row in load(_ids(posted))}
    for one, _ in posted:
        clinic, route = rows[one.reminder_id].clinic, one.route
        opt_outs.stop(clinic, route.kind, route.address, source="provider", actor=worker, now=now)
    refused = refusals(rows.values())
    other = [one for one in posted if wanted(rows[one[0].reminder_id], refused)]
    _follow(other, Status.SCHEDULED, "opted-out", worker, now)
    rest = [one for one in posted if one not in other]
    # What was in doubt meanwhile counts as tried, so it cannot be skipped any more.
    _follow(rest, Status.SKIPPED, "opted-out", worker, now, Status.FAILED)
