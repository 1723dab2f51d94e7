"""Many enrolments at once are what each of them would be alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from scheduler.enrolment import Enrolled, Enrolment, Refused, bulk, enrol, enrol_many
from scheduler.models import Clinic, Episode, Event, Patient, Reminder
from tests.enrolment.clinics import NOW, asked, ready_clinic, rows

pytestmark = pytest.mark.django_db

PEOPLE: list[dict[str, Any]] = [
    {"name": "Sam Example", "mobile": "07700 900123", "email": "sam@example.com"},
    {"name": "Kim Example", "mobile": "07700 900124", "email": "", "channels": ("sms",), "site": "left"},
    {
        "name": "Ali Example",
        "mobile": "",
        "email": "ali@example.com",
        "channels": ("email",),
        "at_desk": True,
    },
    {"name": "Bo Example", "mobile": "07700 900126", "treated": "2026-11-16T10:00", "late_confirmed": True},
    {"name": "Jo Example", "mobile": "07700 900127", "email": "jo@example.com", "answers": {"area": "large"}},
]
OWN = ("id", "clinic_id", "episode_id", "patient_id", "reminder_id", "edition_id", "page_token")


def many(clinic: Clinic, *people: dict[str, Any]) -> list[Enrolled | Refused]:
    return enrol_many([asked(clinic, **person) for person in people], "nurse@example.com", NOW)


def content(clinic: Clinic) -> Iterator[list[dict[str, Any]]]:
    """Every row that an enrolment writes, without the numbers that are its own."""
    for model in (Patient, Episode, Reminder, Event):
        found = model.objects.for_clinic(clinic).order_by("pk")
        if model is Event:
            found = found.exclude(kind="edition-published").order_by("episode", "pk")
        values = found.values()
        yield [{name: value for name, value in row.items() if name not in OWN} for row in values]


def test_it_writes_what_one_after_the_other_writes() -> None:
    one_by_one, together = ready_clinic(slug="one"), ready_clinic(slug="many")
    for person in PEOPLE:
        enrol(asked(one_by_one, **person), "nurse@example.com", NOW)
    many(together, *PEOPLE)
    assert list(content(together)) == list(content(one_by_one))
    assert rows()["Episode"] == 2 * len(PEOPLE)


def test_it_gives_rows_to_their_own_patient(clinic: Clinic) -> None:
    many(clinic, *PEOPLE)
    for reminder in Reminder.objects.for_clinic(clinic).select_related("episode__patient"):
        planned = Event.objects.for_clinic(clinic).get(reminder=reminder)
        assert (planned.kind, planned.episode_id) == ("planned", reminder.episode_id)
    names = Episode.objects.for_clinic(clinic).order_by("pk").values_list("patient__name", flat=True)
    assert list(names) == [person["name"] for person in PEOPLE]


def test_it_goes_on_beside_what_is_enrolled_alone(clinic: Clinic) -> None:
    many(clinic, PEOPLE[0])
    enrol(asked(clinic, **PEOPLE[1]), "nurse@example.com", NOW)
    many(clinic, *PEOPLE)
    assert Episode.objects.for_clinic(clinic).count() == len(PEOPLE)


def test_it_puts_a_refusal_where_it_belongs_and_enrols_the_others(clinic: Clinic) -> None:
    outcomes = many(clinic, PEOPLE[0], {"mobile": "12", "name": "Nobody"}, PEOPLE[1])
    assert [type(outcome) for outcome in outcomes] == [Enrolled, Refused, Enrolled]
    assert isinstance(outcomes[1], Refused)
    assert list(outcomes[1].faults) == ["mobile"]
    assert rows()["Patient"] == 2


def test_it_answers_the_same_again_with_the_first(clinic: Clinic) -> None:
    first, again = many(clinic, *PEOPLE), many(clinic, *PEOPLE)
    assert all(isinstance(outcome, Enrolled) and not outcome.created for outcome in again)
    assert [one.episode for one in again] == [one.episode for one in first]  # type: ignore[union-attr]


def test_it_knows_the_same_line_twice_in_one_go(clinic: Clinic) -> None:
    first, again = many(clinic, PEOPLE[0], PEOPLE[0])
    assert (first.created, again.created) == (True, False)  # type: ignore[union-attr]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("shared", [{"mobile": ""}, {"email": "SAM@example.com"}, {}])
def test_it_asks_whether_somebody_of_that_name_is_the_same(
    clinic: Clinic, shared: dict[str, Any], before: bool
) -> None:
    later = PEOPLE[0] | {"treated": "2026-11-20T15:10"} | shared
    later["channels"] = ("email",) if not later["mobile"] else ("sms",)
    outcomes = many(clinic, PEOPLE[0]) + many(clinic, later) if before else many(clinic, PEOPLE[0], later)
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "which-patient"
    assert outcomes[1].patients == (Patient.objects.for_clinic(clinic).get().pk,)


def test_it_plans_a_further_treatment_with_the_first(clinic: Clinic) -> None:
    many(clinic, PEOPLE[0])
    known = str(Patient.objects.for_clinic(clinic).get().pk)
    [outcome] = many(clinic, PEOPLE[0] | {"treated": "2026-11-20T15:20", "patient": known})
    assert isinstance(outcome, Enrolled)
    assert str(outcome.episode.patient_id) == known


def test_it_takes_two_who_share_a_telephone_for_two(clinic: Clinic) -> None:
    many(clinic, PEOPLE[0], PEOPLE[0] | {"name": "Pat Example"})
    assert rows()["Patient"] == 2


def test_it_enrols_each_alone_where_another_request_was_quicker(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(asked(clinic, **PEOPLE[0]), "nurse@example.com", NOW)
    # As if it had come after the look.
    monkeypatch.setattr(bulk, "_enrolled_before", lambda clinic, together: set())
    twins = [PEOPLE[0] | {"patient": "new"}, PEOPLE[1]]
    outcomes = many(clinic, *twins)
    assert [one.created for one in outcomes] == [False, True]  # type: ignore[union-attr]


def test_it_says_how_far_it_is(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "STEP", 2)
    told: list[int] = []
    enrolments: list[Enrolment] = [asked(clinic, **person) for person in PEOPLE]
    enrol_many(enrolments, "nurse@example.com", NOW, tell=told.append)
    assert told == [1, 3, 5] or told == [2, 4, 5]
