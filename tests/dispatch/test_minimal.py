"""How much a text says is decided when it is claimed: as its treatment has it, else as the clinic has it."""

import pytest
from django.test import override_settings

from scheduler.dispatch import dispatch_once
from scheduler.models import Attempt, Clinic, Patient, Reminder
from tests.dispatch.plans import DAY_2, Recording, attempts_of, day_2_of, only, patient_of, sms
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW
from tests.plans.changing import at

pytestmark = pytest.mark.django_db
ONLY = "You have a reminder: see the link. Breathless/chest pain: hospital now."


def claimed(reminder: Reminder, channel: Recording) -> Attempt:
    dispatch_once(DAY_2, sms(channel))
    (attempt,) = attempts_of(reminder)
    return attempt


@pytest.mark.parametrize(
    ("own", "clinics", "brief"),
    [
        ("", "minimal", True),
        ("minimal", "full", True),
        ("full", "minimal", False),
    ],
)
def test_it_is_as_the_treatment_has_it_else_as_the_clinic_has_it_now(
    clinic: Clinic, channel: Recording, own: str, clinics: str, brief: bool
) -> None:
    reminder = day_2_of(clinic, detail=own)
    Clinic.objects.filter(pk=clinic.pk).update(detail=clinics)
    attempt = claimed(reminder, channel)
    assert (ONLY in attempt.text) == brief
    assert (attempt.told == {}) == brief
    assert attempt.text.endswith(reminder.episode.patient.page_token)


def test_without_a_link_it_asks_to_call(clinic: Clinic, channel: Recording) -> None:
    reminder = day_2_of(clinic, detail="minimal")
    Patient.objects.for_clinic(clinic).update(page_revoked_at=NOW)
    attempt = claimed(reminder, channel)
    assert "You have a reminder: please call +44 1632 960123." in attempt.text
    assert "Breathless/chest pain: hospital now." in attempt.text
    assert "http" not in attempt.text


def test_an_email_has_a_neutral_subject(clinic: Clinic, channel: Recording) -> None:
    with override_settings(EMAIL_LIVE=True, TWILIO=True):
        reminder = only(patient_of(clinic, detail="minimal", channels=("email",)), "clot-signs")
        dispatch_once(reminder.due_at, {"email": channel})
    (taken,) = channel.taken
    assert taken.subject.endswith(": Important: a reminder for you")
    assert "clot" not in taken.subject + taken.text
    assert taken.letter
    assert taken.letter.emergency in taken.text


def test_what_it_says_besides_for_another_treatment_is_not_said_either(
    clinic: Clinic, channel: Recording
) -> None:
    first = patient_of(clinic, channels=("sms",), detail="minimal")
    run(channel, NOW, at(25, 15))
    second = treated_again(first, at(25, 15), detail="full")
    run(channel, second.enrolled_at, at(30, 12))
    carried = Reminder.objects.across_clinics().filter(episode=first, status="folded", host__isnull=False)
    texts = [text for guest in carried for text in guest.host.attempts.values_list("text", flat=True)]
    assert texts
    assert all(ONLY in text for text in texts)
