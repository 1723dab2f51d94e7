from datetime import timedelta

import pytest

from scheduler.attention import from_whom, handle, open_replies
from scheduler.models import Clinic, Event, Reply
from tests.dispatch.plans import live_clinic, patient_of
from tests.enrolment.clinics import NOW

pytestmark = pytest.mark.django_db
NURSE = "nurse@example.com"


def reply(clinic: Clinic, number: int = 1, urgent: bool = False, mobile: str = "+447700900123") -> Reply:
    return Reply.objects.create(
        clinic=clinic, sender=clinic.sender, address=mobile, body="Thank you", provider_id=f"SM{number}",
        received_at=NOW + timedelta(minutes=number), urgent=urgent,
    )  # fmt: skip


def test_urgent_ones_come_first_then_the_oldest(clinic: Clinic) -> None:
    late, early, urgent = reply(clinic, 2), reply(clinic, 1), reply(clinic, 3, urgent=True)
    assert list(open_replies(clinic)) == [urgent, early, late]


def test_it_says_whom_they_may_be_from(clinic: Clinic) -> None:
    one, other = patient_of(clinic), patient_of(clinic, name="Jo Example")
    reply(clinic)
    reply(clinic, 2, mobile="+447700900999")
    first, second = from_whom(clinic, open_replies(clinic))
    assert {episode.pk for episode in first.episodes} == {one.pk, other.pk}
    assert second.episodes == ()


def test_it_is_handled_once_with_a_name(clinic: Clinic) -> None:
    one = reply(clinic)
    assert handle(clinic, one.pk, actor=NURSE, now=NOW)
    assert not handle(clinic, one.pk, actor="other@example.com", now=NOW)
    one.refresh_from_db()
    assert (one.handled_by, one.handled_at) == (NURSE, NOW)
    event = Event.objects.for_clinic(clinic).get(kind="reply-handled")
    assert (event.actor, event.details) == (NURSE, {"reply": one.pk})


def test_another_clinic_handles_nothing(clinic: Clinic) -> None:
    one = reply(clinic)
    assert not handle(live_clinic(slug="other"), one.pk, actor=NURSE, now=NOW)
    assert list(open_replies(clinic)) == [one]
