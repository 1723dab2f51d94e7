"""Every bad input gets its sentence, and nothing is half-written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from scheduler.editions import missing
from scheduler.enrolment import Enrolment, Refused, enrol
from scheduler.models import Clinic, Sender
from tests.enrolment.clinics import NOW, PROTOCOL, asked, bare_clinic, ready_clinic, rows

pytestmark = pytest.mark.django_db

TABLE: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"mobile": "01632 960123"}, {"mobile": "not a mobile"}),
    ({"mobile": "07700"}, {"mobile": "not a complete telephone number"}),
    ({"mobile": ""}, {"mobile": "Texts are chosen"}),
    ({"email": ""}, {"email": "Emails are chosen"}),
    ({"email": "sam@"}, {"email": "not an email address"}),
    ({"channels": ()}, {"channels": "at least one"}),
    ({"channels": ("pigeon",)}, {"channels": "no channel 'pigeon'"}),
    ({"name": " "}, {"name": "Give the patient's name"}),
    ({"name": "Sam\x07"}, {"name": "cannot be shown"}),
    ({"treated": ""}, {"treated": "Say when"}),
    ({"treated": "2026-02-30T10:00"}, {"treated": "no such date"}),
    ({"treated": "2026-11-20T15:31"}, {"treated": "in the future"}),
    ({"treated": "2026-11-19T15:29"}, {"late_confirmed": "more than 24 hours ago, on Thu 19 Nov at 15:29"}),
    ({"treated": "2026-10-25T01:30"}, {"fold": "came twice"}),
    ({"treated": "2026-03-29T01:30"}, {"treated": "never came"}),
    ({"treated": "2025-11-20T15:00", "late_confirmed": True}, {"treated": "nothing is left to send"}),
    ({"answers": {}}, {"answers.area": "small, large"}),
    ({"answers": {"area": "huge"}}, {"answers.area": "small, large"}),
    ({"answers": {"area": "small", "mood": "good"}}, {"answers.mood": "no such question"}),
    ({"site": "middle"}, {"site": "left, right or both"}),
    ({"protocol_id": "microwaves"}, {"protocol": "no protocol 'microwaves'; there are: microsclerotherapy"}),
    (
        {"name": "", "mobile": "1", "email": "x", "treated": "x", "answers": {}, "site": "x", "channels": ()},
        dict.fromkeys(["name", "mobile", "email", "treated", "answers.area", "site", "channels"], ""),
    ),
]


@pytest.mark.parametrize(("values", "sentences"), TABLE)
def test_it_says_what_is_wrong_with_each_field_and_writes_nothing(
    clinic: Clinic, values: dict[str, Any], sentences: dict[str, str]
) -> None:
    faults = refusal(asked(clinic, **values))
    assert set(faults) == set(sentences)
    for field, sentence in sentences.items():
        assert sentence in faults[field]


def refusal(enrolment: Enrolment) -> dict[str, str]:
    before = rows()
    with pytest.raises(Refused) as refused:
        enrol(enrolment, "nurse@example.com", NOW)
    assert rows() == before
    return refused.value.faults


def test_it_asks_for_the_clinics_values_before_anything_else() -> None:
    clinic = bare_clinic()
    faults = refusal(asked(clinic, name="", mobile="1"))
    assert list(faults) == ["clinic"]
    for value in missing(clinic, PROTOCOL):
        assert value.label in faults["clinic"]
    assert "/c/leafy/settings" in faults["clinic"]


def test_it_refuses_a_clinic_whose_zone_does_not_exist(clinic: Clinic) -> None:
    clinic.timezone = "Europe/Atlantis"
    assert "time zone" in refusal(asked(clinic))["clinic"]


def test_it_takes_the_last_minute_that_needs_no_confirmation(clinic: Clinic) -> None:
    assert enrol(asked(clinic, treated="2026-11-19T15:30"), "nurse@example.com", NOW).created


def test_it_takes_a_treatment_of_this_very_minute(clinic: Clinic) -> None:
    assert enrol(asked(clinic, treated="2026-11-20T15:30"), "nurse@example.com", NOW).created


def test_it_takes_a_late_enrolment_that_is_confirmed(clinic: Clinic) -> None:
    late = asked(clinic, late_confirmed=True)
    assert enrol(late, "nurse@example.com", NOW + timedelta(days=20)).created


def test_it_refuses_a_confirmed_one_when_the_plan_is_over(clinic: Clinic) -> None:
    late = replace(asked(clinic), late_confirmed=True)
    before = rows()
    with pytest.raises(Refused, match="nothing is left to send"):
        enrol(late, "nurse@example.com", NOW + timedelta(days=200))
    assert rows() == before


@pytest.mark.parametrize(
    ("email", "texts", "channels", "sentence"),
    [
        (True, False, ("sms",), "Texts are not set up here: use email."),
        (False, True, ("email",), "Emails are not set up here: use texts."),
        (False, False, ("sms", "email"), "Texts and emails are not set up here: ask whoever runs"),
    ],
)
def test_a_live_clinic_accepts_nobody_whom_nothing_could_reach(
    settings: Settings, email: bool, texts: bool, channels: tuple[str, ...], sentence: str
) -> None:
    settings.EMAIL_LIVE, settings.TWILIO = email, True
    sender = Sender.objects.create(name="its own") if texts else None
    clinic = ready_clinic(slug="live", live=True, sender=sender)
    with pytest.raises(Refused) as refused:
        enrol(asked(clinic, channels=channels), "nurse@example.com", NOW)
    assert sentence in refused.value.faults["channels"]


def test_one_way_that_works_is_enough(settings: Settings) -> None:
    settings.EMAIL_LIVE = True
    assert enrol(asked(ready_clinic(slug="live", live=True)), "nurse@example.com", NOW).created
