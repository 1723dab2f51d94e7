from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from scheduler.domain.status import Status
from scheduler.enrolment import Conflict, Refused, enrol, page_link
from scheduler.models import Clinic, Episode, Event, Reminder
from tests.enrolment.clinics import NOW, asked, ready_clinic, rows

pytestmark = pytest.mark.django_db
NURSE = "nurse@example.com"


def test_it_writes_the_patient_the_episode_and_its_plan(clinic: Clinic) -> None:
    enrolled = enrol(asked(clinic, site="left"), NURSE, NOW.replace(second=42))
    episode = Episode.objects.for_clinic(clinic).get()
    assert (enrolled.episode, enrolled.created) == (episode, True)
    assert episode.patient.mobile == "+447700900123"
    assert (episode.treated_at, episode.treated_local) == (
        datetime(2026, 11, 20, 15, tzinfo=UTC),
        "2026-11-20T15:00",
    )
    assert (episode.enrolled_at, episode.enrolled_by) == (NOW, NURSE)
    assert (episode.site, episode.channels) == ("left", ["sms", "email"])
    assert episode.reminders.filter(status=Status.SCHEDULED, critical=True).count() == 1


def test_it_looks_at_a_reminder_when_it_is_due(clinic: Clinic) -> None:
    enrol(asked(clinic), NURSE, NOW)
    for reminder in Reminder.objects.for_clinic(clinic):
        assert NOW <= reminder.due_at == reminder.try_at < reminder.send_by


def test_it_leaves_an_event_for_the_enrolment_and_for_each_reminder(clinic: Clinic) -> None:
    episode = enrol(asked(clinic), NURSE, NOW).episode
    enrolled = Event.objects.for_clinic(clinic).get(kind="enrolled")
    assert (enrolled.actor, enrolled.at) == (NURSE, NOW)
    assert enrolled.details["answers"] == {"area": "small"}
    planned = Event.objects.for_clinic(clinic).filter(kind="planned", after=Status.SCHEDULED)
    assert planned.count() == episode.reminders.count()


def test_it_keeps_what_is_not_planned_and_why(clinic: Clinic) -> None:
    enrol(asked(clinic, late_confirmed=True), NURSE, NOW + timedelta(days=2))
    unplanned = Event.objects.for_clinic(clinic).get(kind="enrolled").details["not_planned"]
    assert {"key": "welcome", "reason": "past-send-by", "into": ""} in unplanned


def test_it_keeps_how_much_texts_say_and_whether_fewer_are_wanted(clinic: Clinic) -> None:
    said = asked(clinic, detail="minimal", fewer_texts="yes")
    first = enrol(said, NURSE, NOW).episode
    again = replace(said, treated="2026-11-20T15:10", patient=str(first.patient_id), fewer_texts="no")
    second = enrol(again, NURSE, NOW).episode
    assert (first.detail, first.fewer_texts) == ("minimal", True)
    assert (second.detail, second.fewer_texts) == ("minimal", False)


@pytest.mark.parametrize(
    ("wish", "sentence"), [({"detail": "full"}, "say more, or less"), ({"fewer_texts": "yes"}, "more texts")]
)
def test_the_same_with_another_wish_is_a_conflict(
    wish: dict[str, str], sentence: str, clinic: Clinic
) -> None:
    enrol(asked(clinic), NURSE, NOW)
    with pytest.raises(Conflict, match=sentence):
        enrol(asked(clinic, **wish), NURSE, NOW)


def test_it_makes_a_link_that_cannot_be_guessed_or_misread(clinic: Clinic) -> None:
    patients = [enrol(asked(clinic, name=name), NURSE, NOW).episode.patient for name in ("Sam A", "Sam B")]
    links = {page_link(patient) for patient in patients}
    assert len(links) == 2
    for patient in patients:
        assert len(patient.page_token) == 16
        assert not set(patient.page_token) & set("0Oo1lIi")


@pytest.mark.parametrize("live", [True, False])
def test_it_decides_for_ever_whether_anything_leaves_the_machine(live: bool, settings: Settings) -> None:
    settings.EMAIL_LIVE = True
    clinic = ready_clinic(live=live)
    assert enrol(asked(clinic), NURSE, NOW).episode.outbox_only is not live


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"name": "  sam   EXAMPLE "},
        {"mobile": "+44 7700 900 123"},
        {"email": "Sam@Example.com"},
        {"treated": "2026-11-20T15:00:40"},
        {"treated": "2026-11-20T16:00+01:00"},
        {"at_desk": True},
        {"channels": ("sms", "email", "sms")},
    ],
)
def test_it_returns_the_first_when_the_same_is_asked_again(clinic: Clinic, again: dict[str, str]) -> None:
    first = enrol(asked(clinic), NURSE, NOW)
    before = rows()
    second = enrol(asked(clinic, **again), NURSE, NOW + timedelta(days=40))
    assert (second.episode, second.created) == (first.episode, False)
    assert rows() == before


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Sam Exampleton"},
        {"mobile": "07700 900124"},
        {"email": ""},
        {"treated": "2026-11-20T14:59"},
    ],
)
def test_it_takes_another_person_or_time_for_another_enrolment(clinic: Clinic, other: dict[str, str]) -> None:
    first = enrol(asked(clinic, channels=("sms",)), NURSE, NOW)
    second = enrol(asked(clinic, channels=("sms",), patient="new", **other), NURSE, NOW)
    assert second.created
    assert second.episode != first.episode


def test_it_knows_an_enrolment_apart_from_later_edits(clinic: Clinic) -> None:
    first = enrol(asked(clinic), NURSE, NOW).episode
    first.treated_at, first.answers, first.channels = NOW, {"area": "large"}, ["email"]
    first.save()
    assert enrol(asked(clinic), NURSE, NOW).episode == first


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"answers": {"area": "large"}}, "other answers were given"),
        ({"site": "right"}, "another leg was given"),
        ({"channels": ("email",)}, "other ways to reach the patient were chosen"),
    ],
)
def test_it_does_not_change_what_is_enrolled(clinic: Clinic, other: dict[str, object], sentence: str) -> None:
    first = enrol(asked(clinic), NURSE, NOW)
    before = rows()
    with pytest.raises(Conflict) as conflict:
        enrol(asked(clinic, **other), NURSE, NOW)
    assert f"episode {first.episode.pk}" in conflict.value.faults["patient"]
    assert sentence in conflict.value.faults["patient"]
    assert rows() == before


def test_it_says_what_is_wrong_with_the_same_again(clinic: Clinic) -> None:
    enrol(asked(clinic), NURSE, NOW)
    with pytest.raises(Refused, match="no channel 'pigeon'"):
        enrol(asked(clinic, channels=("pigeon",)), NURSE, NOW)


def test_it_keeps_the_clinics_apart(clinic: Clinic) -> None:
    other = ready_clinic(slug="sandy")
    first, second = (enrol(asked(where), NURSE, NOW).episode for where in (clinic, other))
    assert first.identity == second.identity
    assert first != second
