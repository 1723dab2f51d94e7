from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from scheduler.editions import current_edition
from scheduler.models import Clinic, Edition, Event, Reminder
from tests.enrolment.clinics import PROTOCOL, bare_clinic
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/settings"
TIMINGS = f"{URL}/{PROTOCOL}"
CLINIC = {
    "name": "Leafy Vein Clinic",
    "sms_name": "Leafy Clinic",
    "timezone": "Europe/London",
    "urgent_phone": "01632 960123",
    "reply_to": "care@example.com",
    "website": "",
    "emergency_number": "",
}
VALUES = {
    "no_flying.mode": "length",
    "no_flying.days": "14",
    "morning": "09:00",
    "late-morning": "10:00",
    "evening": "18:00",
    "bedtime": "19:00",
    "sending_from": "08:00",
    "sending_until": "20:30",
    "reason": "Agreed in the team",
    "approved_by": "Dr Example",
}


def shown(client: Client, url: str = URL) -> str:
    return client.get(url).content.decode()


def settings_of(clinic: Clinic) -> dict[str, Any]:
    edition = current_edition(clinic, PROTOCOL)
    assert edition is not None
    return edition.settings


def test_staff_read_the_settings_and_are_offered_no_button(staff: Client) -> None:
    page = shown(staff)
    assert "14 days" in page
    assert "care@example.com" in page
    assert ">Save<" not in page
    assert ">Change<" not in page


def test_it_says_that_flying_is_left_out_explicitly(db: None) -> None:
    clinic = bare_clinic(demonstration=True, urgent_phone="+441632960123", reply_to="care@example.com")
    client = signed_in(member(clinic, "admin"))
    client.post(TIMINGS, VALUES | {"no_flying.mode": "omit"})
    page = shown(client)
    assert "Left out explicitly" in page
    assert "demonstration" in page


def test_it_saves_what_the_clinic_says_of_itself_and_tells_who_did(admin: Client, clinic: Clinic) -> None:
    assert (
        admin.post(URL, CLINIC | {"urgent_phone": "01632 960999", "emergency_number": "999"}).status_code
        == 302
    )
    clinic.refresh_from_db()
    assert (clinic.urgent_phone, clinic.emergency_number) == ("+441632960999", "999")
    event = Event.objects.for_clinic(clinic).get(kind="settings-changed")
    assert event.actor == "admin@leafy.example.com"
    assert event.details["changed"]["urgent_phone"] == ["+441632960123", "+441632960999"]


