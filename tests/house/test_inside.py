"""Tests cannot reach other machines."""

import socket

import pytest

from tests.support.network import OutsideConnection
from tests.support.ports import free_port


@pytest.mark.parametrize("host", ["192.0.2.1", "sms.example.com", "::ffff:192.0.2.1"])
def test_it_stops_a_connection_to_another_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(OutsideConnection):
        sock.connect((host, 443))


def test_it_lets_tests_reach_this_machine() -> None:
    with socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("127.0.0.1", free_port()))
