"""Which reminders are due, and in what order they are taken. The cost does not grow with what is pending.

What cannot leave at once because of its sender is queued there: the mark keeps it out of the way of what
needs no sender, and of the other senders'. From a queue only so much is taken as may leave now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from random import sample
from typing import NamedTuple

from django.db import connection

from scheduler.dispatch.rate import Lane, lanes
from scheduler.domain.status import Status
from scheduler.models import Reminder
from scheduler.sets import instant, stamp

# Status and mark stand in the text: a partial index is not used for a parameter.
CLINICS = """
    SELECT clinic_id, sender_id, critical, first_due FROM (
        SELECT clinic.id AS clinic_id, clinic.sender_id, kind.critical, (
            SELECT try_at FROM scheduler_reminder
            WHERE status = 'scheduled' AND NOT queued AND clinic_id = clinic.id AND critical = kind.critical
            ORDER BY try_at LIMIT 1
        ) AS first_due
        FROM scheduler_clinic AS clinic, (SELECT TRUE AS critical UNION ALL SELECT FALSE) AS kind
    ) AS waiting
    WHERE first_due <= %s
"""
ROWS = """
    SELECT id FROM scheduler_reminder
    WHERE status = 'scheduled' AND NOT queued AND clinic_id = %s AND critical = %s AND try_at <= %s
    ORDER BY try_at LIMIT %s
"""
NEXT = """
    SELECT
        (SELECT MIN(try_at) FROM scheduler_reminder WHERE status = 'scheduled' AND NOT queued),
        EXISTS (SELECT 1 FROM scheduler_reminder WHERE status = 'scheduled' AND queued)
"""
QUEUES = CLINICS.replace("NOT queued", "queued")
QUEUED_ROWS = ROWS.replace("NOT queued", "queued")
EVER = timedelta(days=3650)
ON_TIME = timedelta(0)
#: what nobody takes out of its queue in time
OUTLIVED = """
    SELECT id FROM scheduler_reminder
    WHERE status = 'scheduled' AND queued AND send_by <= %s LIMIT %s
"""


class Due(NamedTuple):
    """A clinic that has something due of one kind, and since when."""

    clinic: int
    sender: int | None
    critical: bool
    since: datetime


class Waiting(NamedTuple):
    """When the first is due that is in no queue, and whether any is in one."""

    first: datetime | None
    queued: bool


def look() -> Waiting:
    """One read, of the ends of two indexes."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        first, queued = cursor.fetchone()
    return Waiting(instant(first), bool(queued))


def take_due(
    now: datetime, limit: int, senders: Mapping[int, Lane], *, queued: bool, ahead: timedelta
) -> list[int]:
    """Ids of due reminders, at most `limit`, locked until the transaction ends; `queued` as a look found it.
    Of those that are in no queue also what is due so long after `now`.

    Critical ones first; of each kind those that a sender has room for and that waited in its queue, then the
    others. For each clinic the same number, one of each in turn, beginning behind the one that was last.
    Where a clinic has less than its share, the next claim takes the rest.
    """
    room = {sender: lane.texts(now) for sender, lane in senders.items()}
    queues = _due(QUEUES, now) if queued else []
    others = _due(CLINICS, now + ahead)
    ids: list[int] = []
    for critical in (True, False):
        ids += _from_queues(_of_kind(queues, critical), now, limit - len(ids), senders, room)
        ids += _fresh(_of_kind(others, critical), now + ahead, limit - len(ids))
    return ids


def _of_kind(due: Iterable[Due], critical: bool) -> list[Due]:
    return [one for one in due if one.critical is critical]


def _from_queues(
    due: Sequence[Due], now: datetime, limit: int, senders: Mapping[int, Lane], room: dict[int, int]
) -> list[int]:
    by_sender: dict[int | None, list[Due]] = defaultdict(list)
    for one in due:
        by_sender[one.sender].append(one)
    ids: list[int] = []
    for sender, clinics in by_sender.items():
        # Queued under a sender that the clinic has no longer.
        most = limit - len(ids) if sender is None else min(room[sender], limit - len(ids))
        last = 0 if sender is None else senders[sender].last_clinic
        in_turn = sorted(clinics, key=lambda one: (one.clinic <= last, one.clinic))
        taken = _in_turn(QUEUED_ROWS, in_turn, now, most)
        if sender is not None:
            room[sender] -= len(taken)
        ids += taken
    return ids


def _fresh(clinics: Sequence[Due], now: datetime, limit: int) -> list[int]:
    if len(clinics) > limit:
        # Not those first whose turn was longest ago: nobody kept count, and chance is fair enough.
        clinics = sample(clinics, max(limit, 0))
    return _in_turn(ROWS, clinics, now, limit)


def _in_turn(sql: str, clinics: Sequence[Due], now: datetime, limit: int) -> list[int]:
    """One of each clinic after the other; those that another worker is claiming are passed over."""
    if limit <= 0 or not clinics:
        return []
    # SQLite has only one writer anyway.
    sql += " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    share, left, taken = -(-limit // len(clinics)), limit, []
    with connection.cursor() as cursor:
        for one in clinics[:limit]:
            cursor.execute(sql, [one.clinic, one.critical, stamp(now), min(share, left)])
            taken.append([row[0] for row in cursor.fetchall()])
            left -= len(taken[-1])
            if not left:
                break
    return list(_alternating(taken))


def _alternating(lists: Iterable[list[int]]) -> Iterator[int]:
    for turn in zip_longest(*lists):
        yield from (one for one in turn if one is not None)


def _due(sql: str, now: datetime) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [stamp(now)])
        found = cursor.fetchall()
    # In every row: the query asks for those that are due.
    return [
        Due(clinic, sender, bool(kind), since)
        for clinic, sender, kind, value in found
        if (since := instant(value))
    ]


def outlived(now: datetime, limit: int) -> list[int]:
    """Those in a queue that are too late by now: a sender that is held, or slow, takes none of them."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLIVED, [stamp(now), limit])
        return [row[0] for row in cursor.fetchall()]


def awaits_provider() -> bool:
    """Whether anything scheduled must really leave."""
    scheduled = Reminder.objects.across_clinics().filter(status=Status.SCHEDULED)
    return scheduled.filter(episode__outbox_only=False).exists()


def next_due(now: datetime, waiting: Waiting | None = None, *, ahead: timedelta = ON_TIME) -> datetime | None:
    """When to look next; None where nothing is scheduled, or nothing but what a held sender keeps back.

    What is in no queue is looked at so long before it is due.
    """
    due, queued = waiting or look()
    first = due and due - ahead
    if not queued or (first is not None and first <= now):
        return first
    opens = queue_opens(now)
    return opens if first is None else min(first, opens or first)


def queue_opens(now: datetime) -> datetime | None:
    """When the next text may leave a queue; None where none may."""
    waiting = _due(QUEUES, now + EVER)
    known = lanes(now, {one.sender for one in waiting if one.sender is not None})
    return min((when for one in waiting if (when := _leaves(one, known))), default=None)


def _leaves(first: Due, known: Mapping[int, Lane]) -> datetime | None:
    if first.sender is None:
        return first.since
    opens = known[first.sender].opens()
    return opens and max(opens, first.since)
