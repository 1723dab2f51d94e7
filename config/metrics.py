"""Prometheus metrics, for whoever holds METRICS_TOKEN."""

import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.addresses import is_loopback


def metrics(request: HttpRequest) -> HttpResponse:
    """Without a token only a trial installation answers: behind a proxy every caller looks local."""
    if not _allowed(request):
        raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN is None:
        return is_loopback(settings.PUBLIC_URL) and is_loopback(f"http://{request.META['REMOTE_ADDR']}")
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    return secrets.compare_digest(request.headers.get("Authorization", "").encode(), wanted)
