"""Bodies that no provider sends. Signed or not, they are answered, and never with an error."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from scheduler.channels.base import accepted
from scheduler.dispatch import dispatch_once
from scheduler.domain.status import Status
from scheduler.models import Clinic, Receipt
from scheduler.receipts import adopt, of_twilio, receive, unknown
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, day_2_of, live_clinic
from tests.receipts.test_webhook import PUBLIC, TOKEN, path, twilio

__all__ = ["twilio"]
pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
LARGE = b"a=" + b"x" * (configured.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
MANY = b"&".join(b"a%d=1" % n for n in range(2000))
FIELDS = ("MessageSid", "MessageStatus", "ErrorCode", "SmsSid", "SmsStatus", "AccountSid")
WORDS = st.text(max_size=30) | st.sampled_from(["delivered", "undelivered", "sent", "30003", "SM1", ""])
PAIRS = st.lists(st.tuples(st.sampled_from(FIELDS) | st.text(max_size=9), WORDS), max_size=12)
patiently = given_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def encoded(pairs: list[tuple[str, str]]) -> tuple[bytes, QueryDict]:
    form = QueryDict(mutable=True)
    for name, value in pairs:
        form.appendlist(name, value.encode(errors="replace").decode())
    body = form.urlencode().encode()
    return body, QueryDict(body)


def post(client: Client, body: bytes, said: Mapping[str, str] | None, kind: str = FORM) -> int:
    where = path(uuid4())
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + where, said or {})
    headers = {"X-Twilio-Signature": signature}
    return client.post(where, body, content_type=kind, headers=headers).status_code


@given(pairs=PAIRS)
@patiently
def test_any_signed_form_is_kept(client: Client, pairs: list[tuple[str, str]]) -> None:
    body, said = encoded(pairs)
    before = Receipt.objects.count()
    assert post(client, body, said) == 204
    assert Receipt.objects.count() == before + 1


@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from([FORM, "text/plain", "multipart/form-data; boundary=x"]),
)
@patiently
def test_no_bytes_are_an_error(client: Client, body: bytes, kind: str) -> None:
    assert post(client, body, None, kind) in (204, 400, 403)


@given(headers=st.dictionaries(st.sampled_from(["X-Twilio-Signature", "Content-Type"]), st.text(max_size=50)))
@patiently
def test_no_header_is_an_error(client: Client, headers: dict[str, str]) -> None:
    meta = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    assert client.post(path(uuid4()), b"a=b", content_type=FORM, **meta).status_code in (400, 403)


def test_a_repeated_field_is_no_error(client: Client) -> None:
    body, said = encoded([("MessageStatus", "sent"), ("MessageStatus", "delivered"), ("MessageSid", "SM1")])
    assert post(client, body, said) == 204


@pytest.mark.parametrize("body", [LARGE, MANY], ids=["large", "many fields"])
def test_a_body_that_is_too_much_is_refused(client: Client, body: bytes) -> None:
    assert post(client, body, None) == 400


def test_reports_on_unknown_messages_are_counted(clinic: Clinic) -> None:
    for _ in range(3):
        receive(of_twilio(uuid4(), "SM404", "delivered"), DAY_2)
    assert unknown() == 3


def test_a_report_whose_message_is_recorded_later_finds_it(clinic: Clinic) -> None:
    """An email's report names the provider's id alone, and may be quicker than the answer with that id."""
    receive(of_twilio(uuid4(), "0a12-b3", "delivered"), DAY_2)
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording(accepted("0a12-b3"))})
    assert adopt(DAY_2 + MINUTE) == 1
    reminder.refresh_from_db()
    assert (reminder.status, unknown()) == (Status.DELIVERED, 0)
    assert adopt(DAY_2 + MINUTE) == 0


def test_an_id_that_another_attempt_has_is_no_error(clinic: Clinic) -> None:
    first, second = (day_2_of(clinic, number=number) for number in (1, 2))
    dispatch_once(DAY_2, {"sms": Recording()})
    one, other = attempts_of(first)[0], attempts_of(second)[0]
    type(other).objects.across_clinics().filter(pk=other.pk).update(provider_id=None)
    receive(of_twilio(other.pk, one.provider_id or "", "delivered"), DAY_2)
    second.refresh_from_db()
    assert second.status == Status.DELIVERED
