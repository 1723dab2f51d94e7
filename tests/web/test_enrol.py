import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from scheduler.models import Clinic, Episode, Patient, Reminder
from tests.enrolment.clinics import NOW, bare_clinic
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/enrol"
PREVIEW = f"{URL}/preview"
TYPED = {
    "name": "Sam Example",
    "mobile": "07700 900123",
    "sms": "on",
    "protocol": "microsclerotherapy",
    "date": "2026-11-20",
    "time": "15:00",
    "answers.area": "small",
    "site": "left",
}


def typed(**changes: str) -> dict[str, str]:
    """The form filled in; a change to nothing takes the field out."""
    return {name: value for name, value in (TYPED | changes).items() if value}


def post(client: Client, url: str = URL, **changes: str) -> Any:
    return client.post(url, typed(**changes))


def test_it_starts_with_now_and_presets_no_answer(staff: Client) -> None:
    page = staff.get(URL).content.decode()
    assert 'value="2026-11-20"' in page
    assert 'value="15:30"' in page
    assert re.findall(r'name="([^"]+)" value="([^"]*)"[^>]* checked', page) == [("site", ""), ("detail", "")]


def test_now_is_rounded_down_to_five_minutes(staff: Client) -> None:
    with time_machine.travel(NOW + timedelta(minutes=4, seconds=59), tick=False):
        assert 'value="15:30"' in staff.get(URL).content.decode()
    with time_machine.travel(NOW + timedelta(minutes=35), tick=False):
        assert 'value="16:05"' in staff.get(URL).content.decode()


@pytest.mark.parametrize(
    ("usual", "said", "other"),
    [("full", "As usual here: everything", "minimal"), ("minimal", "As usual here: only that", "full")],
)
def test_it_asks_how_much_messages_say_and_leaves_it_to_the_clinic_otherwise(
    usual: str, said: str, other: str, clinic: Clinic, staff: Client
) -> None:
    Clinic.objects.update(detail=usual)
    page = staff.get(URL).content.decode()
    assert said in page
    assert re.findall(r'name="detail" value="([^"]*)"', page) == ["", other]
    post(staff, detail=other, fewer_texts="on")
    post(staff, name="Jo Example", patient="new")
    wishes = Episode.objects.across_clinics().order_by("pk").values_list("detail", "fewer_texts")
    assert list(wishes) == [(other, True), ("", False)]


@pytest.mark.parametrize(("wish", "number"), [({"detail": "minimal"}, 12), ({"fewer_texts": "on"}, 6)])
def test_the_plan_beside_the_form_follows_what_the_patient_wishes(
    wish: dict[str, str], number: int, staff: Client
) -> None:
    page = post(staff, PREVIEW, **wish).content.decode()
    texts = re.findall(r'<p class="bubble">(.*?)</p>', page, re.S)
    assert len(texts) == number
    assert any("Stockings" in text for text in texts) == ("detail" not in wish)


def test_it_asks_for_a_language_only_where_there_are_several(staff: Client, settings: Settings) -> None:
    assert 'name="language"' not in staff.get(URL).content.decode()
    settings.LANGUAGES = [("en-gb", "English"), ("cy", "Welsh")]
    assert 'name="language"' in staff.get(URL).content.decode()
    post(staff, language="cy")
    assert Patient.objects.across_clinics().get().language == "cy"
    assert post(staff, name="Jo Example", patient="new", language="xx").status_code == 422


def test_it_enrols_and_reads_the_number_back(staff: Client) -> None:
    answer = staff.post(URL, typed(), follow=True)
    episode = Episode.objects.across_clinics().get()
    assert answer.redirect_chain == [(f"/c/leafy/episodes/{episode.pk}/enrolled", 302)]
    assert "07700 900123" in answer.content.decode()
    assert (episode.at_desk, episode.site, episode.channels) == (True, "left", ["sms"])
    assert episode.enrolled_by == "staff@leafy.example.com"


