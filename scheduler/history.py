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
#: both in one statement, where the engine can: what moved is told of
UPDATE_AND_TELL = """
    WITH moved AS (
        UPDATE scheduler_reminder SET status = %s, status_reason = %s
        WHERE id = ANY(%s) AND status = %s
        RETURNING id, clinic_id, episode_id
    ), told AS (
        INSERT INTO scheduler_event
            (clinic_id, episode_id, reminder_id, kind, "before", "after", reason, actor, at, details)
        SELECT clinic_id, episode_id, id, 'status-changed', %s, %s, %s, %s, %s, '{}' FROM moved
    )
    SELECT id FROM moved
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
    wanted = list(reminder_ids)
    if not wanted:
        return []
    columns = dict(column_value(Reminder, name, value) for name, value in fields.items())
    told = [str(before), str(after), reason, actor, stamp(now)]
    # No savepoint: two round trips less, and who catches an error here undoes more than this.
    with transaction.atomic(savepoint=False):
        if connection.vendor == "postgresql":
            values = [str(after), reason, *columns.values(), wanted, str(before), *told]
            return _ids(_setting(UPDATE_AND_TELL, columns), values)
        return [pk for ids in chunks(wanted) for pk in _update_then_tell(ids, columns, told)]


def _update_then_tell(ids: list[int], columns: dict[str, Any], told: list[Any]) -> list[int]:
    before, after, reason, *_ = told
    sql = with_ids(_setting(UPDATE, columns), ids)
    moved = _ids(sql, [after, reason, *columns.values(), *ids, before])
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(with_ids(TELL, moved), [*told, *moved])
    return moved


def _setting(sql: str, columns: Iterable[str]) -> str:
    return sql.replace("WHERE", "".join(f", {column} = %s " for column in columns) + "WHERE", 1)


def _ids(sql: str, values: list[Any]) -> list[int]:
    return [row[0] for row in conditional_update(sql, values)]


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
