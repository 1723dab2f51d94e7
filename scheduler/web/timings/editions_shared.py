"""What the pages of editions have in common: which protocol, which edition, what is on its way."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import Http404

from scheduler import editions
from scheduler.domain.protocol import Protocol
from scheduler.enrolment.contact import EXAMPLE_LINK_END, contact_of, link_to, page_link
from scheduler.models import Clinic, Edition
from scheduler.plans.slices import Told
from scheduler.web.access import ClinicRequest

#: seconds that a request works for a page that is not done with one
SLICE = 1.0


def file_or_404(protocol_id: str) -> Protocol:
    try:
        return editions.find_protocol(protocol_id)
    except editions.UnknownProtocol:
        raise Http404 from None


def edition_or_404(clinic: Clinic, protocol_id: str, number: int) -> Edition:
    file_or_404(protocol_id)
    try:
        return editions.find_edition(clinic, protocol_id, number)
    except editions.Refused:
        raise Http404 from None


def told_of(clinic: Clinic) -> Told:
    return Told(contact_of(clinic), link_to(EXAMPLE_LINK_END), page_link)


def sealed(request: ClinicRequest, protocol_id: str, about: str, content: Mapping[str, Any]) -> str:
    """What a page carries along, so that nobody changes it or takes it elsewhere."""
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
