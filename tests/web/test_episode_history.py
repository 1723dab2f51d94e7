"""What a patient's page tells of calls, of its link, and of everything that happened."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from scheduler.changes import ChangeTreatment
from scheduler.models import Episode, Event
from tests.enrolment.clinics import NOW
from tests.plans.changing import at, do
from tests.web.test_change import hidden


def page(client: Client, episode: Episode, number: str = "1") -> str:
    return html.unescape(client.get(f"/c/leafy/episodes/{episode.pk}?page={number}").content.decode())


def test_a_call_is_written_down_and_shown(staff: Client, episode: Episode) -> None:
    typed = {"caller": "Sam's sister", "said": "Asked about\nswimming. <b>"}
    answer = staff.post(f"/c/leafy/episodes/{episode.pk}/call", typed)
    assert answer.status_code == 302
    shown = page(staff, episode)
    assert "A call: Sam's sister" in shown
    assert "Asked about\nswimming. <b>" in shown
    assert "&lt;b&gt;" in staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()


@pytest.mark.parametrize("typed", [{"caller": "", "said": "x"}, {"caller": "x", "said": "y" * 2001}])
def test_a_call_that_cannot_be_kept_is_not(typed: dict[str, str], staff: Client, episode: Episode) -> None:
    answer = staff.post(f"/c/leafy/episodes/{episode.pk}/call", typed)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert typed["said"] in answer.content.decode()
    assert not Event.objects.for_clinic(episode.clinic).filter(kind="call-recorded").exists()


def test_the_link_is_renewed_and_the_old_one_finds_nothing(staff: Client, episode: Episode) -> None:
    old, address = episode.patient.page_token, f"/c/leafy/episodes/{episode.pk}/page-link/renew"
    first = staff.get(address).content.decode()
    assert "keeps the old one, which no longer works" in first
    assert staff.post(address, hidden(first) | {"why": "lost her phone"}).status_code == 302
    episode.patient.refresh_from_db()
    assert episode.patient.page_token != old
    assert (Client().get(f"/p/{old}").status_code, Client().get(f"/p/{old}/calendar.ics").status_code) == (
        404, 404,
    )  # fmt: skip
    shown = page(staff, episode)
    assert "The link to the patient's page was renewed" in shown
    assert "lost her phone" in shown


def test_a_revoked_link_is_said_and_is_in_no_text_to_come(staff: Client, episode: Episode) -> None:
    address = f"/c/leafy/episodes/{episode.pk}/page-link/revoke"
    assert "/p/" in page(staff, episode)
    first = staff.get(address).content.decode()
    staff.post(address, hidden(first) | {"why": "wrong number"})
    shown = page(staff, episode)
    assert "Its link is revoked since Fri 20 Nov, 15:30" in shown
    assert "/p/" not in shown
    assert "hospital now" in shown


@pytest.mark.parametrize("why", ["", "x" * 301])
def test_the_link_stays_where_no_reason_is_given(why: str, staff: Client, episode: Episode) -> None:
    address = f"/c/leafy/episodes/{episode.pk}/page-link/renew"
    first = staff.get(address).content.decode()
    assert staff.post(address, hidden(first) | {"why": why}).status_code == 422
    token = episode.patient.page_token
    episode.patient.refresh_from_db()
    assert episode.patient.page_token == token


def test_a_second_click_renews_nothing(staff: Client, episode: Episode) -> None:
    address = f"/c/leafy/episodes/{episode.pk}/page-link/renew"
    form = hidden(staff.get(address).content.decode()) | {"why": "so"}
    assert [staff.post(address, form).status_code for _ in range(2)] == [302, 422]
    assert staff.get(f"/c/leafy/episodes/{episode.pk}/page-link/other").status_code == 404


def test_an_event_tells_the_values_and_why(staff: Client, episode: Episode) -> None:
    do(episode, ChangeTreatment(treated="2026-11-20T10:00"), at(20, 15, 30), why="she looked it up")
    shown = page(staff, episode)
    assert "The treatment was changed" in shown
    assert "End of the treatment: Fri 20 Nov, 15:00 → Fri 20 Nov, 10:00" in shown
    assert "she looked it up" in shown


def test_older_events_are_on_older_pages(staff: Client, episode: Episode) -> None:
    Event.objects.bulk_create(
        Event(
            clinic=episode.clinic,
            episode=episode,
            kind="opted-out",
            actor=f"n{number}",
            at=NOW + timedelta(minutes=number),
            details={"channel": "sms"},
        )
        for number in range(201)
    )
    newest, older = page(staff, episode), page(staff, episode, "2")
    assert "Page 1 of 2" in newest
    assert re.search(r">n200<", newest)
    assert not re.search(r">n0<", newest)
    assert re.search(r">n0<", older)
