"""Enrolments that wait: nothing is sent, nothing is lost, and nothing stays twice."""

import json

import pytest

from scheduler.enrolment import Refused, held
from scheduler.models import Clinic, Episode, Event, HeldEnrolment, Patient
from tests.enrolment.clinics import NOW, asked, ready_clinic, rows

pytestmark = pytest.mark.django_db
NURSE, OTHER = "nurse@example.com", "other@example.com"
TYPED = {"name": "Sam Example", "mobile": "07700 900123", "sms": "on", "email": ""}


def events(clinic: Clinic) -> list[str]:
    """What came after the clinic's first edition."""
    told = Event.objects.for_clinic(clinic).exclude(kind="edition-published").order_by("pk")
    return list(told.values_list("kind", flat=True))


def test_it_keeps_what_was_typed_and_sends_nothing(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    assert HeldEnrolment.objects.for_clinic(clinic).get().typed == {
        "name": "Sam Example", "mobile": "07700 900123", "sms": "on",
    }  # fmt: skip
    assert (one.held_by, one.held_at, one.closed_at) == (NURSE, NOW, None)
    assert rows() == {"Patient": 0, "Episode": 0, "Reminder": 0, "Event": 2}
    assert events(clinic) == ["enrolment-held"]


def test_a_doubled_click_holds_once(clinic: Clinic) -> None:
    assert held.hold(clinic, TYPED, NURSE, NOW) == held.hold(clinic, TYPED, NURSE, NOW)
    assert events(clinic) == ["enrolment-held"]
    assert held.hold(clinic, TYPED, OTHER, NOW) != held.waiting(clinic).first()


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": " ", "date": "2026-11-20"}, "name"), ({"name": "\0"}, "name"), ({"name": "x" * 501}, "name")],
)
def test_it_holds_nothing_that_nobody_could_go_on_with(
    typed: dict[str, str], field: str, clinic: Clinic
) -> None:
    with pytest.raises(Refused) as refused:
        held.hold(clinic, typed, NURSE, NOW)
    assert field in refused.value.faults
    assert events(clinic) == []


def test_it_keeps_what_the_databases_can_keep(clinic: Clinic) -> None:
    assert held.hold(clinic, {"name": "Sam\0 Example"}, NURSE, NOW).typed == {"name": "Sam Example"}


def test_what_is_typed_further_is_kept_in_its_place(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    held.hold(clinic, TYPED | {"email": "sam@example.com"}, OTHER, NOW, one.pk)
    again = HeldEnrolment.objects.for_clinic(clinic).get()
    assert (again.typed["email"], again.held_by) == ("sam@example.com", OTHER)
    assert events(clinic) == ["enrolment-held"] * 2


def test_enrolling_closes_it_and_deletes_what_was_typed(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    episode = held.enrol_held(one.pk, asked(clinic), OTHER, NOW).episode
    one.refresh_from_db()
    assert (one.typed, one.closed_at, one.closed_by, one.episode) == ({}, NOW, OTHER, episode)
    assert events(clinic)[-1] == "held-enrolled"
    assert not held.waiting(clinic).exists()


def test_a_refused_enrolment_leaves_it_as_it_is(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    with pytest.raises(Refused):
        held.enrol_held(one.pk, asked(clinic, name=""), NURSE, NOW)
    assert held.find(clinic, one.pk) == one
    assert one.typed["name"] == "Sam Example"


def test_a_second_click_on_enrol_is_the_same_again(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    first, second = (held.enrol_held(one.pk, asked(clinic), NURSE, NOW) for _ in range(2))
    assert (first.created, second.created, second.episode) == (True, False, first.episode)


def test_what_somebody_has_seen_to_is_not_enrolled_behind_their_back(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    held.discard(clinic, one.pk, "not-wanted", OTHER, NOW)
    with pytest.raises(Refused, match="Somebody has seen to this"):
        held.enrol_held(one.pk, asked(clinic), NURSE, NOW)
    assert not Episode.objects.for_clinic(clinic).exists()
    assert not Patient.objects.for_clinic(clinic).exists()


def test_letting_it_go_needs_a_reason_and_deletes_what_was_typed(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    with pytest.raises(Refused, match="Say why"):
        held.discard(clinic, one.pk, "whim", NURSE, NOW)
    held.discard(clinic, one.pk, "mistake", NURSE, NOW)
    one.refresh_from_db()
    assert (one.typed, one.closed_by, one.episode) == ({}, NURSE, None)
    told = Event.objects.for_clinic(clinic).get(kind="held-discarded")
    assert (told.reason, told.details) == ("mistake", {"held": one.pk})
    with pytest.raises(Refused, match="Somebody has seen to this"):
        held.discard(clinic, one.pk, "mistake", NURSE, NOW)


def test_no_event_has_personal_data(clinic: Clinic) -> None:
    one = held.hold(clinic, TYPED, NURSE, NOW)
    held.enrol_held(one.pk, asked(clinic), NURSE, NOW)
    told = json.dumps(list(Event.objects.for_clinic(clinic).values_list("details", "reason")))
    assert "Sam" not in told
    assert "900123" not in told


def test_another_clinic_has_none_of_it(clinic: Clinic) -> None:
    one, other = held.hold(clinic, TYPED, NURSE, NOW), ready_clinic(slug="other")
    assert held.find(other, one.pk) is None
    with pytest.raises(Refused):
        held.discard(other, one.pk, "mistake", NURSE, NOW)
    with pytest.raises(Refused):
        held.enrol_held(one.pk, asked(other), NURSE, NOW)
    assert held.find(clinic, one.pk) == one
