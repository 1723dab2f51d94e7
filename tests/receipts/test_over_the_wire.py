"""Signed reports as the provider posts them: before its answer, late, twice, in the wrong order, or never."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from config.twilio import Twilio
from scheduler.channels.sms import Account, Sms
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.undelivered import follow_up
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Clinic, Receipt, Reminder
from tests.dispatch.plans import DAY_2, MINUTE, attempts_of, day_2_of, live_clinic
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = "https://aftercare.example.com"


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    return live_clinic()


@pytest.fixture
def twilio(live_server: Any, settings: Settings) -> Iterator[Provider]:
    settings.PUBLIC_URL = PUBLIC
    with provider(callbacks_to=live_server.url) as server:
        settings.TWILIO = Twilio(ACCOUNT, TOKEN, None, None, None, "+447700900001", server.url)
        yield server
        assert server.faults == []
        assert {report["http"] for report in server.reports} <= {204}


def send(twilio: Provider, minutes: int = 0) -> None:
    account = Account(ACCOUNT, (ACCOUNT, TOKEN), twilio.url, f"{PUBLIC}/webhooks/twilio/status")
    dispatch_once(DAY_2 + minutes * MINUTE, {"sms": Sms(account)})


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def heard(twilio: Provider, reports: int) -> None:
    wait_for(lambda: len([one for one in twilio.reports if one["http"]]) >= reports)


def status(reminder: Reminder) -> str:
    reminder.refresh_from_db()
    return reminder.status


@pytest.mark.parametrize(
    ("words", "reports"),
    [
        (("deliver",), 2),
        (("deliver", "reports-early"), 2),
        (("deliver", "reports-twice"), 4),
        (("deliver", "reports-reversed"), 2),
        (("deliver", "reports-late"), 2),
        (("deliver", "reports-early", "reports-twice", "reports-reversed"), 4),
        (("500-after", "deliver"), 2),
        (("drop-after", "deliver"), 2),
        (("500-after", "deliver", "reports-early"), 2),
    ],
)
def test_however_the_reports_come_it_is_delivered_once(
    clinic: Clinic, twilio: Provider, words: tuple[str, ...], reports: int
) -> None:
    reminder = day_2_of(clinic)
    twilio.behave(*words)
    send(twilio)
    heard(twilio, reports)
    assert status(reminder) == Status.DELIVERED
    (attempt,) = attempts_of(reminder)
    assert (attempt.status, attempt.provider_id) == (AttemptStatus.DELIVERED, twilio.accepted[0]["sid"])
    assert Receipt.objects.filter(attempt=attempt).count() == reports
    send(twilio, minutes=30)
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("words", [("undelivered:30003",), ("undelivered:30003", "reports-early")])
def test_what_did_not_arrive_is_tried_once_more(
    clinic: Clinic, twilio: Provider, words: tuple[str, ...]
) -> None:
    reminder = day_2_of(clinic)
    twilio.behave(*words, times=1)
    send(twilio)
    heard(twilio, 2)
    assert status(reminder) == Status.UNDELIVERED
    follow_up(DAY_2 + MINUTE, "worker here-1")
    twilio.behave("deliver")
    send(twilio, minutes=30)
    heard(twilio, 4)
    assert status(reminder) == Status.DELIVERED
    assert len(twilio.accepted) == 2
