"""What the provider says afterwards of the texts that it took."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import uvloop

from scheduler.channels.base import Answering, Listed, Unanswered
from scheduler.channels.sms import Sms
from tests.channels.test_sms import TEXT, account, send
from tests.support.ports import free_port
from tests.support.provider import ACCOUNT, Provider, provider

T = TypeVar("T")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def twilio() -> Provider:
    with provider() as server:
        yield server


def ask(url: str, what: Callable[[Sms], Awaitable[T]], timeout: float = 2.0, **options: object) -> T:
    async def once() -> T:
        sms = Sms(account(url, **options), timeout=timeout)
        await sms.open()
        try:
            return await what(sms)
        finally:
            await sms.close()

    return uvloop.run(once())


def found(twilio: Provider, since: datetime = LONG_AGO) -> list[Listed]:
    return ask(twilio.url, lambda sms: sms.find(TEXT.address, since))


def test_the_channel_can_be_asked() -> None:
    assert isinstance(Sms(account("http://127.0.0.1:1")), Answering)


def test_it_finds_all_that_went_to_a_number(twilio: Provider) -> None:
    for _ in range(3):
        send(twilio.url)
    messages = found(twilio)
    assert {one.provider_id for one in messages} == {message["sid"] for message in twilio.accepted}
    assert {(one.body, one.reported, one.sender) for one in messages} == {
        (TEXT.text, "queued", "+447700900001")
    }


def test_it_leaves_out_what_is_older(twilio: Provider) -> None:
    send(twilio.url)
    assert found(twilio, datetime.now(UTC) + timedelta(minutes=1)) == []
    assert len(found(twilio, datetime.now(UTC) - timedelta(minutes=1))) == 1


def test_it_reads_every_page(twilio: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.channels.sms.PAGE", 2)
    for _ in range(5):
        send(twilio.url)
    assert len(found(twilio)) == 5
    assert twilio.faults == []


def test_more_than_it_reads_is_no_answer(twilio: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.channels.sms.MOST_LISTED", 2)
    for _ in range(3):
        send(twilio.url)
    with pytest.raises(Unanswered, match="too-many"):
        found(twilio)


def test_a_redacted_body_is_empty(twilio: Provider) -> None:
    send(twilio.url)
    twilio.behave("redacted", on="read")
    assert [one.body for one in found(twilio)] == [""]


def test_it_looks_up_what_became_of_one(twilio: Provider) -> None:
    twilio.behave(life=((0, "undelivered", 30005),))
    sid = send(twilio.url).provider_id or ""
    one = ask(twilio.url, lambda sms: sms.look_up(sid))
    assert one is not None
    assert (one.provider_id, one.reported, one.code) == (sid, "undelivered", "30005")


def test_one_that_the_provider_does_not_know_is_none(twilio: Provider) -> None:
    assert ask(twilio.url, lambda sms: sms.look_up("SM" + "0" * 32)) is None


@pytest.mark.parametrize("behaviour", ["never", "500-before", "drop-before", "garbage", "half", 20429])
def test_a_provider_that_does_not_answer_has_not_said_no(twilio: Provider, behaviour: str | int) -> None:
    sid = send(twilio.url).provider_id or ""
    twilio.behave(behaviour, on="read")
    for question in (lambda sms: sms.find(TEXT.address, LONG_AGO), lambda sms: sms.look_up(sid)):
        with pytest.raises(Unanswered):
            ask(twilio.url, question, timeout=0.3)


def test_one_that_is_not_there_has_not_said_no() -> None:
    with pytest.raises(Unanswered):
        ask(f"http://127.0.0.1:{free_port()}", lambda sms: sms.find(TEXT.address, LONG_AGO))


def test_a_probe_says_whether_it_lets_us_in(twilio: Provider) -> None:
    assert ask(twilio.url, lambda sms: sms.probe()) is None
    with pytest.raises(Unanswered, match="20003"):
        ask(twilio.url, lambda sms: sms.probe(), login=(ACCOUNT, "wrong"))
