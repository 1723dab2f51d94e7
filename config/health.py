"""Whether the installation can serve: for monitors, which look at the status."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from health_check.views import HealthCheckView


class Health(HealthCheckView):  # type: ignore[misc]
    """JSON, or plain text for `?format=text`: 200 or 500 by health alone, whatever the caller accepts."""

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = "text" if request.GET.get("format") == "text" else "json"
        request.GET = QueryDict(f"format={wanted}")
        answer: HttpResponse = await super().get(request, *args, **kwargs)
        return answer
