"""Whether the installation can serve: for monitors, which look at the status."""

from threading import Thread
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from health_check.views import HealthCheckView

from scheduler.dispatch.notices import Notice, alarm_notices, post_notices
from scheduler.dispatch.watchdog import notice_workers


class Health(HealthCheckView):  # type: ignore[misc]
    """The pages. JSON, or plain text for `?format=text`: 200 or 500 by health alone, whatever is accepted."""

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = "text" if request.GET.get("format") == "text" else "json"
        request.GET = QueryDict(f"format={wanted}")
        answer: HttpResponse = await super().get(request, *args, **kwargs)
        # Whoever restarts the pages for their health must not do so for want of a worker; but it is noticed.
        await sync_to_async(_somebody_sends)()
        return answer


def worker_health(request: HttpRequest) -> HttpResponse:
    """The sending: 500 where something is to be sent and no worker runs."""
    runs = _somebody_sends()
    return JsonResponse({"worker": "OK" if runs else "none runs"}, status=200 if runs else 500)


def _somebody_sends() -> bool:
    """Where nobody does, this is the process that tells people."""
    now = timezone.now()
    try:
        if notice_workers(now):
            return True
        notices = alarm_notices(now)
    except DatabaseError:
        return False
    if notices:
        Thread(target=_post, args=[notices]).start()
    return False


def _post(notices: list[Notice]) -> None:
    try:
        post_notices(notices)
    finally:
        connection.close()
