"""What a page carries along that goes on slice by slice, sealed: nobody changes it or takes it elsewhere."""

from collections.abc import Mapping
from typing import Any

from django.core import signing

from scheduler.web.access import ClinicRequest

#: seconds that a request works for a page that is not done with one
SLICE = 1.0


def sealed(request: ClinicRequest, protocol_id: str, about: str, content: Mapping[str, Any]) -> str:
    """A text for a hidden field or an address; `about` tells apart what two pages carry."""
    return signing.dumps(dict(content), salt=_salt(request, protocol_id, about), compress=True)


def unsealed(request: ClinicRequest, protocol_id: str, about: str, text: str) -> dict[str, Any] | None:
    """None where it was not sealed here."""
    try:
        found = signing.loads(text, salt=_salt(request, protocol_id, about))
    except signing.BadSignature:
        return None
    return found if isinstance(found, dict) else None


def _salt(request: ClinicRequest, protocol_id: str, about: str) -> str:
    return f"{about}:{request.clinic.pk}:{protocol_id}"
