"""What the shape of a web address tells, without asking the network."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
EVERYBODY = (ip_network("0.0.0.0/0"), ip_network("::/0"))
HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


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
    if not HOST_NAME.fullmatch(parts.hostname) and not _is_ip(parts.hostname):
        return "has a host that is no host name"
    if parts.path or parts.query or parts.fragment or parts.username:
        return "must be scheme and host alone, without path, query or sign-in"
    return None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def networks_of(text: str) -> tuple[Network, ...]:
    """Addresses and networks between commas, or * for all; raises ValueError."""
    words = [word.strip() for word in text.split(",")]
    return EVERYBODY if words == ["*"] else tuple(ip_network(word) for word in words)


def proxies_fault(text: str) -> str | None:
    try:
        networks_of(text)
    except ValueError:
        return "must be addresses or networks with commas between them, or *"
    return None
