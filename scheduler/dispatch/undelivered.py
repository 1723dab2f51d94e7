"""What the provider took and then reported as not delivered: tried once more, sent the other way, or a
person's. The report itself only says so; what follows from it is decided here."""

import random
from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from django.db import connection, transaction

from scheduler import opt_outs
from scheduler.channels.base import Verdict
from scheduler.dispatch.again import Onward, carry_on, once_more, posted
from scheduler.dispatch.consequence import THE_OTHER_WAY, alert, has_other_way
from scheduler.dispatch.route import refusals
from scheduler.dispatch.row import Row, load
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Reminder
from scheduler.opt_outs import Recipient
from scheduler.plans.renewal import lock
from scheduler.sets import CHUNK

# The status stands in the text: a partial index is not used for a parameter.
FIND = "SELECT id FROM scheduler_reminder WHERE status = 'undelivered' ORDER BY id LIMIT %s"
#: a phone that was off is not on again in seconds; spread by half, and never more than half of what is left
REST = timedelta(minutes=10)


def follow_up(now: datetime, worker: str) -> int:
    """Decide about everything that did not arrive; return how many reminders moved on."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [CHUNK])
        ids = [row[0] for row in cursor.fetchall()]
    return _follow(ids, now, worker) if ids else 0


@transaction.atomic
def _follow(ids: Sequence[int], now: datetime, worker: str) -> int:
    patients = Reminder.objects.across_clinics().filter(pk__in=ids)
    lock(set(patients.values_list("episode__patient", flat=True)))
    rows = {row.reminder.pk: row for row in load(ids)}
    failed = _newest(ids)
    for attempt in failed.values():
        _tell(attempt, now, worker)
    refused, times = refusals(rows.values()), posted(ids)
    decided = [(one, _decide(rows[pk], one, times[pk], refused, now)) for pk, one in failed.items()]
    return len(carry_on(Status.UNDELIVERED, decided, now, actor=worker))


def _newest(ids: Sequence[int]) -> dict[int, Attempt]:
    """The last try of each that did not arrive."""
    tried = Attempt.objects.across_clinics().filter(reminder__in=ids, status=AttemptStatus.UNDELIVERED)
    return {one.reminder_id: one for one in tried.select_related("clinic__sender").order_by("created_at")}


def _tell(attempt: Attempt, now: datetime, worker: str) -> None:
    verdict, clinic = _verdict(attempt), attempt.clinic
    if verdict is Verdict.OPTED_OUT:
        source = "provider"
        opt_outs.stop(clinic, attempt.kind, attempt.address, source=source, actor=worker, now=now)
    alert(attempt, verdict, attempt.error_code, now, actor=worker)


def _verdict(attempt: Attempt) -> Verdict:
    """A failure without a code is nobody's to explain."""
    return Verdict(attempt.verdict) if attempt.verdict in set(Verdict) else Verdict.UNKNOWN


def _decide(row: Row, failed: Attempt, times: int, refused: Set[Recipient], now: datetime) -> Onward:
    verdict, kind = _verdict(failed), failed.kind
    reason = f"refused-{verdict}"
    if verdict in (Verdict.TEMPORARY, Verdict.CONFIGURATION):
        return once_more(row, times, str(verdict), now + _wait(row.reminder.send_by - now))
    if verdict is Verdict.EXPIRED:
        return Onward(Status.SKIPPED, reason)
    if verdict in (*THE_OTHER_WAY, Verdict.OPTED_OUT) and has_other_way(row, kind, refused, now):
        return Onward(Status.SCHEDULED, reason, now, kind)
    if verdict is Verdict.OPTED_OUT:
        return Onward(Status.SKIPPED, "opted-out")
    return Onward(Status.FAILED, reason)


def _wait(left: timedelta) -> timedelta:
    # Chance only spreads the load; nothing depends on it.
    return min(REST * (0.75 + 0.5 * random.random()), left / 2)  # noqa: S311
