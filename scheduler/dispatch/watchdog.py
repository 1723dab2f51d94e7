"""Noticing that what should have gone has not, and that nobody is there to send it.

The second is for the pages to notice as well: a worker that is gone notices nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from scheduler.alarms import Kind, alarm, clear, open_alarms
from scheduler.dispatch.due import look
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Heartbeat, Reminder

#: what is so late is more than busy
LATE = timedelta(minutes=15)
#: a worker says every ten seconds that it is there
GONE = timedelta(seconds=60)
#: an alarm that whoever opened it did not repeat for so long is over: that worker is gone
SILENT = timedelta(minutes=2)
HOUR = timedelta(hours=1)
#: nobody needs to know it more exactly
MOST = 1000
#: what a provider took, whatever became of it
TAKEN = (AttemptStatus.SENT, AttemptStatus.UNDELIVERED, AttemptStatus.DELIVERED)
IN_VAIN = (AttemptStatus.RELEASED, AttemptStatus.REJECTED, AttemptStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Progress:
    """What should have gone from a clinic by now and has not, beside what went within the hour."""

    late: int
    went: int

    def __str__(self) -> str:
        late = f"more than {MOST}" if self.late > MOST else str(self.late)
        minutes = LATE // timedelta(minutes=1)
        return f"{late} late by {minutes} minutes or more; {self.went} went in the last hour."


def watch(now: datetime, worker: str) -> None:
    """Open and close the alarms of all clinics. Whoever does this is a worker that runs."""
    clear(Kind.NO_WORKER, now=now)
    open_alarms().filter(kind=Kind.CLOCK, seen_at__lt=now - SILENT).update(closed_at=now)
    for clinic in Clinic.objects.order_by("pk"):
        progress = progress_of(clinic, now)
        if progress.late:
            alarm(Kind.LATE, now=now, clinic=clinic, detail=str(progress))
        else:
            clear(Kind.LATE, now=now, clinic=clinic)


def progress_of(clinic: Clinic, now: datetime) -> Progress:
    """Counts at most a little more than MOST of either."""
    late = sum(rows[: MOST + 1].count() for rows in _late(clinic, now))
    went = Attempt.objects.for_clinic(clinic).filter(created_at__gt=now - HOUR, status__in=TAKEN)
    return Progress(late, went.count())


def _late(clinic: Clinic, now: datetime) -> Iterator[QuerySet[Reminder]]:
    """Each by an index of its own; none of these waits for a pause or for sending hours."""
    ours = Reminder.objects.for_clinic(clinic)
    for queued in (False, True):
        # Either kind is named: between the clinic and the time the index has it.
        yield ours.filter(
            status=Status.SCHEDULED, queued=queued, critical__in=[True, False], try_at__lte=now - LATE
        )
    yield ours.filter(status=Status.CLAIMED, lease_until__lte=now - LATE)
    # Tried in vain not long ago, and to be tried again.
    tried = Attempt.objects.for_clinic(clinic).filter(created_at__gt=now - 2 * HOUR, status__in=IN_VAIN)
    again = Q(status=Status.SCHEDULED, due_at__lte=now - LATE, try_at__gt=now - LATE)
    yield ours.filter(again, pk__in=tried.values("reminder"))


def workers(now: datetime) -> int:
    """How many run."""
    return Heartbeat.objects.filter(seen_at__gt=now - GONE).count()


def seen_last() -> datetime | None:
    """When any worker was last seen."""
    last: datetime | None = Heartbeat.objects.aggregate(last=Max("seen_at"))["last"]
    return last


def notice_workers(now: datetime) -> bool:
    """Whether a worker runs, or nobody needs one; otherwise there is an alarm, which the next worker ends."""
    last = seen_last()
    if last is not None and last > now - GONE:
        return True
    if not _work_waits(last, now):
        return True
    detail = f"The last was seen at {last:%Y-%m-%d %H:%M} UTC." if last else ""
    alarm(Kind.NO_WORKER, now=now, detail=detail)
    return False


def _work_waits(last: datetime | None, now: datetime) -> bool:
    """Something is to be sent: some day, where a worker ran before; by now, where none ever did."""
    first, queued = look()
    if last:
        return queued or first is not None
    return first is not None and first <= now - GONE
