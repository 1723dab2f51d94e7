"""Status callbacks."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from tests.provider.conftest import OTHER, PATIENT, PUBLIC, TEXT, Received, client_of, wait_for
from tests.support.provider import ACCOUNT, Provider, provider


@pytest.fixture
def twilio(received: Received) -> Iterator[Provider]:
    with provider(callbacks_to=received.url) as running:
        yield running
        assert {report["http"] for report in running.reports} <= {204, None}


@pytest.fixture
def client(twilio: Provider) -> Client:
    return client_of(twilio.url)


def create(client: Client, to: str = PATIENT) -> str:
    return str(client.messages.create(to=to, status_callback=PUBLIC, **TEXT).sid)


def settled(twilio: Provider) -> None:
    wait_for(lambda: twilio.counts["pending"] == 0)


def test_a_report_is_signed_over_the_public_address(
    client: Client, twilio: Provider, received: Received
) -> None:
    twilio.behave("deliver")
    sid = create(client)
    settled(twilio)
    assert received.forms[0] == {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "From": TEXT["from_"],
        "To": PATIENT,
        "MessageSid": sid,
        "MessageStatus": "sent",
        "SmsSid": sid,
        "SmsStatus": "sent",
    }
    assert received.statuses == ["sent", "delivered"]


def test_the_message_itself_changes_with_its_life(client: Client, twilio: Provider) -> None:
    twilio.behave("undelivered:30003")
    sid = create(client)
    settled(twilio)
    message = client.messages(sid).fetch()
    assert (message.status, message.error_code) == ("undelivered", 30003)
    assert message.date_sent is not None
    assert [step[2:] for step in twilio.accepted[0]["history"]] == [["sent", None], ["undelivered", 30003]]


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        (["undelivered:30003"], ["sent", "undelivered"]),
        (["failed:30007"], ["failed"]),
        (["deliver", "reports-twice"], ["sent", "sent", "delivered", "delivered"]),
        (["deliver", "reports-reversed"], ["delivered", "sent"]),
        (["deliver", "reports-never"], []),
        (["deliver", "hidden"], []),
    ],
)
def test_reports_come_as_told(
    client: Client, twilio: Provider, received: Received, words: list[str], statuses: list[str]
) -> None:
    twilio.behave(*words)
    create(client)
    settled(twilio)
    assert received.statuses == statuses


def test_a_failure_names_its_code(client: Client, twilio: Provider, received: Received) -> None:
    twilio.behave("failed:30007")
    create(client)
    settled(twilio)
    assert received.forms[0]["ErrorCode"] == "30007"


def test_reports_can_come_late(client: Client, twilio: Provider, received: Received) -> None:
    twilio.behave("deliver", report_delay=0.3)
    sid = create(client)
    wait_for(lambda: client.messages(sid).fetch().status == "delivered")
    assert received.statuses == []
    settled(twilio)
    assert received.statuses == ["sent", "delivered"]


def test_reports_can_come_before_the_answer(client: Client, twilio: Provider, received: Received) -> None:
    twilio.behave("deliver", "reports-early")
    create(client)
    assert received.statuses == ["sent", "delivered"]


def test_reports_come_though_the_answer_was_lost(
    client: Client, twilio: Provider, received: Received
) -> None:
    twilio.behave("500-after", "deliver")
    with pytest.raises(Exception, match="500"):
        create(client)
    settled(twilio)
    assert received.statuses == ["sent", "delivered"]


def test_a_report_can_be_sent_by_hand(client: Client, twilio: Provider, received: Received) -> None:
    twilio.report(create(client), "undelivered", 30005)
    wait_for(lambda: received.statuses == ["undelivered"])
    settled(twilio)


def test_a_life_can_be_written_out(client: Client, twilio: Provider, received: Received) -> None:
    twilio.behave(to=OTHER, life=[(0, "sending"), (0.01, "sent"), (0.01, "undelivered", 30008)])
    create(client, OTHER)
    settled(twilio)
    assert received.statuses == ["sending", "sent", "undelivered"]


def test_nothing_is_posted_to_another_machine(client: Client, twilio: Provider) -> None:
    twilio.send_callbacks_to(None)
    twilio.behave("deliver")
    create(client)
    settled(twilio)
    assert twilio.reports == []


def test_a_receiver_that_is_away_gets_no_second_post(client: Client, twilio: Provider) -> None:
    twilio.send_callbacks_to("http://127.0.0.1:1")
    twilio.behave("deliver")
    create(client)
    settled(twilio)
    assert [report["http"] for report in twilio.reports] == [None, None]
