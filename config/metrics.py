"""Prometheus metrics, for whoever holds METRICS_TOKEN."""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from config.addresses import is_loopback
from scheduler.dispatch.metrics import figures


class _Dispatch(Collector):
    """How dispatch stands is asked anew each time: a worker is another process."""

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        return figures(timezone.now())


DISPATCH = CollectorRegistry()
DISPATCH.register(_Dispatch())


def metrics(request: HttpRequest) -> HttpResponse:
    """Without a token only a trial installation answers: behind a proxy every caller looks local."""
    if not _allowed(request):
        raise Http404
    return HttpResponse(generate_latest() + generate_latest(DISPATCH), content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN is None:
        return is_loopback(settings.PUBLIC_URL) and is_loopback(f"http://{request.META['REMOTE_ADDR']}")
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    return secrets.compare_digest(request.headers.get("Authorization", "").encode(), wanted)
