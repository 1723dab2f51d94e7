"""A patient who stops the texts and wants them again: what was left out meanwhile."""

from datetime import datetime, timedelta

import pytest

from scheduler import opt_outs
from scheduler.dispatch import dispatch_once
from scheduler.models import Clinic, Reminder
from scheduler.plans.opting_in import start_again
from tests.dispatch.plans import reminder_of
from tests.enrolment.clinics import NOW, ready_clinic
from tests.rollout.everybody import enrol_some, let_go

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


def test_a_critical_text_that_was_left_out_goes_when_texts_are_wanted_again(clinic: Clinic) -> None:
    (episode,) = enrol_some(clinic, 1)
    signs = reminder_of(episode, "clot-signs")
    address = episode.patient.mobile
    let_go(signs.due_at - timedelta(minutes=10))
    stop(clinic, address, signs.due_at - timedelta(minutes=4))
    let_go(signs.due_at + timedelta(minutes=1), start=signs.due_at)
    signs.refresh_from_db()
    assert (signs.status, signs.status_reason) == ("skipped", "opted-out")
    again = signs.due_at + timedelta(minutes=5)
    start_again(clinic, "sms", address, source="page", actor="patient", now=again)
    dispatch_once(again + timedelta(seconds=1))
    signs.refresh_from_db()
    assert signs.status == "sent"


def test_whom_the_address_does_not_reach_is_left_alone(clinic: Clinic) -> None:
    _, other = enrol_some(clinic, 2)
    before = list(Reminder.objects.for_clinic(clinic).values_list("pk", "due_at").order_by("pk"))
    start_again(clinic, "sms", "+447700900555", source="page", actor="patient", now=NOW)
    assert before == list(Reminder.objects.for_clinic(clinic).values_list("pk", "due_at").order_by("pk"))
    other.refresh_from_db()
    assert other.revision == 1


def stop(clinic: Clinic, address: str, now: datetime) -> None:
    for channel in ("sms", "email"):
        reached = address if channel == "sms" else "sam@example.com"
        opt_outs.stop(clinic, channel, reached, source="page", actor="patient", now=now)
