"""Who a request comes from, and under which name it is logged."""

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.addresses import EVERYBODY, Network

Address = IPv4Address | IPv6Address
#: names of requests that callers may choose; they are logged
NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
NAMES = ("HTTP_X_REQUEST_ID", "HTTP_X_CORRELATION_ID")


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is none of the trusted proxies; what strangers claim of others is ignored.

    Where everybody is trusted, it is what the nearest proxy says: the rest could be anybody's invention.
    """
    client = _read(peer)
    for word in reversed(forwarded_for.split(",")):
        said = _read(word)
        if client is None or said is None or not any(client in network for network in trusted):
            break
        client = said
        if trusted == EVERYBODY:
            break
    return str(client) if client else peer


def _read(word: str) -> Address | None:
    """Some proxies add the port; one that listens for both families writes IPv4 as IPv6."""
    word = word.strip()
    try:
        bare = word.count(":") > 1 and "[" not in word
        found = ip_address(word if bare else urlsplit(f"//{word}").hostname or "")
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


def know_the_caller(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware: limits and logs take REMOTE_ADDR for the client, and no long text for a name."""

    def answer(request: HttpRequest) -> HttpResponse:
        said = request.META.get("HTTP_X_FORWARDED_FOR", "")
        peer = request.META.get("REMOTE_ADDR", "")
        request.META["REMOTE_ADDR"] = client_address(peer, said, settings.TRUSTED_PROXIES)
        for name in NAMES:
            if not NAME.fullmatch(request.META.get(name, "")):
                request.META.pop(name, None)
        return get_response(request)

    return answer
