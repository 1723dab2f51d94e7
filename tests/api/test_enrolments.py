from typing import Any

import pytest
from pytest_django.fixtures import Settings

from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode
from tests.api.conftest import SAM, Call
from tests.enrolment.clinics import NOW, asked, bare_clinic, ready_clinic, rows


def test_it_enrols_and_shows_the_plan(post: Call, clinic: Clinic) -> None:
    answer = post("enrolments", SAM)
    episode = Episode.objects.for_clinic(clinic).get()
    assert answer.status_code == 201
    assert answer.json()["id"] == episode.pk
    assert episode.enrolled_by.startswith("API ac_")
    assert not episode.at_desk
    assert {row["status"] for row in answer.json()["reminders"]} == {"scheduled"}
    assert answer.json()["treated_at"] == "2026-11-20T15:00:00Z"


def test_it_answers_the_same_again_with_the_same(post: Call) -> None:
    first, second = post("enrolments", SAM), post("enrolments", SAM)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_it_takes_how_much_texts_say_and_whether_fewer_are_wanted(post: Call) -> None:
    answer = post("enrolments", SAM | {"detail": "minimal", "fewer_texts": True}).json()
    assert (answer["detail"], answer["fewer_texts"]) == ("minimal", True)


def test_it_answers_a_conflict(post: Call) -> None:
    post("enrolments", SAM)
    answer = post("enrolments", SAM | {"answers": {"area": "large"}})
    assert answer.status_code == 409
    assert "already enrolled" in answer.json()["faults"]["patient"]


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"mobile": "01632 960123"}, "mobile", "not a mobile"),
        ({"treated": "2026-10-25T01:30"}, "fold", "came twice"),
        ({"answers": {}}, "answers.area", "Choose one of"),
        ({"channels": []}, "channels", "at least one"),
        ({"protocol": "microwaves"}, "protocol", "there are: microsclerotherapy"),
        ({"name": None}, "name", "valid string"),
        ({"fold": "third"}, "fold", "'first'"),
        ({"detail": "some"}, "detail", "'minimal'"),
        ({"answers": {"area": 3}}, "answers.area", "valid string"),
        ({"outbox_only": False}, "outbox_only", "not permitted"),
        ({"name": "x" * 501}, "name", "at most 500"),
        ({"name": "Sam\u0000"}, "name", "cannot be shown"),
    ],
)
def test_it_says_what_is_wrong_with_a_field(
    post: Call, clinic: Clinic, change: dict[str, Any], field: str, sentence: str
) -> None:
    before = rows()
    answer = post("enrolments", SAM | change)
    assert answer.status_code == 422
    assert sentence in answer.json()["faults"][field]
    assert rows() == before


