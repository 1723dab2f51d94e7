"""Twilio's Messages resource: create, fetch, list."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl

from tests.support.provider.behaviour import Behaviour, Rules
from tests.support.provider.description import fault_of
from tests.support.provider.errors import refusal
from tests.support.provider.logins import may_ask
from tests.support.provider.messages import MESSAGES, Message, Taken
from tests.support.provider.pages import WrongPage, page_of
from tests.support.provider.reports import Reporter
from tests.support.provider.wire import Request, Response

GARBAGE = b"<html>"


class MessagesApi:
    def __init__(self, rules: Rules, reporter: Reporter) -> None:
        self.rules, self.reporter = rules, reporter
        self.taken = Taken()
        #: every create request that was well formed: monotonic time, number, what was answered, sid if taken
        self.answers: list[tuple[float, str, str, str | None]] = []
        self.faults: list[str] = []

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        if not may_ask(request.headers.get("authorization", "")):
            return self._fault(20003, "wrong login", "Authenticate")
        if request.path == f"{MESSAGES}.json":
            if request.method == "POST":
                return self._create(request)
            if request.method == "GET":
                return self._list(request)
            return refusal(20004)
        sid = request.path.removeprefix(f"{MESSAGES}/").removesuffix(".json")
        return self._fetch(sid, request)

    def _fault(self, code: int, words: str, message: str = "") -> Response:
        self.faults.append(words)
        return refusal(code, message=message or words)

    def _create(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        pairs = parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True)
        if fault := fault_of(pairs):
            return self._fault(*fault)
        form = dict(pairs)
        how = self.rules.choose("create", form["To"])
        if how.wait or how.delay or how.early:
            return self._create_slowly(request, form, how)
        return self._answer_create(request, form, self._take(form, how), how)

    async def _create_slowly(self, request: Request, form: dict[str, str], how: Behaviour) -> Response:
        await asyncio.sleep(how.wait)
        message = self._take(form, how)
        if message and how.early:
            await self.reporter.live(message, how)
        await asyncio.sleep(how.delay)
        return self._answer_create(request, form, message, how)

    def _take(self, form: dict[str, str], how: Behaviour) -> Message | None:
        if not how.accept:
            return None
        message = self.taken.add(form)
        message.hidden, message.redacted = how.hidden, how.redacted
        message.listed_from = message.monotonic + how.listed_after
        if how.life and not how.early:
            self.reporter.start(self.reporter.live(message, how))
        return message

    def _answer_create(
        self, request: Request, form: dict[str, str], message: Message | None, how: Behaviour
    ) -> Response:
        shown = 201, message.resource() if message else {}
        response, answered = _ended(how, shown)
        if answered != "nothing" and not request.is_heard():
            answered = "nobody listened"
        if message:
            message.answered = answered
        self.answers.append((time.monotonic(), form["To"], answered, message.sid if message else None))
        return response

    def _fetch(self, sid: str, request: Request) -> Response | Coroutine[Any, Any, Response]:
        message = self.taken.by_sid.get(sid)
        if message is None:
            return refusal(20404, message=f"The requested resource {request.path} was not found")
        if request.method != "GET":
            return refusal(20004)
        how = self.rules.choose("read", message.to)
        return _read(how, message.resource(redacted=how.redacted))

    def _list(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        how = self.rules.choose("read", query.get("To", ""))
        try:
            return _read(how, page_of(self.taken, query, redacted=how.redacted))
        except WrongPage as wrong:
            return self._fault(20001, str(wrong))


def _read(how: Behaviour, shown: dict[str, Any]) -> Response | Coroutine[Any, Any, Response]:
    response, _ = _ended(how, (200, shown))
    return _later(response, how.wait + how.delay) if how.wait or how.delay else response


async def _later(response: Response, seconds: float) -> Response:
    await asyncio.sleep(seconds)
    return response


def _ended(how: Behaviour, shown: tuple[int, dict[str, Any]]) -> tuple[Response, str]:
    """The answer, and the word that the truth keeps of it."""
    match how.answer:
        case "nothing":
            return Response(end="nothing"), "nothing"
        case "drop":
            return Response(end="drop"), "dropped"
        case "error":
            return refusal(how.code, status=how.status), str(how.code)
        case "garbage":
            return Response(how.status, GARBAGE), "garbage"
        case "half":
            return Response(shown[0], Response.of(*shown).body, end="half"), "half"
    whole = Response.of(*shown)
    return Response(whole.status, whole.body, "close" if how.close else ""), str(whole.status)
