"""What it does to a request, and what it keeps of it."""

import time

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.provider.conftest import PATIENT, TEXT, client_of, wait_for
from tests.support.provider import Provider

LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


def create(client: Client) -> str:
    return str(client.messages.create(to=PATIENT, **TEXT).sid)


def answered(twilio: Provider) -> list[str]:
    return [message["answered"] for message in twilio.accepted]


@pytest.mark.parametrize(
    ("code", "status"),
    [(21610, 400), (21211, 400), (30007, 400), (20429, 429), (20003, 401), (20500, 500), (20503, 503)],
)
def test_it_refuses_with_any_code(client: Client, twilio: Provider, code: int, status: int) -> None:
    twilio.behave(code)
    with pytest.raises(TwilioRestException) as refusal:
        create(client)
    assert (refusal.value.code, refusal.value.status) == (code, status)
    assert twilio.accepted == []
    assert [answer[1:] for answer in twilio.answers] == [[PATIENT, str(code), None]]


@pytest.mark.parametrize(("word", "kept"), [("500-before", []), ("500-after", ["20500"])])
def test_a_server_error_tells_nothing_of_whether_it_was_taken(
    client: Client, twilio: Provider, word: str, kept: list[str]
) -> None:
    twilio.behave(word)
    with pytest.raises(TwilioRestException) as refusal:
        create(client)
    assert (refusal.value.status, answered(twilio)) == (500, kept)


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("drop-before", []),
        ("drop-after", ["dropped"]),
        ("half", ["half"]),
        ("never-before", []),
        ("never", ["nothing"]),
    ],
)
def test_an_answer_is_lost(twilio: Provider, word: str, kept: list[str]) -> None:
    twilio.behave(word)
    with pytest.raises(LOST):
        create(client_of(twilio.url, timeout=0.3))
    assert answered(twilio) == kept


def test_garbage_is_no_json(client: Client, twilio: Provider) -> None:
    twilio.behave("garbage")
    with pytest.raises(ValueError, match="Expecting value"):
        create(client)
    assert answered(twilio) == ["garbage"]


def test_a_slow_answer_comes_after_it_was_taken(client: Client, twilio: Provider) -> None:
    twilio.behave("slow", delay=0.3)
    create(client)
    (message,) = twilio.accepted
    assert time.monotonic() - message["monotonic"] >= 0.3


def test_it_can_take_a_text_that_its_client_has_given_up(twilio: Provider) -> None:
    twilio.behave("slow", wait=0.4)
    with pytest.raises(LOST):
        create(client_of(twilio.url, timeout=0.1))
    assert twilio.accepted == []
    wait_for(lambda: answered(twilio) == ["nobody listened"])


def test_a_connection_closed_behind_the_answer_is_opened_again(client: Client, twilio: Provider) -> None:
    twilio.behave("then-close")
    first = create(client)
    # Until the end of the connection has arrived here.
    time.sleep(0.3)
    assert create(client) != first


@pytest.mark.parametrize("word", [20429, "500-before", "drop-before"])
def test_reading_goes_wrong_too(client: Client, twilio: Provider, word: str | int) -> None:
    sid = create(client)
    twilio.behave(word, on="read")
    for read in (lambda: client.messages.list(to=PATIENT), lambda: client.messages(sid).fetch()):
        with pytest.raises(Exception, match=r"429|500|Connection|Unable"):
            read()
    assert create(client)


def test_bodies_can_be_redacted(client: Client, twilio: Provider) -> None:
    twilio.behave("redacted")
    sid = create(client)
    assert [message.body for message in client.messages.list(to=PATIENT)] == [""]
    assert client.messages(sid).fetch().body == ""
    assert twilio.accepted[0]["body"] == TEXT["body"]


def test_a_hidden_message_is_not_listed(client: Client, twilio: Provider) -> None:
    twilio.behave("hidden")
    sid = create(client)
    assert client.messages.list(to=PATIENT) == []
    assert client.messages(sid).fetch().sid == sid
    assert [message["hidden"] for message in twilio.accepted] == [True]


def test_the_list_can_lag(client: Client, twilio: Provider) -> None:
    twilio.behave("accept", listed_after=0.2)
    create(client)
    assert client.messages.list(to=PATIENT) == []
    wait_for(lambda: client.messages.list(to=PATIENT))


def test_the_truth_has_what_was_asked_and_when(client: Client, twilio: Provider) -> None:
    before = time.monotonic()
    client.messages.create(to=PATIENT, status_callback="https://clinic.example.com/status", **TEXT)
    (message,) = twilio.taken(to=PATIENT)
    assert before < message["monotonic"] < time.monotonic()
    assert message["accepted_at"].endswith("+00:00")
    assert (message["answered"], message["status"]) == ("201", "queued")
    assert message["status_callback"] == message["asked"]["StatusCallback"]
    assert twilio.taken(since=1) == []
