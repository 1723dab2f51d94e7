"""What became of a clinic's messages yesterday, told to its admins in the morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count

from scheduler.attention.counting import MOST, count_waiting
from scheduler.dispatch.notices import Notice, admins_of
from scheduler.dispatch.slots import give_back, take_slot
from scheduler.dispatch.watchdog import TAKEN
from scheduler.domain import localtime
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Event

#: hours on the clinic's clock between which it is sent; who starts a worker later hears tomorrow
MORNING = range(8, 12)
ENDED_BADLY = (Status.FAILED, Status.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one local date; `attention` is how much waits for a person now, as the pages count it."""

    day: date
    sent: int
    delivered: int
    failed: int
    attention: int


def summary_of(clinic: Clinic, day: date, now: datetime) -> Summary:
    """Of that date on the clinic's clock, at `now` (aware UTC)."""
    begins = localtime.start_of_day(clinic.timezone, day)
    ends = localtime.start_of_day(clinic.timezone, day + timedelta(days=1))
    attempts = Attempt.objects.for_clinic(clinic).filter(created_at__gte=begins, created_at__lt=ends)
    by_status = dict(attempts.order_by().values_list("status").annotate(Count("pk")))
    failed = Event.objects.for_clinic(clinic).filter(
        at__gte=begins, at__lt=ends, kind="status-changed", after__in=ENDED_BADLY
    )
    return Summary(
        day,
        sent=sum(by_status.get(status, 0) for status in TAKEN),
        delivered=by_status.get(AttemptStatus.DELIVERED, 0),
        failed=failed.values("reminder").distinct().count(),
        attention=count_waiting(clinic, now),
    )


def summary_notices(now: datetime, worker: str) -> list[Notice]:
    """For each clinic where it is morning, unless another worker has taken that morning."""
    return [notice for clinic in _awake(now) for notice in _notices(clinic, now, worker)]


def _awake(now: datetime) -> Iterator[Clinic]:
    for clinic in Clinic.objects.filter(demonstration=False) if settings.EMAIL_LIVE else ():
        try:
            hour = localtime.to_wall(clinic.timezone, now).hour
        except localtime.UnknownZone:
            continue
        if hour in MORNING:
            yield clinic


def _notices(clinic: Clinic, now: datetime, worker: str) -> Iterator[Notice]:
    today = localtime.local_date(clinic.timezone, now)
    addresses = admins_of([clinic])
    slot = localtime.start_of_day(clinic.timezone, today)
    job = f"summary-{clinic.pk}"
    if not addresses or not take_slot(job, slot, worker):
        return
    summary = summary_of(clinic, today - timedelta(days=1), now)
    yield Notice(addresses, _subject(clinic, summary), _body(clinic, summary), lambda: give_back(job, slot))


def _subject(clinic: Clinic, summary: Summary) -> str:
    wait = f"; {_waiting(summary)} need attention" if summary.attention else ""
    return f"{clinic.name}: {summary.sent} messages sent on {localtime.short_date(summary.day)}{wait}"


def _body(clinic: Clinic, summary: Summary) -> str:
    return (
        f"{clinic.name}, {localtime.short_date(summary.day)}\n\n"
        f"Sent: {summary.sent}\n"
        f"Known to have arrived: {summary.delivered}\n"
        f"Failed: {summary.failed}\n"
        f"Waiting for somebody's decision now: {_waiting(summary)}\n\n"
        f"{settings.PUBLIC_URL}/c/{clinic.slug}/\n"
    )


def _waiting(summary: Summary) -> str:
    return f"more than {MOST}" if summary.attention > MOST else str(summary.attention)