def test_it_says_that_the_same_enrolment_was_made_before(staff: Client) -> None:
    post(staff)
    assert "was made before" in staff.post(URL, typed(), follow=True).content.decode()
    assert Episode.objects.across_clinics().count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Give the patient"),
        ({"mobile": "01632 960123"}, "mobile", "not a mobile number"),
        ({"mobile": ""}, "mobile", "give the patient&#x27;s mobile number"),
        ({"sms": ""}, "sms", "Choose at least one"),
        ({"by_email": "on"}, "email", "email address"),
        ({"date": "2026-13-01"}, "date", "There is no such date"),
        ({"date": "", "time": ""}, "date", "Say when the treatment ended"),
        ({"time": ""}, "time", "Give the time at which it ended."),
        ({"date": ""}, "date", "Give the date on which the treatment ended."),
        ({"time": "3pm"}, "date", "Write the date like 2026-11-20 and the time like 15:00."),
        ({"time": "15:31"}, "date", "in the future"),
        ({"answers.area": ""}, "answers.area", "Which veins were treated? Choose one."),
        ({"date": "2026-11-18"}, "late_confirmed", "more than 24 hours ago"),
        ({"date": "2026-01-02"}, "date", "nothing is left to send"),
    ],
)
def test_it_explains_what_is_wrong_beside_the_field_and_keeps_what_was_typed(
    changes: dict[str, str], field: str, sentence: str, staff: Client
) -> None:
    answer = post(staff, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert sentence in page
    kept = [
        value
        for value in typed(**changes).values()
        if value not in ("on", "microsclerotherapy", "left", "small")
    ]
    assert all(f'value="{value}"' in page for value in kept)
    assert not Patient.objects.across_clinics().exists()


def test_it_lists_every_fault_on_top_with_a_link_to_its_field(staff: Client) -> None:
    page = post(staff, name="", mobile="12").content.decode()
    assert 'role="alert"' in page
    assert 'href="#id_name"' in page
    assert 'href="#id_mobile"' in page


def test_it_shows_the_plan_while_the_patient_is_not_named_yet(staff: Client) -> None:
    page = post(staff, PREVIEW, name="", mobile="").content.decode()
    assert "Stockings day and night" in page
    assert "Sat 21 Nov, 09:00" in page
    assert "Leafy Clinic: " in page
    assert not Patient.objects.across_clinics().exists()


def test_it_follows_the_answers(staff: Client) -> None:
    small, large = (
        post(staff, PREVIEW, **{"answers.area": area}).content.decode() for area in ("small", "large")
    )
    assert "until Fri 27 Nov" in small
    assert "until Mon 30 Nov" in large


def test_it_shows_the_emails_of_a_patient_who_wants_no_texts(staff: Client) -> None:
    page = post(staff, PREVIEW, sms="", mobile="", by_email="on", email="sam@example.com").content.decode()
    assert "Leafy Clinic: Your aftercare" in page
    assert "segment" not in page


def test_it_says_what_is_still_needed_for_a_plan(staff: Client) -> None:
    page = post(staff, PREVIEW, **{"answers.area": ""}).content.decode()
    assert "The plan appears here as soon as" in page


def test_it_shows_the_plan_without_javascript(staff: Client) -> None:
    answer = post(staff, step="preview")
    assert answer.status_code == 200
    assert "Sat 21 Nov, 09:00" in answer.content.decode()
    assert not Patient.objects.across_clinics().exists()


def test_whoever_presses_enter_hears_that_nobody_is_enrolled_and_enrols_with_the_next(staff: Client) -> None:
    # Browsers take the first button of a form, which shows the plan.
    page = post(staff, step="preview").content.decode()
    assert "Nobody is enrolled yet." in page
    assert '<button type="submit" autofocus>Enrol</button>' in page
    assert page.count("autofocus") == 1
    assert (
        "Nobody is enrolled yet." not in post(staff, step="preview", **{"answers.area": ""}).content.decode()
    )


def test_it_asks_for_confirmation_of_a_late_enrolment_and_says_what_is_not_sent(staff: Client) -> None:
    page = post(staff, PREVIEW, date="2026-11-18").content.decode()
    assert "late_confirmed" in page
    assert "Not sent on its own" in page
    assert "its time has passed" in page
    assert post(staff, date="2026-11-18", late_confirmed="on").status_code == 302


def test_it_says_that_nothing_can_be_sent_in_the_chosen_way(
    clinic: Clinic, staff: Client, settings: Settings
) -> None:
    settings.EMAIL_LIVE = True
    Clinic.objects.update(live=True)
    assert "Texts are not set up here: use email." in post(staff, PREVIEW).content.decode()


def test_it_asks_which_of_two_equal_hours_was_meant(staff: Client) -> None:
    with time_machine.travel(NOW.replace(month=10, day=25, hour=9), tick=False):
        page = post(staff, PREVIEW, date="2026-10-25", time="01:30").content.decode()
        assert "came twice" in page
        assert 'value="second"' in page
        again = post(staff, PREVIEW, date="2026-10-25", time="01:30", fold="second").content.decode()
        assert "What holds, and until when" in again
        assert 'value="second"' in again
        assert post(staff, date="2026-10-25", time="01:30", fold="second").status_code == 302
    assert Episode.objects.across_clinics().get().treated_at.hour == 1


def test_it_refuses_other_words_about_the_same_treatment(staff: Client, clinic: Clinic) -> None:
    post(staff)
    page = post(staff, **{"answers.area": "large"}).content.decode()
    assert "already enrolled" in page


@pytest.mark.parametrize(
    ("role", "sentence"), [("admin", "Set what is missing"), ("staff", "ask one of them")]
)
def test_it_offers_no_form_before_the_clinic_has_said_what_only_it_can_say(
    role: str, sentence: str, db: None
) -> None:
    client = signed_in(member(bare_clinic(), role))
    page = client.get(URL).content.decode()
    assert "Nobody can be enrolled yet" in page
    assert "<form method" not in page.split("<main")[1]
    assert sentence in page
    assert "/c/leafy/settings" in page
    assert "Nobody can be enrolled yet" in post(client).content.decode()


def test_it_does_not_show_a_name_as_markup(staff: Client, clinic: Clinic) -> None:
    episode = enrolled(clinic, name="<script>alert(1)</script> Sam")
    page = staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()
    assert "<script>alert" not in page


def test_it_takes_now_from_the_clock_of_the_clinic(clinic: Clinic, staff: Client) -> None:
    clinic.timezone = "America/New_York"
    clinic.save()
    assert 'value="10:30"' in staff.get(URL).content.decode()


def test_it_enrols_in_the_same_minute(staff: Client) -> None:
    with time_machine.travel(NOW + timedelta(seconds=59), tick=False):
        assert post(staff, time="15:30").status_code == 302


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, False),
        ({"name": ""}, True),
        ({"name": "Max Example"}, True),
        ({"name": "Max Example", "time": ""}, True),
        ({"patient": "new"}, True),
        ({"mobile": "07700 900124"}, False),
        ({"name": "Max Example", "mobile": "07700 900124", "email": "SAM@example.com"}, True),
    ],
)
def test_it_warns_of_a_running_plan_for_the_same_address(
    changes: dict[str, str], warned: bool, staff: Client, episode: Episode
) -> None:
    shown = post(staff, PREVIEW, **changes).content.decode()
    link = f'<a href="/c/leafy/episodes/{episode.pk}">Sam Example, treated on Fri 20 Nov, 15:00</a>'
    assert (link in shown) == warned


