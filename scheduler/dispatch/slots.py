"""What is done once, however many workers run: whoever inserts the row does it."""

from datetime import datetime

from django.db import connection

from scheduler.models import JobSlot
from scheduler.sets import stamp

TAKE = """
    INSERT INTO scheduler_jobslot (job, slot, worker) VALUES (%s, %s, %s)
    ON CONFLICT (job, slot) DO NOTHING
"""


def take_slot(job: str, slot: datetime, worker: str) -> bool:
    """Whether it is this worker's to do."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [job, stamp(slot), worker])
        return bool(cursor.rowcount == 1)


def give_back(job: str, slot: datetime) -> None:
    """It could not be done; somebody may try again."""
    JobSlot.objects.filter(job=job, slot=slot).delete()
