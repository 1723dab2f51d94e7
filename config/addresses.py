"""What the shape of a web address tells, without asking the network."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_public(url: str) -> bool:
    """Whether a provider elsewhere could reach the address."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def origin_fault(url: str) -> str | None:
    """What keeps the text from being scheme and host alone."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not a web address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not a web address that begins with https:// or http://"
    if parts.path or parts.query or parts.fragment or parts.username:
        return "must be scheme and host alone, without path, query or sign-in"
    return None