def test_it_names_what_the_clinic_has_not_set(post: Call, clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(urgent_phone="")
    assert "urgent" in post("enrolments", SAM).json()["faults"]["clinic"]


@pytest.mark.parametrize("body", ["{", "", "[]", '"Sam"', "null", "\x00", "[" * 20_000])
def test_it_says_that_a_body_is_not_json(post: Call, body: str) -> None:
    answer = post("enrolments", body)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"].startswith("application/json")


def test_it_previews_without_writing(post: Call, clinic: Clinic) -> None:
    treatment = {name: SAM[name] for name in ("protocol", "treated", "answers")}
    before = rows()
    answer = post("timelines", treatment)
    assert answer.status_code == 200
    assert answer.json()["reminders"][0]["sms"].startswith("Leafy Clinic: ")
    assert answer.json()["reminders"][0]["segments"] <= 3
    assert answer.json()["phases"][0]["statements"]
    assert rows() == before


def test_it_shows_an_episode(get: Call, clinic: Clinic) -> None:
    episode = enrol(asked(clinic), "nurse@example.com", NOW).episode
    answer = get(f"episodes/{episode.pk}")
    assert answer.status_code == 200
    assert answer.json()["channels"] == ["sms", "email"]
    assert len(answer.json()["reminders"]) == episode.reminders.count()


def test_it_tells_a_calling_system_nothing_of_who_the_patient_is(get: Call, clinic: Clinic) -> None:
    episode = enrol(asked(clinic), "nurse@example.com", NOW).episode
    shown = get(f"episodes/{episode.pk}").content.decode()
    assert not any(known in shown for known in ("Sam", "7700900123", "sam@", episode.patient.page_token))


def test_it_knows_no_episode_of_another_clinic(get: Call, clinic: Clinic) -> None:
    other = enrol(asked(ready_clinic(slug="sandy")), "nurse@example.com", NOW).episode
    assert get(f"episodes/{other.pk}").status_code == 404
    assert get("episodes/999999").json() == {"detail": "This clinic has no such episode."}


def test_it_enrols_at_the_clinic_of_the_key(post: Call, clinic: Clinic) -> None:
    bare_clinic(slug="sandy")
    assert post("enrolments", SAM).status_code == 201
    assert Episode.objects.for_clinic(clinic).count() == 1


@pytest.mark.parametrize(("treated", "late"), [("2026-11-20T15:00", False), ("2026-11-18T15:00", True)])
def test_a_timeline_says_what_is_not_sent_and_warns_apart(treated: str, late: bool, post: Call) -> None:
    asked_of = {"protocol": "microsclerotherapy", "treated": treated, "answers": {"area": "small"}}
    planned = post("timelines", asked_of).json()
    assert planned["late"] == late
    assert any("its time has passed" in sentence for sentence in planned["not_sent"]) == late
    assert planned["warnings"] == ["Texts and emails go to the outbox: nothing leaves this machine."]


def test_it_refuses_a_channel_that_is_not_set_up(post: Call, clinic: Clinic, settings: Settings) -> None:
    settings.EMAIL_LIVE = True
    Clinic.objects.filter(pk=clinic.pk).update(live=True)
    answer = post("enrolments", SAM)
    assert answer.status_code == 422
    assert answer.json()["faults"] == {"channels": "Texts are not set up here: use email."}


AGAIN = SAM | {"treated": "2026-11-20T15:20"}


def test_it_asks_which_patient_is_meant_with_a_stable_code(post: Call, clinic: Clinic) -> None:
    first = post("enrolments", SAM).json()
    answer = post("enrolments", AGAIN)
    assert answer.status_code == 422
    asked = answer.json()
    assert (asked["code"], asked["patients"]) == ("which-patient", [first["patient"]])
    assert "Is it the same person?" in asked["faults"]["patient"]
    assert post("enrolments", AGAIN | {"patient": asked["patients"][0]}).json()["patient"] == first["patient"]


@pytest.mark.parametrize(("code", "change"), [("refused", {"answers": {}}), ("refused", {"name": None})])
def test_every_other_refusal_has_its_code(post: Call, code: str, change: dict[str, Any]) -> None:
    refused = post("enrolments", SAM | change).json()
    assert (refused["code"], refused["patients"]) == (code, [])


def test_a_conflict_has_its_code(post: Call) -> None:
    post("enrolments", SAM)
    assert post("enrolments", SAM | {"site": "left"}).json()["code"] == "conflict"


@pytest.mark.parametrize("odd", [999999, "999999", "sam", -1, 0, "-1"])
@pytest.mark.parametrize("path", ["enrolments", "timelines"])
def test_it_knows_no_such_patient(post: Call, path: str, odd: object) -> None:
    body = SAM if path == "enrolments" else {name: SAM[name] for name in ("protocol", "treated", "answers")}
    answer = post(path, body | {"patient": odd})
    assert answer.status_code == 422
    assert "no such patient" in answer.json()["faults"]["patient"]


@pytest.mark.parametrize("odd", [True, 1.5, None, [1]])
def test_a_patient_is_a_number_or_a_word(post: Call, odd: object) -> None:
    assert any(
        field.startswith("patient") for field in post("enrolments", SAM | {"patient": odd}).json()["faults"]
    )


def test_it_previews_no_patient_of_another_clinic(post: Call) -> None:
    theirs = enrol(asked(ready_clinic(slug="sandy")), "nurse@example.com", NOW).episode.patient_id
    body = {name: SAM[name] for name in ("protocol", "treated", "answers")} | {"patient": theirs}
    assert "no such patient" in post("timelines", body).json()["faults"]["patient"]


def test_it_previews_a_patients_treatments_together(post: Call, get: Call) -> None:
    first = post("enrolments", SAM).json()
    body = {name: AGAIN[name] for name in ("protocol", "treated", "answers")} | {"patient": first["patient"]}
    shown = post("timelines", body).json()
    assert shown["effects"]
    assert {phase["decided_by"] for phase in shown["phases"]} <= {0, first["id"]}
    second = post("enrolments", AGAIN | {"patient": first["patient"]}).json()
    kept = [row["key"] for row in second["reminders"] if row["status"] == "scheduled"]
    assert kept == [row["key"] for row in shown["reminders"]]
    replaced = [row for row in get(f"episodes/{first['id']}").json()["reminders"] if row["decided_by"]]
    assert {row["decided_by"] for row in replaced} == {second["id"]}
    assert any(row["into"] for row in replaced)
