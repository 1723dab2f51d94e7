"""Tests reach this machine only: every other connection fails at once."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest


class OutsideConnection(AssertionError):
    """A test tried to reach another machine."""


def _is_local(sock: socket.socket, address: Any) -> bool:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0])
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(sock: socket.socket, address: Any) -> Any:
        if not _is_local(sock, address):
            raise OutsideConnection(f"a test tried to connect to {address}")
        return connect(sock, address)

    return guarded


def keep_inside(patch: pytest.MonkeyPatch) -> None:
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
