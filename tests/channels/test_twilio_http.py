"""Between the SMS package and the provider: time-outs, connections, and what was never posted."""

import asyncio
import gzip
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from scheduler.channels.base import Kind, Outcome, Unanswered, Verdict
from scheduler.channels.sms import Sms
from scheduler.channels.twilio_http import encoded
from tests.channels.certificate import self_signed
from tests.channels.scripted import CREATED, HANG_UP, PAUSE, answer, scripted
from tests.channels.test_sms import TEXT, account, send
from tests.support.ports import free_port
from tests.support.provider import ACCOUNT, TOKEN, provider

Steps = Callable[[Sms], Awaitable[list[Outcome]]]


def in_turn(url: str, times: int, pause: float = 0.0) -> list[Outcome]:
    """Several texts through one client."""

    async def steps(sms: Sms) -> list[Outcome]:
        outcomes = []
        for _ in range(times):
            outcomes.append(await sms.send(TEXT))
            await asyncio.sleep(pause)
        return outcomes

    return with_client(url, steps)


def with_client(url: str, steps: Steps, **options: int) -> list[Outcome]:
    async def once() -> list[Outcome]:
        sms = Sms(account(url), timeout=2.0, **options)
        await sms.open()
        try:
            return await steps(sms)
        finally:
            await sms.close()

    return uvloop.run(once())


@given(st.dictionaries(st.text(), st.text()))
def test_a_form_reads_as_it_was_written(fields: dict[str, str]) -> None:
    written = encoded(fields)
    assert dict(parse_qsl(written, keep_blank_values=True, strict_parsing=bool(fields))) == fields
    assert written.isascii()
    assert not set(written) & set(" ;\r\n")


def test_a_request_says_who_asks_and_how_much_follows() -> None:
    with scripted(CREATED) as server:
        assert send(server.url).kind is Kind.ACCEPTED
    head, body = server.heard[0].decode().split("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1"
    assert headers["Host"] == server.url.removeprefix("http://")
    assert headers["Content-Length"] == str(len(body))
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["Authorization"].startswith("Basic ")
    assert len(lines) == len(headers)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_a_text_follows_no_redirect(status: str) -> None:
    with scripted(CREATED) as elsewhere:
        with scripted(answer(status, b"{}", f"Location: {elsewhere.url}/")) as server:
            assert send(server.url) == Outcome(Kind.REJECTED, code=status[:3], verdict=Verdict.UNKNOWN)
        assert (len(server.heard), elsewhere.heard) == (1, [])


@pytest.mark.parametrize(
    ("body", "code"), [(b'{"code": 20429, "message": "slower", "status": 429}', "20429"), (b"slower", "429")]
)
def test_too_many_requests_are_tried_again_later(body: bytes, code: str) -> None:
    with scripted(answer("429 Too Many Requests", body)) as server:
        assert send(server.url) == Outcome(Kind.REJECTED, code=code, verdict=Verdict.TEMPORARY)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        answer("201 Created", b'{"sid": "SM1", "body": "\xff"}'),
        answer("201 Created", b'{"sid": '),
        answer("201 Created", b"[]"),
        answer("201 Created"),
        answer("500 Oh", b"<html>"),
        answer("201 Created", b"{}")[:-1],
    ],
)
def test_what_cannot_be_read_may_have_been_a_yes(said: bytes) -> None:
    with scripted(said) as server:
        assert send(server.url, timeout=0.6).kind is Kind.IN_DOUBT
        assert len(server.heard) == 1


def test_an_answer_may_be_announced_and_come_in_pieces() -> None:
    chunked = (
        b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sid\r\n9\r\n": "SM1"}\r\n0\r\n\r\n'
    )
    with scripted(b"HTTP/1.1 100 Continue\r\n\r\n" + chunked) as server:
        assert send(server.url) == Outcome(Kind.ACCEPTED, provider_id="SM1")


