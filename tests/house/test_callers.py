"""Who a request comes from, and what of it is logged."""

import pytest
import structlog
from django.test import Client

from config.addresses import networks_of
from config.callers import client_address

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("peer", "said", "trusted", "client"),
    [
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5", "127.0.0.1,::1", "203.0.113.5"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.5", "127.0.0.1", "203.0.113.5"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.7", "127.0.0.1,10.0.0.0/8", "203.0.113.5"),
        ("203.0.113.5", "1.1.1.1", "127.0.0.1", "203.0.113.5"),
        ("172.18.0.1", "1.1.1.1, 203.0.113.5", "*", "203.0.113.5"),
        ("127.0.0.1", "203.0.113.5, nonsense", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5:4711", "127.0.0.1", "203.0.113.5"),
        ("127.0.0.1", "[2001:db8::5]:4711", "127.0.0.1", "2001:db8::5"),
        ("::1", "2001:db8::5", "::1", "2001:db8::5"),
        ("::ffff:127.0.0.1", "203.0.113.5", "127.0.0.1", "203.0.113.5"),
        ("", "203.0.113.5", "127.0.0.1", ""),
    ],
)
def test_it_believes_trusted_proxies_alone(peer: str, said: str, trusted: str, client: str) -> None:
    assert client_address(peer, said, networks_of(trusted)) == client


def logged(client: Client, **headers: str) -> dict[str, object]:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        client.get("/accounts/login/", **headers)
    return next(dict(line) for line in lines if line["event"] == "request_finished")


@pytest.mark.parametrize(("peer", "address"), [("127.0.0.1", "203.0.113.5"), ("192.0.2.9", "192.0.2.9")])
def test_the_logged_address_is_the_one_that_the_limits_count_by(
    client: Client, peer: str, address: str
) -> None:
    line = logged(client, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.5")
    assert line["ip"] == address


@pytest.mark.parametrize("name", ["x" * 65, "a b", "<script>", "/p/23456789abcdefgh", "\u0663"])
def test_a_request_is_not_named_by_anybodys_text(client: Client, name: str) -> None:
    line = logged(client, HTTP_X_REQUEST_ID=name, HTTP_X_CORRELATION_ID=name)
    assert line["request_id"] != name
    assert "correlation_id" not in line


def test_a_proxy_may_name_a_request(client: Client) -> None:
    assert logged(client, HTTP_X_REQUEST_ID="edge-7.1234")["request_id"] == "edge-7.1234"
