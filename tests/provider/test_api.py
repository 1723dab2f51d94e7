"""The provider as the SDK's own clients see it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.provider.conftest import OTHER, PATIENT, TEXT, client_of
from tests.support.provider import ACCOUNT, API_KEY, API_SECRET, TOKEN, Provider


def refused(client: Client, **form: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**{"to": PATIENT, **TEXT, **form})
    return refusal.value


def test_it_takes_a_text_and_answers_as_twilio_does(client: Client, twilio: Provider) -> None:
    message = client.messages.create(to=PATIENT, **TEXT)
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    assert (message.to, message.from_, message.body) == (PATIENT, TEXT["from_"], TEXT["body"])
    assert (message.price, message.error_code, message.date_sent) == (None, None, None)
    assert message.account_sid == ACCOUNT
    assert datetime.now(UTC) - message.date_created < timedelta(seconds=5)
    assert [taken["sid"] for taken in twilio.accepted] == [message.sid]


def test_a_messaging_service_finds_its_sender_later(client: Client) -> None:
    message = client.messages.create(to=PATIENT, messaging_service_sid="MG" + "1" * 32, body="x" * 200)
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")


def test_the_asynchronous_client_is_served_too(twilio: Provider) -> None:
    async def both() -> tuple[str, str]:
        async with AsyncTwilioHttpClient() as http:
            client = Client(ACCOUNT, TOKEN, http_client=http)
            client.api.base_url = twilio.url
            made = await client.messages.create_async(to=PATIENT, **TEXT)
            (listed,) = await client.messages.list_async(to=PATIENT)
            return made.sid, listed.sid

    made, listed = asyncio.run(both())
    assert made == listed


def test_an_api_key_may_ask(twilio: Provider) -> None:
    assert client_of(twilio.url, (API_KEY, API_SECRET)).messages.create(to=PATIENT, **TEXT).sid
    assert twilio.faults == []


def test_a_wrong_login_is_refused(twilio: Provider) -> None:
    refusal = refused(client_of(twilio.url, (ACCOUNT, "another")))
    assert (refusal.status, refusal.code, twilio.accepted) == (401, 20003, [])
    assert twilio.faults == ["wrong login"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"to": "07700900123"}, 21211),
        ({"body": ""}, 21617),
        ({"body": "x" * 1601}, 21617),
        ({"from_": "not a sender at all"}, 21212),
        ({"status_callback": "https://under_score.example.com/"}, 21609),
        ({"status_callback": "clinic.example.com"}, 21609),
        ({"validity_period": 0}, 20001),
        ({"validity_period": 36_001}, 20001),
        ({"messaging_service_sid": "MG1"}, 20001),
        ({"shorten_urls": True}, 20001),
    ],
)
def test_what_the_description_does_not_allow_is_refused(
    client: Client, twilio: Provider, form: dict[str, Any], code: int
) -> None:
    refusal = refused(client, **form)
    assert (refusal.status, refusal.code, twilio.accepted) == (400, code, [])
    assert len(twilio.faults) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": PATIENT, "Body": "x"}, 21603),
        ({"To": PATIENT, "From": TEXT["from_"]}, 21602),
        ({"From": TEXT["from_"], "Body": "x"}, 21604),
        ({"To": PATIENT, "From": TEXT["from_"], "Body": "x", "Colour": "red"}, 20001),
    ],
)
def test_a_form_is_refused_with_a_body_that_says_why(
    client: Client, twilio: Provider, form: dict[str, str], code: int
) -> None:
    answer = client.request("POST", f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=form)
    said = json.loads(answer.text)
    assert set(said) == {"code", "message", "more_info", "status"}
    assert (said["code"], said["status"], answer.status_code) == (code, 400, 400)


def test_a_message_is_fetched_by_its_id(client: Client) -> None:
    sid = client.messages.create(to=PATIENT, **TEXT).sid
    assert client.messages(sid).fetch().body == TEXT["body"]


def test_an_unknown_id_is_not_found(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        client.messages("SM" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_the_list_is_of_one_number_and_newest_first(client: Client) -> None:
    sids = [client.messages.create(to=to, **TEXT).sid for to in (PATIENT, OTHER, PATIENT)]
    assert [message.sid for message in client.messages.list(to=PATIENT)] == [sids[2], sids[0]]
    assert [message.sid for message in client.messages.list()] == sids[::-1]


def test_the_list_has_pages(client: Client) -> None:
    sids = [client.messages.create(to=PATIENT, **TEXT).sid for _ in range(5)]
    first = client.messages.page(to=PATIENT, page_size=2)
    # Taken meanwhile: it moves nothing.
    client.messages.create(to=PATIENT, **TEXT)
    pages = [first, first.next_page(), first.next_page().next_page()]
    assert [[message.sid for message in page] for page in pages] == [sids[:2:-1], sids[2:0:-1], sids[:1]]
    assert pages[2].next_page() is None


def test_a_list_over_several_pages_is_read_to_its_end(client: Client) -> None:
    for _ in range(5):
        client.messages.create(to=PATIENT, **TEXT)
    assert len(client.messages.list(to=PATIENT, page_size=2)) == 5


@pytest.mark.parametrize(
    "question", [{"page_size": 1001}, {"date_sent": datetime(2026, 11, 20)}, {"page_number": 2}]
)
def test_a_list_is_not_had_in_other_ways(client: Client, twilio: Provider, question: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"Unable to fetch page|400"):
        list(client.messages.page(**question))
    assert len(twilio.faults) == 1
