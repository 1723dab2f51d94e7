"""Who may call the API, and with how much."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from scheduler.api.keys import find_key
from scheduler.models import ApiKey

#: an enrolment takes well under a kilobyte
LARGEST_BODY = 64 * 1024


class ClinicKey(HttpBearer):
    """The header `Authorization: Bearer KEY`; the key says which clinic it is for."""

    def __call__(self, request: HttpRequest) -> ApiKey | None:
        # Before anything of it is read.
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise HttpError(413, f"The body is too large: {LARGEST_BODY // 1024} kB is the most.")
        key: ApiKey | None = super().__call__(request)
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = find_key(token, timezone.now())
        if key is None:
            raise HttpError(401, "This key is not known. Ask an admin of the clinic for one.")
        if key.revoked_at:
            raise HttpError(403, f"The key {key.prefix} was revoked. Ask an admin of the clinic for another.")
        return key
