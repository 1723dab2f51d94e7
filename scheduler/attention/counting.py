"""How much waits for a person: one query, for every page."""

from datetime import datetime

from django.db import connection

from scheduler.attention.waiting import WAITING, values_of
from scheduler.models import Clinic

#: nobody needs to know it more exactly
MOST = 99
COUNT = f"""
    SELECT COUNT(*) FROM (
        SELECT id FROM ({WAITING}
            UNION ALL SELECT id FROM scheduler_reply WHERE clinic_id = %s AND handled_at IS NULL
            UNION ALL SELECT id FROM scheduler_heldenrolment WHERE clinic_id = %s AND closed_at IS NULL
        ) AS waits LIMIT {MOST + 1}
    ) AS limited
"""  # noqa: S608 - words of our own


def count_waiting(clinic: Clinic, now: datetime) -> int:
    """Messages, replies and held enrolments that wait; one more than MOST where there are more."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [*values_of(clinic, now), clinic.pk, clinic.pk])
        return int(cursor.fetchone()[0])
