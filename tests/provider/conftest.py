"""The provider, the SDK's own client, and a place that receives reports."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

PUBLIC = "https://clinic.example.com/webhooks/twilio/status/7?of=one"
PATIENT, OTHER = "+447700900123", "+447700900124"
TEXT = {"from_": "+447700900001", "body": "Leafy Clinic: keep the stockings on overnight."}


def client_of(url: str, login: tuple[str, str] = (ACCOUNT, TOKEN), timeout: float = 2.0) -> Client:
    client = Client(*login, account_sid=ACCOUNT, http_client=TwilioHttpClient(timeout=timeout))
    client.api.base_url = url
    return client


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def client(twilio: Provider) -> Client:
    return client_of(twilio.url)


@dataclass
class Received:
    """Reports in the order of their arrival; one whose signature is wrong fails the test at once."""

    url: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)

    @property
    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for form in self.forms]


@pytest.fixture
def received() -> Iterator[Received]:
    seen = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            signed = RequestValidator(TOKEN).validate(PUBLIC, form, self.headers["X-Twilio-Signature"])
            seen.forms.append(form)
            self.send_response(204 if signed else 403)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()
