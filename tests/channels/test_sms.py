import socket
import time
from contextlib import ExitStack
from uuid import uuid4

import pytest
import uvloop

from scheduler.channels.base import TOO_LATE, Kind, Outcome, Outgoing, SmsSender, Verdict
from scheduler.channels.sms import Account, Sms
from tests.channels.scripted import answer, scripted
from tests.support.ports import free_port
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

TEXT = Outgoing(
    attempt_id=uuid4(),
    address="+447700900123",
    text="Leafy Clinic: keep the stockings on overnight.",
    valid_for=600,
    sender=SmsSender(from_number="+447700900001"),
)


@pytest.fixture
def twilio() -> Provider:
    with provider() as server:
        yield server
        assert server.faults == []


def account(url: str, login: tuple[str, str] = (ACCOUNT, TOKEN)) -> Account:
    return Account(ACCOUNT, login, url, "https://clinic.example.com/webhooks/twilio/status")


def send(url: str, outgoing: Outgoing = TEXT, timeout: float = 2.0) -> Outcome:
    async def once() -> Outcome:
        sms = Sms(account(url), timeout=timeout)
        await sms.open()
        try:
            return await sms.send(outgoing)
        finally:
            await sms.close()

    return uvloop.run(once())


def test_it_posts_the_text_and_learns_the_providers_id(twilio: Provider) -> None:
    outcome = send(twilio.url)
    (message,) = twilio.accepted
    assert outcome == Outcome(Kind.ACCEPTED, provider_id=message["sid"])
    assert message["body"] == TEXT.text


def test_it_says_where_receipts_go_and_how_long_it_may_wait(twilio: Provider) -> None:
    send(twilio.url)
    asked = twilio.accepted[0]["asked"]
    assert asked == {
        "To": "+447700900123",
        "From": "+447700900001",
        "Body": TEXT.text,
        "StatusCallback": f"https://clinic.example.com/webhooks/twilio/status/{TEXT.attempt_id}",
        "ValidityPeriod": "600",
        "SmartEncoded": "false",
        "ShortenUrls": "false",
    }


def test_a_messaging_service_takes_the_place_of_a_number(twilio: Provider) -> None:
    send(twilio.url, TEXT._replace(sender=SmsSender("MG" + "1" * 32, "+447700900001")))
    asked = twilio.accepted[0]["asked"]
    assert asked["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in asked


@pytest.mark.parametrize(("wanted", "asked"), [(0, "1"), (1, "1"), (36_000, "36000"), (90_000, "36000")])
def test_the_validity_stays_within_twilios_bounds(twilio: Provider, wanted: int, asked: str) -> None:
    send(twilio.url, TEXT._replace(valid_for=wanted))
    assert twilio.accepted[0]["asked"]["ValidityPeriod"] == asked


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (21211, Verdict.ADDRESS),
        (21610, Verdict.OPTED_OUT),
        (20429, Verdict.TEMPORARY),
        (20003, Verdict.CONFIGURATION),
        (30007, Verdict.TEXT),
        (12345, Verdict.UNKNOWN),
    ],
)
def test_a_refusal_means_what_its_code_means(twilio: Provider, code: int, verdict: Verdict) -> None:
    twilio.behave(code)
    assert send(twilio.url) == Outcome(Kind.REJECTED, code=str(code), verdict=verdict)
    assert twilio.accepted == []


@pytest.mark.parametrize(
    "behaviour", ["500-before", "500-after", "drop-before", "drop-after", "garbage", 20503]
)
def test_an_unclear_answer_is_in_doubt(twilio: Provider, behaviour: str | int) -> None:
    twilio.behave(behaviour)
    assert send(twilio.url).kind is Kind.IN_DOUBT


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "null",
        '"SM1"',
        '{"sid": 7}',
        '{"sid": ""}',
        '{"sid": null}',
        f'{{"sid": "{"S" * 65}"}}',
        "{",
    ],
)
def test_an_answer_without_a_proper_id_is_in_doubt(body: str) -> None:
    with scripted(answer("201 Created", body.encode())) as server:
        assert send(server.url).kind is Kind.IN_DOUBT
    assert len(server.heard) == 1


def test_a_provider_that_never_answers_is_in_doubt_after_the_time_out(twilio: Provider) -> None:
    twilio.behave("never")
    assert send(twilio.url, timeout=0.8).kind is Kind.IN_DOUBT
    assert len(twilio.accepted) == 1


def test_a_slow_answer_is_waited_for(twilio: Provider) -> None:
    twilio.behave("slow")
    assert send(twilio.url).kind is Kind.ACCEPTED


def test_a_connection_that_never_opened_is_not_posted() -> None:
    assert send(f"http://127.0.0.1:{free_port()}").kind is Kind.NOT_POSTED


def test_a_connection_that_never_opens_in_time_is_not_posted() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        host, port = full.getsockname()[:2]
        with ExitStack() as waiting:
            for _ in range(2):
                caller = waiting.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex((host, port))
            assert send(f"http://{host}:{port}", timeout=0.5).kind is Kind.NOT_POSTED


def test_nothing_is_posted_twice_whatever_the_answer(twilio: Provider) -> None:
    for behaviour in ("500-after", "drop-after", "garbage"):
        twilio.behave(behaviour)
        send(twilio.url)
    assert len(twilio.accepted) == 3


def test_it_writes_nothing_over_a_connection_that_it_got_too_late(twilio: Provider) -> None:
    assert send(twilio.url, TEXT._replace(post_by=time.monotonic())) is TOO_LATE
    assert twilio.answers == []
    assert send(twilio.url, TEXT._replace(post_by=time.monotonic() + 60)).kind is Kind.ACCEPTED
