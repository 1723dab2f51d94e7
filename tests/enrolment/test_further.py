"""A second treatment of a patient: who is the same one, and that all treatments are planned together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from scheduler.domain.replan import as_planned
from scheduler.domain.status import Status
from scheduler.enrolment import Conflict, Enrolment, Refused, enrol, page_link, preview
from scheduler.enrolment.patients import reached_by
from scheduler.models import Clinic, Episode, Event, Patient, Reminder
from scheduler.plans import renew
from scheduler.plans.cases import load_cases
from tests.enrolment.clinics import NOW, asked, ready_clinic, rows

pytestmark = pytest.mark.django_db
NURSE = "nurse@example.com"
#: Tuesday 1 December, eleven days after the first treatment
LATER = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)


@pytest.fixture
def first(clinic: Clinic) -> Episode:
    return enrol(asked(clinic, site="left"), NURSE, NOW).episode


def second(clinic: Clinic, **values: Any) -> Enrolment:
    usual = {"treated": "2026-12-01T10:00", "site": "left"}
    return asked(clinic, **(usual | values))


def of_first(clinic: Clinic, first: Episode, **values: Any) -> Enrolment:
    return second(clinic, patient=str(first.patient_id), **values)


def refusal(asking: Enrolment, now: datetime = LATER) -> Refused:
    before = rows()
    with pytest.raises(Refused) as refused:
        enrol(asking, NURSE, now)
    assert rows() == before
    return refused.value


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"name": "  sam   EXAMPLE "},
        {"mobile": "07700 900124"},
        {"email": "SAM@example.com", "mobile": "07700 900124"},
        {"email": "", "channels": ("sms",)},
        {"mobile": "", "channels": ("email",)},
    ],
)
def test_it_asks_whether_it_is_the_same_person(clinic: Clinic, first: Episode, same: dict[str, Any]) -> None:
    refused = refusal(second(clinic, **same))
    assert list(refused.faults) == ["patient"]
    assert f"patient {first.patient_id}, treated on Fri 20 Nov 2026, left leg" in refused.faults["patient"]
    assert (refused.code, refused.patients) == ("which-patient", (first.patient_id,))


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Max Example"},
        {"name": "Max Example", "mobile": ""},
        {"mobile": "07700 900124", "email": "max@example.com"},
        {"mobile": "07700 900124", "email": ""},
    ],
)
def test_it_asks_nothing_of_somebody_else(clinic: Clinic, first: Episode, other: dict[str, Any]) -> None:
    channels = ("sms",) if other.get("mobile", "07700") else ("email",)
    enrolled = enrol(second(clinic, channels=channels, **other), NURSE, LATER)
    assert enrolled.episode.patient_id != first.patient_id


def test_it_asks_beside_every_other_fault(clinic: Clinic, first: Episode) -> None:
    assert set(refusal(second(clinic, answers={})).faults) == {"patient", "answers.area"}


def test_it_proposes_nobody_of_another_clinic(first: Episode) -> None:
    assert enrol(second(ready_clinic(slug="sandy")), NURSE, LATER).created


def test_it_names_every_record_that_may_be_meant(clinic: Clinic, first: Episode) -> None:
    other = enrol(second(clinic, patient="new"), NURSE, LATER).episode
    refused = refusal(second(clinic, treated="2026-12-01T09:00"))
    assert refused.patients == (other.patient_id, first.patient_id)
    assert "treated on Tue 1 Dec 2026" in refused.faults["patient"]


def test_a_new_one_of_the_same_name_gets_a_record_of_its_own(clinic: Clinic, first: Episode) -> None:
    enrolled = enrol(second(clinic, patient="new"), NURSE, LATER).episode
    assert enrolled.patient_id != first.patient_id
    assert enrolled.patient.page_token != first.patient.page_token


def test_the_same_again_is_the_first_whatever_is_said_of_the_patient(clinic: Clinic, first: Episode) -> None:
    for said in ("", "new", str(first.patient_id)):
        again = enrol(asked(clinic, site="left", patient=said), NURSE, LATER)
        assert (again.episode, again.created) == (first, False)


def test_the_same_again_of_another_record_is_a_conflict(clinic: Clinic, first: Episode) -> None:
    other = enrol(second(clinic, patient="new"), NURSE, LATER).episode
    before = rows()
    with pytest.raises(Conflict, match=f"it belongs to patient {first.patient_id}") as conflict:
        enrol(asked(clinic, site="left", patient=str(other.patient_id)), NURSE, LATER)
    assert conflict.value.code == "conflict"
    assert rows() == before


@pytest.mark.parametrize(
    "odd", ["0", "999999", "-1", "1.5", "sam", " ", "٣", "9" * 18, "9" * 40, "NEW", "\x00"]
)
def test_it_refuses_a_patient_that_is_no_record_here(clinic: Clinic, first: Episode, odd: str) -> None:
    assert "no such patient" in refusal(second(clinic, patient=odd)).faults["patient"]
    with pytest.raises(Refused, match="no such patient"):
        preview(second(clinic, patient=odd), LATER)


def test_a_record_of_another_clinic_is_as_unknown(clinic: Clinic, first: Episode) -> None:
    other = ready_clinic(slug="sandy")
    unknown = refusal(second(other, patient="999999")).faults
    assert refusal(second(other, patient=str(first.patient_id))).faults == unknown


def test_it_mixes_no_two_names(clinic: Clinic, first: Episode) -> None:
    assert "another name" in refusal(of_first(clinic, first, name="Max Example")).faults["patient"]


def test_it_plans_both_together(clinic: Clinic, first: Episode) -> None:
    enrolled = enrol(of_first(clinic, first), NURSE, LATER)
    assert enrolled.created
    assert enrolled.episode.patient_id == first.patient_id
    assert page_link(enrolled.episode.patient) == page_link(first.patient)
    end = Reminder.objects.for_clinic(clinic).get(episode=first, key="day-14")
    assert (end.status, end.decided_by_id) == (Status.SUPERSEDED, enrolled.episode.pk)
    case = load_cases([first.patient_id])[first.patient_id]
    patient = Patient.objects.for_clinic(clinic).get()
    assert not as_planned(case, patient.planned_at)[1]


def test_it_bumps_what_a_worker_may_hold(clinic: Clinic, first: Episode) -> None:
    enrol(of_first(clinic, first), NURSE, LATER)
    first.refresh_from_db()
    assert first.revision == 2


def test_each_treatment_has_in_its_history_what_happened(clinic: Clinic, first: Episode) -> None:
    added = enrol(of_first(clinic, first), NURSE, LATER).episode
    told = Event.objects.for_clinic(clinic).get(episode=first, kind="treatment-added")
    assert (told.actor, told.at, told.details["added"]) == (NURSE, LATER, added.pk)
    assert [first.pk, "day-14", "superseded"] in [step[:3] for step in told.details["steps"]]
    enrolled = Event.objects.for_clinic(clinic).get(episode=added, kind="enrolled")
    assert enrolled.details["answers"] == {"area": "small"}
    assert {"key": "first-evening", "reason": "folded", "into": "welcome"} not in enrolled.details[
        "not_planned"
    ]


def test_a_treatment_of_long_ago_is_left_alone(clinic: Clinic, first: Episode) -> None:
    Reminder.objects.for_clinic(clinic).update(status=Status.DELIVERED)
    later = LATER + timedelta(days=300)
    treated = (later - timedelta(minutes=30)).isoformat()
    added = enrol(of_first(clinic, first, treated=treated), NURSE, later).episode
    assert set(first.reminders.values_list("status", flat=True)) == {Status.DELIVERED}
    assert set(added.reminders.values_list("status", flat=True)) == {Status.SCHEDULED}
    assert not Event.objects.for_clinic(clinic).filter(kind="treatment-added").exists()


def test_a_cancelled_treatment_decides_nothing(clinic: Clinic, first: Episode) -> None:
    Episode.objects.for_clinic(clinic).update(state=Episode.State.CANCELLED)
    added = enrol(of_first(clinic, first), NURSE, LATER).episode
    assert not added.reminders.exclude(status=Status.SCHEDULED).exists()


def test_it_says_nothing_of_what_was_cancelled(clinic: Clinic, first: Episode) -> None:
    Episode.objects.for_clinic(clinic).update(state=Episode.State.CANCELLED)
    assert preview(of_first(clinic, first), LATER).effects == ()


def test_of_several_treatments_it_says_whose_message_it_is(clinic: Clinic, first: Episode) -> None:
    enrol(of_first(clinic, first, site="right"), NURSE, LATER)
    now = LATER + timedelta(days=2)
    shown = preview(of_first(clinic, first, treated="2026-12-03T10:00", site="both"), now)
    whose = [sentence.split(" of the treatment of ")[1][:20] for sentence in shown.effects]
    assert {"Fri 20 Nov, left leg", "Tue 1 Dec, right leg"} == {words.removesuffix(" (") for words in whose}


def test_the_first_returns_when_the_second_is_cancelled(clinic: Clinic, first: Episode) -> None:
    added = enrol(of_first(clinic, first), NURSE, LATER).episode
    Episode.objects.for_clinic(clinic).filter(pk=added.pk).update(state=Episode.State.CANCELLED)
    renew([first.patient_id], LATER, actor=NURSE)
    assert first.reminders.get(key="day-14").status == Status.SCHEDULED


def test_what_is_typed_at_the_desk_is_the_patients_address(clinic: Clinic, first: Episode) -> None:
    moved = of_first(clinic, first, mobile="07700 900199", email="", channels=("sms",))
    assert any("mobile number is another one" in sentence for sentence in preview(moved, LATER).warnings)
    before = Patient.objects.for_clinic(clinic).get().page_token
    added = enrol(moved, NURSE, LATER).episode
    patient = Patient.objects.for_clinic(clinic).get()
    assert (patient.mobile, patient.email) == ("+447700900199", "sam@example.com")
    event = Event.objects.for_clinic(clinic).get(kind="address-changed")
    assert (event.episode, event.actor) == (added, NURSE)
    assert event.details["changed"] == {
        "mobile": ["+447700900123", "+447700900199"],
        "page_link": ["link-as-sent", "link-renewed"],
    }
    # Whoever has the old number has the link no more.
    assert patient.page_token != before


def test_an_address_that_stays_is_no_change(clinic: Clinic, first: Episode) -> None:
    same = of_first(clinic, first, mobile="+44 7700 900123")
    assert not any("another one" in sentence for sentence in preview(same, LATER).warnings)
    enrol(same, NURSE, LATER)
    assert not Event.objects.for_clinic(clinic).filter(kind="address-changed").exists()


def test_it_says_beforehand_what_becomes_of_the_running_plan(clinic: Clinic, first: Episode) -> None:
    before = rows()
    shown = preview(of_first(clinic, first), LATER)
    assert rows() == before
    assert (
        "The end of the period without exercise (Fri 4 Dec, 18:00): not sent; this treatment decides, "
        "until Tue 15 Dec." in shown.effects
    )


def test_it_says_which_texts_of_the_running_plan_only_say_other_words(clinic: Clinic, first: Episode) -> None:
    soon = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    shown = preview(of_first(clinic, first, treated="2026-11-21T10:00", answers={"area": "large"}), soon)
    (sentence, *_) = [one for one in shown.effects if "Signs of a clot" in one]
    assert "it now says: Wear your stockings or dressings day and night until 10:00 Tue 24 Nov." in sentence


def test_what_it_shows_is_what_it_then_does(clinic: Clinic, first: Episode) -> None:
    shown = preview(of_first(clinic, first), LATER)
    added = enrol(of_first(clinic, first), NURSE, LATER).episode
    planned = added.reminders.filter(status=Status.SCHEDULED).order_by("due_at", "pk")
    assert [(one.key, one.due_at) for one in shown.reminders] == list(planned.values_list("key", "due_at"))
    assert set(shown.texts) == {one.key for one in shown.reminders}
    told = Event.objects.for_clinic(clinic).get(kind="treatment-added")
    steps = [sentence for sentence in shown.effects if ": it now says: " not in sentence]
    assert len(told.details["steps"]) == len(steps)


def test_a_preview_needs_no_name_once_the_record_is_chosen(clinic: Clinic, first: Episode) -> None:
    unnamed = of_first(clinic, first, name="", mobile="", email="", channels=())
    assert preview(unnamed, LATER).effects == preview(of_first(clinic, first), LATER).effects


def test_the_other_leg_is_named(clinic: Clinic, first: Episode) -> None:
    shown = preview(of_first(clinic, first, site="right", treated="2026-11-24T10:00", late_confirmed=True),
                    datetime(2026, 11, 24, 10, 30, tzinfo=UTC))  # fmt: skip
    assert any("Right leg: " in text.sms for text in shown.texts.values())


def test_two_that_are_added_at_once_both_count(clinic: Clinic, first: Episode) -> None:
    for hour in (9, 10):
        enrol(of_first(clinic, first, treated=f"2026-12-01T{hour:02}:00"), NURSE, LATER)
    assert Episode.objects.for_clinic(clinic).filter(patient=first.patient).count() == 3
    case = load_cases([first.patient_id])[first.patient_id]
    assert not as_planned(case, Patient.objects.for_clinic(clinic).get().planned_at)[1]


@pytest.mark.parametrize("live", [True, False])
def test_what_leaves_and_what_does_not_are_planned_apart(settings: Settings, live: bool) -> None:
    settings.EMAIL_LIVE = True
    clinic = ready_clinic(live=live)
    first = enrol(asked(clinic), NURSE, NOW).episode
    Clinic.objects.update(live=not live)
    clinic.refresh_from_db()
    assert "cannot be planned together" in refusal(of_first(clinic, first)).faults["patient"]
    assert enrol(second(clinic), NURSE, LATER).episode.patient_id != first.patient_id


def test_a_patient_is_found_by_number_and_by_email_in_their_indexes(clinic: Clinic, first: Episode) -> None:
    Patient.objects.bulk_create(
        Patient(clinic=clinic, name=f"Max {n}", mobile=f"+4477{n:08}", email=f"max{n}@example.com",
                page_token=f"{n:016}", created_at=NOW, planned_at=NOW)
        for n in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE scheduler_patient")
    plan = reached_by(clinic, "+447700900123", "sam@example.com").explain()
    assert "patient_by_mobile" in plan
    assert "patient_by_email" in plan
