"""What patients read is in their language, where it is shipped: pages, calendar, an email's frame."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from scheduler.channels.email import build
from scheduler.models import Clinic, Episode, Patient, Reminder
from tests.channels.test_email import LETTER, TEXT
from tests.support.pseudo import CODE, odd, pseudo_language
from tests.support.visible import visible
from tests.web.every_state import TODAY, World, everything
from tests.web.people import member, signed_in
from tests.web.test_every_string import known, missed
from tests.web.test_patient_link import WRONG

ENDS = ["", "/messages", "/unsubscribe"]
HOURS = {"urgent_hours": "9:00-17:00", "out_of_hours_phone": "+441632960456"}


@pytest.fixture
def world(db: None, friday: None) -> Iterator[World]:
    with time_machine.travel(TODAY, tick=False):
        made = everything()
        Patient.objects.across_clinics().update(language=CODE)
        Clinic.objects.update(**HOURS)
        yield made


def pages(path: str) -> Iterator[str]:
    """As it is now, refused, stopped, over, and closed; whatever the browser asks for."""
    reader = Client(headers={"Accept-Language": "en"})
    with pseudo_language():
        yield from (reader.get(f"{path}{end}").content.decode() for end in ENDS)
        yield reader.post(f"{path}/messages", {}).content.decode()
        for channel in ("sms", "email"):
            reader.post(f"{path}/messages", {"channel": channel, "wish": "stop"})
            yield reader.get(path).content.decode()
        yield reader.get(f"{path}/messages").content.decode()
        Reminder.objects.across_clinics().update(status="delivered")
        for days in (60, 200):
            with time_machine.travel(TODAY + timedelta(days=days), tick=False):
                yield reader.get(path).content.decode()


def test_it_finds_every_string_of_a_patients_pages_translated(world: World) -> None:
    plain: dict[str, str] = {}
    for token in Patient.objects.across_clinics().values_list("page_token", flat=True):
        for page in pages(f"/p/{token}"):
            assert f'<html lang="{CODE}">' in page
            plain |= dict.fromkeys(missed(page), token)
    assert not plain, "\n".join(["not translated:", *plain])


@pytest.mark.parametrize("path", [f"/p/{WRONG}", "/p/half"])
def test_a_link_that_is_nobodys_is_in_the_language_that_the_browser_asks_for(path: str, world: World) -> None:
    with pseudo_language():
        page = Client(headers={"Accept-Language": CODE}).get(path).content.decode()
    assert missed(page) == []


def test_it_says_which_language_it_is_in(world: World) -> None:
    path = f"/p/{world.first.patient.page_token}"
    with pseudo_language():
        assert Client().get(path)["Content-Language"] == CODE
    # Nobody ships it any more: the pages' own language is better than none.
    assert Client().get(path)["Content-Language"] == "en-gb"


def test_the_sheet_of_paper_is_in_the_patients_language(world: World) -> None:
    reader = signed_in(member(world.clinic, "staff"), headers={"Accept-Language": "en"})
    for episode in Episode.objects.across_clinics():
        with pseudo_language():
            page = reader.get(f"/c/leafy/episodes/{episode.pk}/sheet").content.decode()
        staffs, _, patients = page.partition("<main")
        assert "Print this page" in staffs
        assert missed(f"<main{patients}") == []


def test_the_calendars_titles_are_translated(world: World) -> None:
    with pseudo_language():
        content = Client().get(f"/p/{world.first.patient.page_token}/calendar.ics").content
    titles = {str(entry["SUMMARY"]) for entry in Calendar.from_ical(content).walk("VEVENT")}
    assert odd("Aftercare reminder") in titles
    assert not [title for title in titles if not known().sub("", title).startswith("[") and " leg" in title]


def test_the_frame_of_an_email_is_translated() -> None:
    letter = replace(LETTER, language=CODE, emergency="Sam", urgent_phone="+441632960123")
    with pseudo_language():
        ((html, _),) = build(
            TEXT._replace(subject="Sam", text="Sam", letter=letter), "care@example.com"
        ).alternatives
    assert odd("Stop these emails") in html
    assert [text for text in visible(html, set()) if text not in ("Sam", "Leafy Vein Clinic")] == [
        odd("Call the urgent number"),
        odd("Stop these emails"),
    ]