def test_an_answer_may_be_compressed() -> None:
    with scripted(
        answer("201 Created", gzip.compress(b'{"sid": "SM1"}'), "Content-Encoding: gzip")
    ) as server:
        assert send(server.url) == Outcome(Kind.ACCEPTED, provider_id="SM1")


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_request_that_is_given_up_is_not_delivered_later(run: Callable[..., Any]) -> None:
    """The connection is reset: what a network that is away has not taken is thrown away here."""

    async def once(url: str) -> Outcome:
        sms = Sms(account(url), timeout=0.3)
        await sms.open()
        try:
            return await sms.send(TEXT)
        finally:
            await sms.close()

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as aside:
        ended = aside.submit(how_it_ends, listening)
        outcome = run(once(f"http://127.0.0.1:{listening.getsockname()[1]}"))
        assert (outcome.kind, ended.result(timeout=10)) == (Kind.IN_DOUBT, "reset")


def how_it_ends(listening: socket.socket) -> str:
    """Reads a request, never answers, and waits for the end."""
    caller, _ = listening.accept()
    with caller:
        caller.settimeout(8)
        caller.recv(65_536)
        try:
            return "closed" if caller.recv(1) == b"" else "more"
        except ConnectionResetError:
            return "reset"


def test_an_answer_may_end_with_its_connection() -> None:
    endless = b'HTTP/1.1 201 Created\r\n\r\n{"sid": "SM1"}'
    with scripted(endless + HANG_UP, endless + HANG_UP) as server:
        assert [one.provider_id for one in in_turn(server.url, 2)] == ["SM1", "SM1"]
    assert server.connections == 2


def test_a_connection_is_used_again() -> None:
    with scripted(CREATED, CREATED, CREATED) as server:
        assert {one.kind for one in in_turn(server.url, 3)} == {Kind.ACCEPTED}
    assert server.connections == 1


def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.channels.twilio_http.KEPT_OPEN", 0.05)
    with scripted(CREATED, CREATED) as server:
        assert {one.kind for one in in_turn(server.url, 2, pause=0.1)} == {Kind.ACCEPTED}
    assert server.connections == 2


@pytest.mark.parametrize(("pause", "then"), [(b"", Kind.ACCEPTED), (PAUSE, Kind.NOT_POSTED)])
def test_what_is_said_between_two_requests_answers_neither(pause: bytes, then: Kind) -> None:
    with scripted(CREATED + pause + answer("408 Request Timeout"), CREATED, CREATED) as server:
        outcomes = in_turn(server.url, 3, pause=0.2)
    assert [one.kind for one in outcomes] == [Kind.ACCEPTED, then, Kind.ACCEPTED]
    assert len(server.heard) == sum(one.kind is Kind.ACCEPTED for one in outcomes)


def test_no_more_connections_are_opened_than_it_may() -> None:
    async def at_once(sms: Sms) -> list[Outcome]:
        return list(await asyncio.gather(*(sms.send(TEXT) for _ in range(8))))

    with scripted(*[CREATED] * 8) as server:
        outcomes = with_client(server.url, at_once, connections=2)
    assert {one.kind for one in outcomes} == {Kind.ACCEPTED}
    assert server.connections <= 2


def test_a_certificate_that_nobody_vouches_for_is_not_posted_to(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with scripted(CREATED, context=context) as server:
        outcome = send(server.url)
    assert (outcome.kind, outcome.code) == (Kind.NOT_POSTED, "ClientConnectorCertificateError")
    assert server.heard == []


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with scripted(CREATED) as server:
        assert send(server.url).kind is Kind.ACCEPTED


def test_nothing_personal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with provider() as twilio:
        twilio.behave(21211)
        send(twilio.url)
    for word in (TEXT.address[-9:], TEXT.text, TOKEN):
        assert word not in caplog.text


def test_a_question_cut_short_leaves_no_connection_behind() -> None:
    async def cut_short(sms: Sms) -> list[Outcome]:
        asking = asyncio.create_task(sms.probe())
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return [await sms.send(TEXT)]

    with scripted(b"HTTP/1.1 ", CREATED) as server:
        assert with_client(server.url, cut_short, connections=1)[0].kind is Kind.ACCEPTED
    assert server.connections == 2


def test_a_question_to_which_nothing_is_said_is_unanswered() -> None:
    async def ask(sms: Sms) -> list[Outcome]:
        with pytest.raises(Unanswered):
            await sms.probe()
        return []

    with scripted() as server:
        with_client(server.url, ask)
    assert len(server.heard) == 1
