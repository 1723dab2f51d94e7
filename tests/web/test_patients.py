from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from scheduler.models import Clinic, Episode, Reminder
from tests.enrolment.clinics import NOW
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/"


def page(client: Client) -> str:
    return client.get(URL).content.decode()


def test_it_says_that_nobody_is_enrolled_yet(staff: Client) -> None:
    assert "Nobody is enrolled yet" in page(staff)


def test_it_shows_the_day_and_the_next_message(staff: Client, episode: Episode) -> None:
    shown = page(staff)
    assert "Sam Example" in shown
    assert "Day of treatment" in shown
    assert "Fri 20 Nov, 15:30" in shown


def test_it_marks_a_patient_who_needs_a_person(staff: Client, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode, key="day-2").update(status="failed")
    assert "Needs a person" in page(staff)


@pytest.mark.parametrize(
    ("key", "reason", "marked"),
    [
        ("clot-signs", "past-send-by", True),
        ("clot-signs", "by-person", False),
        ("day-2", "past-send-by", False),
    ],
)
def test_a_skipped_text_needs_a_person_where_it_is_critical_and_unsaid(
    staff: Client, episode: Episode, key: str, reason: str, marked: bool
) -> None:
    skipped = Reminder.objects.across_clinics().filter(episode=episode, key=key)
    skipped.update(status="skipped", status_reason=reason)
    assert ("Needs a person" in page(staff)) is marked


def test_it_shows_nobody_of_another_clinic(staff: Client, other_clinic: Clinic) -> None:
    enrolled(other_clinic, name="Somebody Else")
    assert "Somebody Else" not in page(staff)


def test_it_says_that_nothing_leaves_this_machine(staff: Client) -> None:
    assert "Nothing leaves this machine" in page(staff)


@pytest.mark.parametrize("patients", [1, 5])
def test_it_needs_no_more_queries_for_more_patients(
    patients: int, staff: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(patients):
        enrolled(clinic, name=f"Sam {'ABCDE'[number]}")
    with django_assert_max_num_queries(9):
        page(staff)


def test_it_marks_a_patient_who_stopped_texts(staff: Client, episode: Episode) -> None:
    Client().post(f"/p/{episode.patient.page_token}/messages", {"channel": "sms", "wish": "stop"})
    assert "Stopped texts" in page(staff)


@pytest.mark.parametrize(("days", "said"), [(0, "With those of another"), (90, "the plan is finished")])
def test_it_says_where_another_treatment_speaks(
    days: int, said: str, clinic: Clinic, episode: Episode
) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status="superseded")
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        assert said in page(signed_in(member(clinic, "staff")))
