"""Which reminders are due, and in what order they are taken. The cost does not grow with what is pending."""

from datetime import datetime

from django.db import connection

from scheduler.domain.status import Status
from scheduler.models import Reminder
from scheduler.sets import stamp

# The status stands in the text: a partial index is not used for a parameter.
CLINICS = """
    SELECT id FROM (
        SELECT clinic.id, (
            SELECT try_at FROM scheduler_reminder
            WHERE status = 'scheduled' AND clinic_id = clinic.id AND critical = %s
            ORDER BY try_at LIMIT 1
        ) AS first_due
        FROM scheduler_clinic AS clinic
    ) AS waiting
    WHERE first_due <= %s ORDER BY first_due LIMIT %s
"""
ROWS = """
    SELECT id FROM scheduler_reminder
    WHERE status = 'scheduled' AND clinic_id = %s AND critical = %s AND try_at <= %s
    ORDER BY try_at LIMIT %s
"""
NEXT = "SELECT MIN(try_at) FROM scheduler_reminder WHERE status = 'scheduled'"


def take_due(now: datetime, limit: int) -> list[int]:
    """Ids of due reminders, at most `limit`, locked until the transaction ends.

    Critical ones first, then the same number for each clinic that has some, then by time. Where one clinic
    has less than its share, the next claim takes the rest.
    """
    ids = _take(True, now, limit)
    return ids + (_take(False, now, limit - len(ids)) if len(ids) < limit else [])


def _take(critical: bool, now: datetime, limit: int) -> list[int]:
    # Rows that another worker is claiming right now are passed over; SQLite has only one writer anyway.
    sql = ROWS + (" FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else "")
    with connection.cursor() as cursor:
        cursor.execute(CLINICS, [critical, stamp(now), limit])
        clinics = [row[0] for row in cursor.fetchall()]
        ids: list[int] = []
        for clinic in clinics:
            share = -(-limit // len(clinics))
            cursor.execute(sql, [clinic, critical, stamp(now), min(share, limit - len(ids))])
            ids += [row[0] for row in cursor.fetchall()]
    return ids


def awaits_provider() -> bool:
    """Whether anything scheduled must really leave."""
    scheduled = Reminder.objects.across_clinics().filter(status=Status.SCHEDULED)
    return scheduled.filter(episode__outbox_only=False).exists()


def next_due() -> datetime | None:
    """When the next reminder is to be looked at; None where none is scheduled."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        (value,) = cursor.fetchone()
    return _instant(value)


def _instant(value: object) -> datetime | None:
    field = Reminder._meta.get_field("try_at")
    for convert in connection.ops.get_db_converters(field.get_col("r")):
        value = convert(value, None, connection)
    assert value is None or isinstance(value, datetime)
    return value
