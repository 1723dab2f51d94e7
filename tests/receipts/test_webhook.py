from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from twilio.request_validator import RequestValidator

from config.twilio import Twilio
from scheduler.dispatch import dispatch_once
from scheduler.domain.status import Status
from scheduler.models import Receipt
from tests.dispatch.plans import DAY_2, Recording, attempts_of, day_2_of, live_clinic, sms

pytestmark = pytest.mark.django_db
TOKEN = "the-auth-token"
PUBLIC = "https://aftercare.example.com"


@pytest.fixture(autouse=True)
def twilio(settings: Settings) -> None:
    settings.PUBLIC_URL = PUBLIC
    settings.TWILIO = Twilio(
        account_sid="AC" + "0" * 32,
        auth_token=TOKEN,
        api_key=None,
        api_secret=None,
        messaging_service_sid=None,
        from_="+447700900001",
        base_url="https://api.twilio.com",
    )


def path(attempt_id: UUID) -> str:
    return f"/webhooks/twilio/status/{attempt_id}"


def post(client: Client, attempt_id: UUID, said: dict[str, str], token: str = TOKEN) -> int:
    signature = RequestValidator(token).compute_signature(PUBLIC + path(attempt_id), said)
    return client.post(path(attempt_id), said, headers={"X-Twilio-Signature": signature}).status_code


def test_a_signed_receipt_moves_the_reminder(client: Client) -> None:
    reminder = day_2_of(live_clinic())
    dispatch_once(DAY_2, sms(Recording()))
    (attempt,) = attempts_of(reminder)
    said = {"MessageSid": attempt.provider_id or "", "MessageStatus": "delivered", "To": "+447700900123"}
    assert post(client, attempt.pk, said) == 204
    reminder.refresh_from_db()
    assert reminder.status == Status.DELIVERED


def test_a_signature_by_another_token_is_refused(client: Client) -> None:
    assert post(client, uuid4(), {"MessageSid": "SM1", "MessageStatus": "sent"}, token="another") == 403
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("signature", [None, "", "x", "é", "A" * 5000])
def test_a_bad_signature_is_refused(client: Client, signature: str | None) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    response = client.post(path(uuid4()), {"MessageStatus": "delivered"}, headers=headers)
    assert response.status_code == 403


def test_without_an_account_nothing_is_believed(client: Client, settings: Settings) -> None:
    settings.TWILIO = None
    assert post(client, uuid4(), {"MessageSid": "SM1", "MessageStatus": "sent"}) == 403


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"MessageStatus": "delivered"},
        {"MessageSid": "SM1"},
        {"MessageSid": "S\x00M", "MessageStatus": "\x00", "ErrorCode": "\x00"},
        {"MessageSid": "x" * 9999, "MessageStatus": "y" * 9999, "ErrorCode": "z" * 9999},
        {"MessageSid": "SM1", "MessageStatus": "DELIVERED", "Strange": "☃"},
    ],
)
def test_odd_input_that_is_signed_is_kept_and_never_an_error(client: Client, said: dict[str, str]) -> None:
    assert post(client, uuid4(), said) == 204
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_a_post_is_answered(client: Client, method: str) -> None:
    assert getattr(client, method)(path(uuid4())).status_code == 405
