"""A fake Twilio on loopback: real HTTP, the Messages resource only, as much of it as the SDK needs.

    with twilio_server() as twilio:
        ... TWILIO_API_BASE_URL = twilio.url ...
        twilio.behave("time-out")
        assert twilio.accepted == [...]

It refuses a create request whose field names or limits are not those of Twilio's description of its API, and
it keeps the truth: `accepted` has every message it took, whatever it answered. `behave` sets what comes next:

- "accept": 201, as Twilio would (the default)
- "slow": accepts, and answers after `delay` seconds
- "never": accepts, and never answers
- "drop-before" / "drop-after": closes the connection before / after accepting
- "500-before" / "500-after": answers 500 before / after accepting
- "garbage": accepts, and answers something that is no JSON
- a number such as 21610: refuses with that code and status 400 (429 for 20429, 401 for 20003)
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import BasicAuth, web

ACCOUNT = "AC" + "0" * 32
TOKEN = "the-auth-token"
FIELDS = {
    *("AddressRetention", "ApplicationSid", "Attempt", "Body", "ContentRetention", "ContentSid"),
    *("ContentVariables", "FallbackFrom", "ForceDelivery", "From", "MaxPrice", "MediaUrl"),
    *("MessagingServiceSid", "PersistentAction", "ProvideFeedback", "RiskCheck", "ScheduleType"),
    *("SendAsMms", "SendAt", "ShortenUrls", "SmartEncoded", "StatusCallback", "To", "TrafficType"),
    "ValidityPeriod",
}
LONGEST_BODY = 1600
VALIDITY = range(1, 36_001)
STATUS_OF = {20429: 429, 20003: 401}


@dataclass
class FakeTwilio:
    """What it was asked, what it took, and how it behaves."""

    port: int = 0
    behaviour: str | int = "accept"
    delay: float = 0.2
    accepted: list[dict[str, str]] = field(default_factory=list)
    #: why a request was malformed; a test that sees one here has found a bug
    faults: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def behave(self, behaviour: str | int) -> None:
        self.behaviour = behaviour

    async def create(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if fault := _fault(request, form):
            self.faults.append(fault)
            return web.json_response({"code": 20001, "message": fault, "status": 400}, status=400)
        if isinstance(self.behaviour, int):
            return _refusal(self.behaviour, STATUS_OF.get(self.behaviour, 400))
        if self.behaviour == "500-before":
            return _refusal(20500, 500)
        if self.behaviour == "drop-before":
            return _drop(request)
        message = _message(form)
        self.accepted.append(message)
        return await self._answer(request, message)

    async def _answer(self, request: web.Request, message: dict[str, str]) -> web.StreamResponse:
        if self.behaviour == "never":
            await asyncio.sleep(3600)
        if self.behaviour == "slow":
            await asyncio.sleep(self.delay)
        if self.behaviour == "drop-after":
            return _drop(request)
        if self.behaviour == "500-after":
            return _refusal(20500, 500)
        if self.behaviour == "garbage":
            return web.Response(text="<html>", status=201)
        return web.json_response(message, status=201)

    async def fetch(self, request: web.Request) -> web.Response:
        found = [message for message in self.accepted if message["sid"] == request.match_info["sid"]]
        return web.json_response(found[0]) if found else _refusal(20404, 404)

    async def list_messages(self, request: web.Request) -> web.Response:
        to = request.query.get("To")
        found = [message for message in self.accepted if to in (None, message["to"])]
        return web.json_response({"messages": found[::-1], "page": 0, "next_page_uri": None})

    def application(self) -> web.Application:
        app = web.Application()
        messages = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        app.router.add_post(f"{messages}.json", self.create)
        app.router.add_get(f"{messages}.json", self.list_messages)
        app.router.add_get(f"{messages}/{{sid}}.json", self.fetch)
        return app


def _fault(request: web.Request, form: dict[str, str]) -> str:
    login = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
    checks = {
        "wrong login": login.login.startswith(("AC", "SK")) and bool(login.password),
        f"unknown fields {sorted(set(form) - FIELDS)}": set(form) <= FIELDS,
        "To is not E.164": re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")) is not None,
        "Body is empty or too long": 0 < len(form.get("Body", "")) <= LONGEST_BODY,
        "neither From nor MessagingServiceSid": bool(form.get("From") or form.get("MessagingServiceSid")),
        "ValidityPeriod is out of range": int(form.get("ValidityPeriod", "36000")) in VALIDITY,
        "StatusCallback is no address": form.get("StatusCallback", "http://").startswith("http"),
    }
    return "; ".join(fault for fault, fine in checks.items() if not fine)


def _message(form: dict[str, str]) -> dict[str, Any]:
    return {
        "sid": f"SM{uuid4().hex}",
        "account_sid": ACCOUNT,
        "to": form["To"],
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "body": form["Body"],
        "status": "queued",
        "direction": "outbound-api",
        "date_created": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        # Not part of an answer of Twilio's: what was asked, for the tests to look at.
        "asked": form,
    }


def _refusal(code: int, status: int) -> web.Response:
    return web.json_response({"code": code, "message": "refused", "status": status}, status=status)


def _drop(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@contextmanager
def twilio_server() -> Iterator[FakeTwilio]:
    """Runs in a thread with an event loop of its own, on a free port."""
    twilio, loop = FakeTwilio(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-twilio", daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_start(twilio), loop).result(5)
    try:
        yield twilio
    finally:
        asyncio.run_coroutine_threadsafe(_stop(runner), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _start(twilio: FakeTwilio) -> web.AppRunner:
    runner = web.AppRunner(twilio.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    twilio.port = runner.addresses[0][1]
    return runner


async def _stop(runner: web.AppRunner) -> None:
    await runner.cleanup()
    unanswered = asyncio.all_tasks() - {asyncio.current_task()}
    for task in unanswered:
        task.cancel()
    await asyncio.gather(*unanswered, return_exceptions=True)