def test_a_running_plan_blocks_no_other(staff: Client, episode: Episode) -> None:
    post(staff, name="Sam Again")
    assert Episode.objects.across_clinics().count() == 2


def test_it_warns_of_no_plan_that_is_over_or_elsewhere(
    staff: Client, episode: Episode, other_clinic: Clinic
) -> None:
    enrolled(other_clinic)
    Reminder.objects.across_clinics().filter(episode=episode).update(status="delivered")
    assert "running plan" not in post(staff, PREVIEW).content.decode()


def test_a_conflict_leads_to_the_first_enrolment(staff: Client) -> None:
    post(staff)
    shown = post(staff, **{"answers.area": "large"}).content.decode()
    first = Episode.objects.across_clinics().get()
    assert "If the first enrolment is wrong, correct that one." in shown
    assert f'href="/c/leafy/episodes/{first.pk}">Open the first enrolment</a>' in shown
    assert "aftercare change" not in shown


def test_it_enrols_nobody_over_a_channel_that_is_not_set_up(
    clinic: Clinic, staff: Client, settings: Settings
) -> None:
    settings.EMAIL_LIVE = True
    Clinic.objects.update(live=True)
    answer = post(staff)
    assert answer.status_code == 422
    assert 'id="id_sms_error">Texts are not set up here: use email.' in answer.content.decode()
    assert not Patient.objects.across_clinics().exists()


