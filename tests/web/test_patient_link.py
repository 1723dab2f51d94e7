"""A link that leads nowhere, or not any more: a kind page that takes as long as the right one."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduler.models import Clinic, Episode, OptOut, Patient, Reminder
from tests.enrolment.clinics import NOW

WRONG = "23456789abcdefgh"
ENDS = ["", "/messages", "/unsubscribe", "/calendar.ics"]
ODD = [
    "",
    "%00",
    "abc%00def",
    "%00/messages",
    "%0A",
    "%FF%FE",
    "23456789ABCDEFGH",
    "23456789abcdefgh%0A",
    "23456789abcdefgh/",
    "23456789abcdefgh/messages/more",
    "x" * 4000,
]
#: the last rule of a plan for small veins ends with Friday 18 December
GONE = NOW + timedelta(days=29 + 90)


def said(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code in (404, 410)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies
    return answer.content.decode()


@pytest.mark.parametrize("end", [*(f"{WRONG}{end}" for end in ENDS), *ODD])
def test_it_is_kind_about_an_unknown_link(end: str, db: None) -> None:
    shown = said(f"/p/{end}")
    assert "This link does not work" in shown
    assert "chest pain: go to a hospital now" in shown
    assert "Nowhere" not in shown


@pytest.mark.parametrize("path", [f"/p/{WRONG}", "/p/half"])
def test_the_only_clinic_there_is_says_how_to_reach_it(path: str, clinic: Clinic) -> None:
    shown = said(path)
    for way in ("tel:+441632960123", "mailto:care@example.com", "Leafy Vein Clinic"):
        assert way in shown


def test_of_several_clinics_none_is_named(clinic: Clinic, other_clinic: Clinic) -> None:
    shown = said(f"/p/{WRONG}")
    assert "Leafy" not in shown
    assert "tel:" not in shown


@pytest.mark.parametrize("end", ENDS)
def test_ninety_days_after_the_plan_the_page_is_closed(
    end: str, episode: Episode, other_clinic: Clinic
) -> None:
    path = f"/p/{episode.patient.page_token}{end}"
    with time_machine.travel(GONE - timedelta(hours=16), tick=False):
        assert Client().get(path).status_code == 200
    with time_machine.travel(GONE, tick=False):
        shown = said(path)
    assert "This page is closed" in shown
    for way in ("tel:+441632960123", "mailto:care@example.com", "chest pain: go to a hospital now"):
        assert way in shown
    assert "Do not wax" not in shown


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_that_holds_whatever_became_of_the_messages(state: str, episode: Episode) -> None:
    Episode.objects.across_clinics().update(state=state)
    with time_machine.travel(GONE, tick=False):
        assert "This page is closed" in said(f"/p/{episode.patient.page_token}")


def test_a_message_that_goes_later_keeps_the_page_longer(episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(key="day-28").update(due_at=NOW + timedelta(days=60))
    with time_machine.travel(GONE, tick=False):
        assert Client().get(f"/p/{episode.patient.page_token}").status_code == 200


@pytest.mark.parametrize("end", ENDS)
def test_a_revoked_link_leads_nowhere(end: str, episode: Episode) -> None:
    Patient.objects.across_clinics().update(page_revoked_at=NOW)
    assert "This link does not work" in said(f"/p/{episode.patient.page_token}{end}")


@pytest.mark.parametrize("end", ["/messages", "/unsubscribe"])
def test_nothing_can_be_stopped_by_a_link_that_is_over(end: str, episode: Episode) -> None:
    wish = {"channel": "sms", "wish": "stop", "List-Unsubscribe": "One-Click"}
    with time_machine.travel(GONE, tick=False):
        answer = Client().post(f"/p/{episode.patient.page_token}{end}", wish)
    assert answer.status_code == 410
    assert Client().post(f"/p/{WRONG}{end}", wish).status_code == 404
    assert not OptOut.objects.exists()


def asked(path: str) -> list[str]:
    """The queries of a second visit, without what they look for."""
    Client().get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        Client().get(path)
    return [query["sql"].split(" WHERE ")[0] for query in queries]


@pytest.mark.parametrize("end", ENDS)
def test_a_wrong_link_costs_the_queries_of_a_right_one(end: str, clinic: Clinic, episode: Episode) -> None:
    right = f"/p/{episode.patient.page_token}{end}"
    expected = asked(right)
    assert 4 <= len(expected) <= 6
    assert asked(f"/p/{WRONG}{end}") == expected
    with time_machine.travel(GONE, tick=False):
        assert asked(right) == expected


def test_it_makes_a_page_for_a_wrong_link_too(
    clinic: Clinic, episode: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of the time is taken by templates: a page of nobody's is rendered and thrown away."""
    made = []
    from django.template.base import Template

    render = Template.render
    monkeypatch.setattr(
        Template, "render", lambda self, context: made.append(self.name) or render(self, context)
    )
    Client().get(f"/p/{WRONG}")
    assert "patient/page.html" in made


def test_it_speaks_the_patients_language_where_it_is_shipped(episode: Episode) -> None:
    answer = Client().get(f"/p/{episode.patient.page_token}", headers={"Accept-Language": "fr"})
    assert answer["Content-Language"] == "en-gb"
    assert '<html lang="en-GB">' in answer.content.decode()