def test_it_writes_nothing_where_nothing_is_different(admin: Client, clinic: Clinic) -> None:
    admin.post(URL, CLINIC)
    assert not Event.objects.for_clinic(clinic).filter(kind="settings-changed").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sms_name", "A name that is far too long", "20"),
        ("name", "", "Give the clinic&#x27;s name."),
        ("sms_name", "", "Give the name that begins every text."),
        ("timezone", "", "Give the time zone"),
        ("name", "x" * 121, "This is too long: 120 characters are the most."),
        ("reply_to", "a@example.com" * 30, "This is"),
        ("urgent_phone", "0906 123 4567", "Calls to this number cost extra"),
        ("sms_name", "Klinik Łódź", "Ł"),
        ("sms_name", "{" * 11, "22 places"),
        ("timezone", "Europe/Londn", "is not a time zone"),
        ("urgent_phone", "12", "not a complete telephone number"),
        ("reply_to", "nobody", "This is not an email address"),
        ("website", "not a site", "This is not a web address"),
        ("emergency_number", "911", "Choose none, 999 or 112."),
    ],
)
def test_it_explains_a_wrong_value_and_changes_nothing(
    name: str, value: str, sentence: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(URL, CLINIC | {name: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'id="id_{name}_error"' in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.sms_name == "Leafy Clinic"


@pytest.mark.parametrize("name", ["urgent_phone", "reply_to"])
@pytest.mark.parametrize("typed", ["", "   "])
def test_it_does_not_leave_out_again_what_texts_name(
    name: str, typed: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(URL, CLINIC | {name: typed})
    assert answer.status_code == 422
    assert f'id="id_{name}_error">Texts name it: give another' in answer.content.decode()
    clinic.refresh_from_db()
    assert getattr(clinic, name)


@pytest.mark.parametrize("name", ["urgent_phone", "reply_to"])
def test_what_is_not_set_yet_may_wait(name: str, db: None) -> None:
    client = signed_in(member(bare_clinic(), "admin"))
    assert client.post(URL, CLINIC | {name: ""}).status_code == 302


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"no_flying.mode": "length", "no_flying.days": "35"}, {"no_flying": "35d"}),
        ({"no_flying.mode": "in-person"}, {"no_flying": "in-person"}),
        ({"no_flying.mode": "omit"}, {"no_flying": "omit"}),
        ({"morning": "10:00"}, {"no_flying": "14d", "morning": "10:00"}),
        ({"sending_until": "18:00"}, {"no_flying": "14d", "sending_until": "18:00"}),
    ],
)
def test_it_publishes_an_edition_for_new_patients(
    said: dict[str, str], kept: dict[str, str], admin: Client, clinic: Clinic
) -> None:
    assert admin.post(TIMINGS, VALUES | said).status_code == 302
    assert settings_of(clinic) == kept
    newest = Edition.objects.for_clinic(clinic).order_by("number").last()
    assert newest is not None
    assert (newest.number, newest.approved_by, newest.published_by) == (
        2,
        "Dr Example",
        "admin@leafy.example.com",
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"no_flying.mode": ""}, "there is no default"),
        ({"no_flying.days": ""}, "Give the number of days"),
        ({"no_flying.days": "400"}, "Give whole days, from 1 to 366."),
        ({"no_flying.days": "0"}, "Give whole days, from 1 to 366."),
        ({"no_flying.days": "two"}, "Give whole days, from 1 to 366."),
        ({"no_flying.mode": "maybe"}, "Choose one of the three"),
        ({"morning": "25:00"}, "Write a time like 09:00"),
        ({"sending_until": "09:00"}, "hours long at the least"),
        ({"reason": ""}, "Say why it is changed"),
        ({"approved_by": ""}, "Name the clinician"),
    ],
)
def test_it_publishes_nothing_that_is_wrong(
    said: dict[str, str], sentence: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(TIMINGS, VALUES | said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Edition.objects.for_clinic(clinic).count() == 1


def test_it_publishes_nothing_where_nothing_is_different(admin: Client, clinic: Clinic) -> None:
    admin.post(TIMINGS, VALUES)
    assert Edition.objects.for_clinic(clinic).count() == 1


@pytest.mark.parametrize("url", [f"{URL}/live", TIMINGS])
def test_it_counts_the_plans_that_still_have_something_to_send(
    url: str, admin: Client, clinic: Clinic, settings: Settings
) -> None:
    settings.EMAIL_LIVE = True
    over = enrolled(clinic, name="Long Over")
    Reminder.objects.across_clinics().filter(episode=over).update(status="delivered")
    enrolled(clinic)
    assert "The plans that run now (1) stay as they" in shown(admin, url)


def test_it_knows_no_other_treatment(admin: Client) -> None:
    assert admin.get(f"{URL}/nothing").status_code == 404


def test_a_new_clinic_comes_from_nothing_to_its_first_patient(db: None) -> None:
    client = signed_in(member(bare_clinic(), "admin"))
    client.post(URL, CLINIC)
    client.post(TIMINGS, VALUES)
    assert "Which veins were treated?" in shown(client, "/c/leafy/enrol")


def test_it_says_when_messages_go_out_and_what_is_excepted(admin: Client) -> None:
    shown_timings = shown(admin, TIMINGS)
    for words in ("Messages go out from", "Messages go out until", "enrolled at the desk goes at once"):
        assert words in shown_timings
    assert "enrolled at the desk goes at once" in shown(admin)
