"""The only place where a reminder's status changes: by the table of moves, and with an event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from scheduler.domain.status import Status, check_move
from scheduler.models import Clinic, Episode, Event, Reminder
from scheduler.sets import chunks, column_value, conditional_update, stamp, with_ids

UPDATE = """
    UPDATE scheduler_reminder SET status = %s, status_reason = %s
    WHERE id IN (IDS) AND status = %s
    RETURNING id
"""
TELL = """
    INSERT INTO scheduler_event
        (clinic_id, episode_id, reminder_id, kind, "before", "after", reason, actor, at, details)
    SELECT clinic_id, episode_id, id, 'status-changed', %s, %s, %s, %s, %s, '{}'
    FROM scheduler_reminder WHERE id IN (IDS)
"""


def move(
    reminder_ids: Iterable[int],
    before: Status,
    after: Status,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    **fields: Any,
) -> list[int]:
    """Move those of the reminders that stand at `before`; return their ids, in no order.

    The others stay as they are: somebody else was first, which is no error. `reason` is a code, not a
    sentence. `fields` are set along with the status; leaving `claimed` ends the lease. Raises ForbiddenMove.
    """
    check_move(before, after)
    if before is Status.CLAIMED:
        fields = {"lease_owner": "", "lease_until": None} | fields
    moved: list[int] = []
    wanted = list(chunks(reminder_ids))
    if not wanted:
        return moved
    # No savepoint: two round trips less, and who catches an error here undoes more than this.
    with transaction.atomic(savepoint=False):
        for ids in wanted:
            moved += _update(ids, before, after, reason, fields)
        for ids in chunks(moved):
            _tell(ids, [before, after, reason, actor, stamp(now)])
    return moved


def _update(ids: list[int], before: Status, after: Status, reason: str, fields: dict[str, Any]) -> list[int]:
    columns = [column_value(Reminder, name, value) for name, value in fields.items()]
    sql = UPDATE.replace("WHERE", "".join(f", {column} = %s " for column, _ in columns) + "WHERE", 1)
    values = [after, reason, *(value for _, value in columns), *ids, before]
    return [row[0] for row in conditional_update(with_ids(sql, ids), values)]


def _tell(ids: list[int], values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(with_ids(TELL, ids), [*values, *ids])


def note(
    clinic: Clinic,
    kind: str,
    *,
    actor: str,
    now: datetime,
    episode: Episode | None = None,
    reminder: Reminder | None = None,
    reason: str = "",
    **details: Any,
) -> Event:
    """Record something that changes no status. `kind` is in the past tense: settings-changed."""
    return Event.objects.create(
        clinic=clinic,
        kind=kind,
        actor=actor,
        at=now,
        episode=episode,
        reminder=reminder,
        reason=reason,
        details=details,
    )
