"""The jobs that ask the provider, as a running worker does them beside everything else."""

from datetime import timedelta

import pytest

from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Sender
from tests.dispatch.plans import DAY_2, attempts_of, day_2_of
from tests.dispatch.test_worker import run_once, running, status_of, texts, wait_for
from tests.support.provider import Provider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("providers_day_2")]
LATER = DAY_2 + timedelta(minutes=20)


def test_it_looks_up_what_is_in_doubt(clinic: Clinic, twilio: Provider) -> None:
    reminder = day_2_of(clinic)
    twilio.behave("500-after")
    run_once(texts(twilio))
    with running(texts(twilio), lambda: LATER):
        wait_for(lambda: status_of(reminder) == Status.SENT)
    assert len(twilio.accepted) == 1


def test_it_asks_for_lost_reports_and_sees_to_what_did_not_arrive(clinic: Clinic, twilio: Provider) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    run_once(texts(twilio))
    (attempt,) = attempts_of(reminder)
    twilio.report(attempt.provider_id or "", "undelivered", 30005)
    with running(texts(twilio), lambda: LATER):
        wait_for(lambda: attempts_of(reminder)[0].status == "undelivered")
        wait_for(lambda: status_of(reminder) == Status.FAILED)


def test_it_lets_a_sender_go_that_works_again(clinic: Clinic, twilio: Provider) -> None:
    reminder = day_2_of(clinic)
    twilio.behave(20003, times=1)
    run_once(texts(twilio))
    assert Sender.objects.get().held_reason == "20003"
    with running(texts(twilio), lambda: LATER):
        wait_for(lambda: status_of(reminder) == Status.SENT)
    assert Sender.objects.get().held_at is None
    assert Attempt.objects.for_clinic(clinic).count() == 2
