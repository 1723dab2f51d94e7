"""Email through a provider with an API: anymail's real Postmark backend against a server on loopback."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from anymail.backends.postmark import EmailBackend

from scheduler.channels.base import Kind, Outcome, Verdict
from scheduler.channels.email import Email
from tests.channels.test_email import TEXT
from tests.support.ports import free_port


@dataclass
class Provider:
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0


@contextmanager
def provider(status: int, answer: dict[str, Any]) -> Iterator[Provider]:
    state = Provider(status, answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.taken.append(json.loads(body))
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(state.answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


def send(port: int) -> Outcome:
    async def once() -> Outcome:
        address = f"http://127.0.0.1:{port}/"
        channel = Email(lambda: EmailBackend(server_token="t", api_url=address), "care@example.com")
        try:
            return await channel.send(TEXT)
        finally:
            await channel.close()

    return asyncio.run(once())


ACCEPTED = {"ErrorCode": 0, "Message": "OK", "To": "sam@example.com", "MessageID": "0a12-b3"}


def test_the_providers_own_id_is_kept() -> None:
    with provider(200, ACCEPTED) as postmark:
        assert send(postmark.port) == Outcome(Kind.ACCEPTED, provider_id="0a12-b3")
        assert postmark.taken[0]["Subject"] == TEXT.subject


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome(Kind.REJECTED, code="401", verdict=Verdict.CONFIGURATION)),
        (429, Outcome(Kind.REJECTED, code="429", verdict=Verdict.TEMPORARY)),
        (400, Outcome(Kind.REJECTED, code="400", verdict=Verdict.UNKNOWN)),
        (503, Outcome(Kind.IN_DOUBT, code="503")),
    ],
)
def test_a_refusal_is_read_by_its_status(status: int, outcome: Outcome) -> None:
    with provider(status, {"ErrorCode": 1, "Message": "no"}) as postmark:
        assert send(postmark.port) == outcome


def test_a_recipient_that_the_provider_blocks_is_about_the_address() -> None:
    sentence = "Found inactive addresses: sam@example.com. Inactive recipients have bounced."
    with provider(422, {"ErrorCode": 406, "Message": sentence}) as postmark:
        assert send(postmark.port).verdict is Verdict.ADDRESS


@pytest.mark.parametrize(
    "answer", [{}, ACCEPTED | {"To": ""}, {"ErrorCode": 406, "Message": "inactive: somebody"}]
)
def test_an_answer_that_cannot_be_read_is_in_doubt(answer: dict[str, Any]) -> None:
    with provider(200, answer) as postmark:
        assert send(postmark.port).kind is Kind.IN_DOUBT


def test_a_provider_that_is_not_there_was_not_reached() -> None:
    assert send(free_port()).kind is Kind.NOT_POSTED