LATER = NOW + timedelta(days=4)
AGAIN = {"date": "2026-11-24"}


@pytest.fixture
def four_days_later(episode: Episode) -> Iterator[Episode]:
    with time_machine.travel(LATER, tick=False):
        yield episode


def later(clinic: Clinic) -> Client:
    """Who signed in four days ago is signed out by now."""
    return signed_in(member(clinic, "staff", "late@example.com"))


def test_it_asks_whether_it_is_the_same_person(clinic: Clinic, four_days_later: Episode) -> None:
    staff = later(clinic)
    for url in (PREVIEW, URL):
        page = post(staff, url, **AGAIN).content.decode()
        assert "Is it the same person?" in page
        assert "Yes: the patient treated on Fri 20 Nov 2026" in page
        assert f'name="patient" value="{four_days_later.patient_id}"' in page
    assert 'id="id_patient_error">Say whether it is the same person.' in page
    assert Episode.objects.across_clinics().count() == 1


@pytest.mark.parametrize("url", [PREVIEW, URL])
def test_an_answered_question_stays_answered(url: str, clinic: Clinic, four_days_later: Episode) -> None:
    chosen = str(four_days_later.patient_id)
    page = post(later(clinic), url, **AGAIN | {"patient": chosen, "answers.area": ""}).content.decode()
    assert re.search(rf'name="patient" value="{chosen}"[^>]* checked', page)


def test_it_shows_both_plans_together_before_anything_is_written(
    clinic: Clinic, four_days_later: Episode
) -> None:
    episode = four_days_later
    page = post(later(clinic), PREVIEW, **AGAIN, patient=str(episode.patient_id)).content.decode()
    assert (
        f'Planned together with <a href="/c/leafy/episodes/{episode.pk}">the treatment of Fri 20 Nov</a>'
        in page
    )
    assert "(Fri 4 Dec, 18:00): not sent; this treatment decides, until Tue 8 Dec." in page
    assert page.count("No exercise</span>") == 1
    assert Episode.objects.across_clinics().count() == 1


@pytest.mark.parametrize(("answer", "patients"), [("same", 1), ("new", 2)])
def test_it_enrols_the_same_person_or_another(
    answer: str, patients: int, clinic: Clinic, four_days_later: Episode
) -> None:
    said = str(four_days_later.patient_id) if answer == "same" else "new"
    assert post(later(clinic), **AGAIN, patient=said).status_code == 302
    assert Patient.objects.across_clinics().count() == patients
    assert Episode.objects.across_clinics().count() == 2


def test_it_says_when_the_record_has_another_name(clinic: Clinic, four_days_later: Episode) -> None:
    chosen = str(four_days_later.patient_id)
    page = post(later(clinic), **AGAIN, patient=chosen, name="Max Example").content.decode()
    assert "has another name" in page.split('id="id_patient_error">')[1][:80]


@pytest.mark.parametrize("odd", ["999999", "sam", "-1"])
def test_it_takes_no_record_that_is_not_the_clinics(
    odd: str, clinic: Clinic, four_days_later: Episode
) -> None:
    page = post(later(clinic), **AGAIN, patient=odd, name="Max Example")
    assert page.status_code == 422
    assert "no such patient" in page.content.decode()


def test_a_form_for_a_known_patient_is_filled_in_but_for_what_is_asked_each_time(
    clinic: Clinic, four_days_later: Episode
) -> None:
    patient = four_days_later.patient
    page = later(clinic).get(f"{URL}?patient={patient.pk}").content.decode()
    for known in (patient.name, "07700 900123", "sam@example.com"):
        assert f'value="{known}"' in page
    assert sorted(re.findall(r'name="([^"]+)"[^>]* checked', page)) == ["detail", "patient", "site"]


def test_there_is_no_form_for_a_patient_of_elsewhere(
    staff: Client, episode: Episode, other_clinic: Clinic
) -> None:
    theirs = enrolled(other_clinic).patient_id
    for odd in (str(theirs), "999999", "sam", ""):
        assert staff.get(f"{URL}?patient={odd}").status_code == 404
