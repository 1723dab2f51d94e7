"""The JSON API: one key per calling system and clinic. `docs` describes it to whoever is signed in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from scheduler.api.auth import ClinicKey
from scheduler.api.views import router
from scheduler.enrolment import Conflict, Refused

api = NinjaAPI(
    title="Aftercare", version="1", urls_namespace="api", auth=ClinicKey(), docs_decorator=login_required
)
api.add_router("/v1", router)


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    status = 409 if isinstance(refusal, Conflict) else 422
    body = {"faults": refusal.faults, "code": refusal.code, "patients": refusal.patients}
    return api.create_response(request, body, status=status)


@api.exception_handler(ValidationError)
def wrong_shape(request: HttpRequest, fault: Any) -> HttpResponse:
    """In the same form as every other fault, and without what was sent: it may be about a patient."""
    faults = {}
    for error in fault.errors:
        field = ".".join(map(str, error["loc"][2:])) or error["loc"][-1]
        faults[field] = error["msg"]
    return api.create_response(request, {"faults": faults, "code": "refused", "patients": []}, status=422)
