"""How dispatch stands, in figures for Prometheus. They are read when somebody asks for them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet
from prometheus_client.core import GaugeMetricFamily

from scheduler.alarms import Kind, open_alarms
from scheduler.attention.counting import MOST, count_waiting
from scheduler.dispatch.watchdog import progress_of, seen_last, workers
from scheduler.domain.status import Status
from scheduler.models import Clinic, Reminder, Sender
from scheduler.receipts import unknown

Gauge = GaugeMetricFamily


def figures(now: datetime) -> Iterator[Gauge]:
    """Nothing in them is about a patient. The labels are slugs of clinics, ids of senders, and codes."""
    yield Gauge("aftercare_workers", "workers that run", value=workers(now))
    if last := seen_last():
        silence = (now - last).total_seconds()
        yield Gauge("aftercare_worker_silence_seconds", "since a worker was last seen", value=silence)
    yield _alarms()
    yield from _progress(now)
    yield from _senders(now)
    yield Gauge("aftercare_reports_unknown", "reports of messages that nobody knows here", value=unknown())


def _alarms() -> Gauge:
    gauge = Gauge("aftercare_alarms", "open alarms", labels=["kind"])
    counts = dict(open_alarms().order_by().values_list("kind").annotate(Count("pk")))
    for kind in sorted({*Kind, *counts}):
        gauge.add_metric([kind], counts.get(kind, 0))
    return gauge


def _progress(now: datetime) -> Iterator[Gauge]:
    late = Gauge("aftercare_late", "messages that should have gone and have not", labels=["clinic"])
    went = Gauge("aftercare_went_last_hour", "messages that went within the hour", labels=["clinic"])
    waits = Gauge("aftercare_attention", f"what waits for people, to {MOST + 1}", labels=["clinic"])
    for clinic in Clinic.objects.order_by("slug"):
        waits.add_metric([clinic.slug], count_waiting(clinic, now))
        progress = progress_of(clinic, now)
        late.add_metric([clinic.slug], progress.late)
        went.add_metric([clinic.slug], progress.went)
    yield late
    yield went
    yield waits


def _senders(now: datetime) -> Iterator[Gauge]:
    held = Gauge("aftercare_sender_held", "1 while nothing leaves the sender", labels=["sender"])
    for sender in Sender.objects.order_by("pk"):
        held.add_metric([str(sender.pk)], int(bool(sender.held_reason or sender.held_at)))
    yield held
    queued = Reminder.objects.across_clinics().filter(status=Status.SCHEDULED, queued=True, try_at__lte=now)
    yield _by_clinic("aftercare_queued", "texts that wait for their sender", queued)


def _by_clinic(name: str, what: str, rows: QuerySet[Reminder]) -> Gauge:
    gauge = Gauge(name, what, labels=["clinic"])
    for slug, number in rows.order_by().values_list("clinic__slug").annotate(Count("pk")):
        gauge.add_metric([slug], number)
    return gauge
