"""Reports of an email provider: anymail's real views, here mostly Postmark's."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from config.email import PROVIDERS, django_email
from scheduler.channels.base import accepted
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.undelivered import follow_up
from scheduler.domain.status import Status
from scheduler.models import OptOut, Receipt, Reminder
from scheduler.receipts import unknown
from scheduler.web.email_webhook import CLASSES
from tests.dispatch.plans import DAY_2, Recording, day_2_of, live_clinic

pytestmark = pytest.mark.django_db
SECRET = "reports:a-long-password-indeed"
ID = "0a12-b3"
DELIVERED = {"RecordType": "Delivery", "MessageID": ID, "Recipient": "sam@example.com"}
WORKER = "worker here-1"


def use(settings: Settings, url: str, secret: str = SECRET) -> None:
    for name, value in django_email(url, secret).items():
        setattr(settings, name, value)
    settings.EMAIL_WEBHOOK_SECRET = secret


@pytest.fixture(autouse=True)
def postmark(settings: Settings) -> None:
    use(settings, "postmark://TOKEN")


def post(client: Client, body: Any, secret: str = SECRET) -> int:
    login = {"Authorization": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/webhooks/email", raw, content_type="application/json", headers=login).status_code


def emailed(channels: tuple[str, ...] = ("email",)) -> Reminder:
    reminder = day_2_of(live_clinic(), channels=channels)
    dispatch_once(DAY_2, {"email": Recording(accepted(ID)), "sms": Recording()})
    return reminder


def status(reminder: Reminder) -> tuple[str, str]:
    reminder.refresh_from_db()
    return reminder.status, reminder.status_reason


def bounce(kind: str) -> dict[str, str]:
    return {"RecordType": "Bounce", "Type": kind, "MessageID": ID, "Email": "sam@example.com"}


def test_a_report_moves_the_reminder(client: Client) -> None:
    reminder = emailed()
    assert post(client, DELIVERED) == 200
    assert status(reminder)[0] == Status.DELIVERED


@pytest.mark.parametrize("secret", ["", "reports:wrong", "reports", ":", "é:é"])
def test_without_the_password_nothing_is_believed(client: Client, secret: str) -> None:
    assert post(client, DELIVERED, secret) == 403
    assert not Receipt.objects.exists()


def test_where_no_password_is_set_nothing_is_believed(client: Client, settings: Settings) -> None:
    use(settings, "postmark://TOKEN", "")
    assert post(client, DELIVERED) == 403


def test_where_no_provider_is_set_nothing_is_believed(client: Client, settings: Settings) -> None:
    use(settings, "smtp://mail.example.com")
    assert post(client, DELIVERED) == 403


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("HardBounce", (Status.FAILED, "refused-address")),
        ("BadEmailAddress", (Status.FAILED, "refused-address")),
        ("Blocked", (Status.FAILED, "refused-text")),
        ("VirusNotification", (Status.FAILED, "refused-unknown")),
        ("SMTPApiError", (Status.FAILED, "refused-unknown")),
        ("Transient", (Status.SENT, "")),
    ],
)
def test_a_failure_has_its_consequence(client: Client, kind: str, after: tuple[str, str]) -> None:
    reminder = emailed()
    assert post(client, bounce(kind)) == 200
    follow_up(DAY_2, WORKER)
    assert status(reminder) == after


def test_what_came_back_goes_as_a_text_where_that_is_permitted(client: Client) -> None:
    reminder = emailed(("email", "sms"))
    post(client, bounce("HardBounce"))
    follow_up(DAY_2, WORKER)
    text = Recording()
    dispatch_once(DAY_2, {"email": Recording(), "sms": text})
    assert (status(reminder)[0], len(text.taken)) == (Status.SENT, 1)


def test_a_complaint_stops_the_emails(client: Client) -> None:
    emailed()
    complaint = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "MessageID": ID}
    for _ in range(2):
        assert post(client, complaint | {"Email": "sam@example.com"}) == 200
    refusal = OptOut.objects.get()
    assert (refusal.channel, refusal.address, refusal.source) == ("email", "sam@example.com", "provider")


def test_a_report_on_nothing_known_is_kept_and_counted(client: Client) -> None:
    assert post(client, DELIVERED | {"MessageID": "another"}) == 200
    assert unknown() == 1


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_every_provider_that_can_be_named_has_its_reader(name: str) -> None:
    view = import_string(
        f"anymail.webhooks.{PROVIDERS[name][0]}.{CLASSES[PROVIDERS[name][0]]}TrackingWebhookView"
    )
    assert view.signal


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_every_provider_has_to_prove_itself(client: Client, settings: Settings, name: str) -> None:
    use(settings, f"{name}://{'@'.join('x' for _ in PROVIDERS[name][1])}")
    assert post(client, DELIVERED, "reports:wrong") in (400, 403)
    assert not Receipt.objects.exists()


def test_one_that_signs_is_verified_by_its_signature(client: Client, settings: Settings) -> None:
    use(settings, "mailgun://KEY@mg.example.com", "the-signing-key")
    signed = {"timestamp": "1", "token": "t", "signature": _mailgun("the-signing-key")}
    event = {"event": "delivered", "message": {"headers": {"message-id": ID}}, "recipient": "sam@example.com"}
    body = {"signature": signed, "event-data": event | {"timestamp": 1.0, "id": "e"}}
    assert post(client, body | {"signature": signed | {"signature": "wrong"}}, "") == 403
    assert not Receipt.objects.exists()
    assert post(client, body, "") == 200
    assert Receipt.objects.get().reported == "delivered"


def _mailgun(key: str) -> str:
    return hmac.new(key.encode(), b"1t", hashlib.sha256).hexdigest()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("RecordType", "Type", "MessageID", "Email", "Recipient", "DeliveredAt", "Metadata", "Tag")
ODD = st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(["Delivery", "Bounce", "HardBounce"]))


@given(body=st.binary(max_size=200) | JSON | ODD)
@given_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_is_an_error(client: Client, body: Any) -> None:
    assert post(client, body) in (200, 400)


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_a_post_is_answered(client: Client, method: str) -> None:
    assert getattr(client, method)("/webhooks/email").status_code == 405
