"""The HTTP below: whole requests, parts of them, several at once, and nonsense."""

import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.support.provider import ACCOUNT, Provider
from tests.support.provider.capacity import request_to
from tests.support.provider.logins import ALLOWED

CREATE = request_to("127.0.0.1")


def said(twilio: Provider, *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything that is answered until the connection rests for a moment, or is closed."""
    port = urlsplit(twilio.url).port
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        connection.settimeout(0.2)
        answer = b""
        try:
            while more := connection.recv(65536):
                answer += more
        except TimeoutError:
            pass
        return answer


def test_a_request_may_come_in_parts(twilio: Provider) -> None:
    parts = [CREATE[start : start + 150] for start in range(0, len(CREATE), 150)]
    assert said(twilio, *parts, pause=0.005).startswith(b"HTTP/1.1 201 Created")
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("word", ["accept", "slow"])
def test_several_at_once_are_answered_one_by_one(twilio: Provider, word: str) -> None:
    twilio.behave(word, delay=0.02)
    assert said(twilio, CREATE * 3).count(b"HTTP/1.1 201") == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        b"nonsense\r\n\r\n",
        CREATE.replace(b"Content-Length: ", b"Content-Length: -"),
        CREATE.replace(b"Content-Length: ", b"Content-Length: 99999"),
        CREATE.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nContent-Length"),
    ],
)
def test_nonsense_is_refused(twilio: Provider, nonsense: bytes) -> None:
    assert said(twilio, nonsense).startswith(b"HTTP/1.1 400")
    assert twilio.accepted == []


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"DELETE /2010-04-01/Accounts/{ACCOUNT}/Messages.json", 405),
        (f"GET /2010-04-01/Accounts/AC{'9' * 32}/Messages.json", 404),
        ("GET /", 404),
        ("GET /control/sulk", 404),
    ],
)
def test_it_has_nothing_else(twilio: Provider, line: str, status: int) -> None:
    request = f"{line} HTTP/1.1\r\nAuthorization: {min(ALLOWED)}\r\n\r\n".encode()
    assert said(twilio, request).startswith(f"HTTP/1.1 {status} ".encode())
