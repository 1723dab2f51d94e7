"""Which protocol, and which edition of it, an address names; 404 where there is none."""

from django.http import Http404

from scheduler import editions
from scheduler.domain.protocol import Protocol
from scheduler.models import Clinic, Edition


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
