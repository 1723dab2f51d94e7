"""The sheet of paper that a patient takes home: what the patient's page says, and the name."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape
from segno import make_qr

from scheduler.enrolment import page_link
from scheduler.enrolment.phone import spoken
from scheduler.models import Clinic, Episode, Patient
from tests.enrolment.clinics import NOW
from tests.support.visible import visible
from tests.web.people import enrolled, member, signed_in


def sheet(client: Client, episode: Episode) -> str:
    answer = client.get(f"/c/leafy/episodes/{episode.pk}/sheet")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str) -> list[str]:
    return [" ".join(visible(f"<p>{row}</p>", set())) for row in re.findall(r"<tr><th.*?</tr>", page, re.S)][
        1:
    ]


def test_it_names_the_patient_the_treatment_and_the_clinic(staff: Client, clinic: Clinic) -> None:
    page = sheet(staff, enrolled(clinic, site="left"))
    assert "<h1>Sam Example</h1>" in page
    assert "Treated on Friday 20 November (left leg)" in page
    for known in ("Leafy Vein Clinic", spoken(clinic.urgent_phone), "care@example.com"):
        assert known in page


def test_it_lists_what_holds_in_the_order_in_which_it_ends(staff: Client, episode: Episode) -> None:
    told = rows(sheet(staff, episode))
    dates = [re.search(r"[Uu]ntil (?:the end of |[\d:]+ on )(\w+ \d+ \w+)", row) for row in told]
    assert [found[1] for found in dates if found] == [
        "Fri 20 Nov", "Sat 21 Nov", "Sat 21 Nov", "Sat 21 Nov", "Mon 23 Nov", "Fri 27 Nov", "Fri 4 Dec",
        "Fri 4 Dec", "Fri 4 Dec", "Fri 18 Dec",
    ]  # fmt: skip
    assert not dates[-1]
    assert "No end is given" in told[-1]
    assert "From Mon 23 Nov, 15:00 Until" in told[5]


def test_it_leaves_out_what_is_over(clinic: Clinic, episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        told = rows(sheet(signed_in(member(clinic, "staff")), episode))
    assert len(told) == 5


def test_it_has_a_code_for_the_page_and_the_address_in_words(staff: Client, episode: Episode) -> None:
    page, link = sheet(staff, episode), page_link(episode.patient)
    assert f'<span class="address">{link}</span>' in page
    assert make_qr(link, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4) in page
    assert "style=" not in page


def test_it_has_none_while_the_link_is_revoked(staff: Client, episode: Episode) -> None:
    Patient.objects.across_clinics().update(page_revoked_at=NOW)
    page = sheet(staff, episode)
    assert "<svg" not in page
    assert episode.patient.page_token not in page
    assert "your page" not in page.lower()
    assert "is revoked: this sheet has none" in page


def test_it_says_nothing_that_the_patients_page_does_not_say(staff: Client, episode: Episode) -> None:
    page = Client().get(f"/p/{episode.patient.page_token}").content.decode()
    texts = re.findall(r'<span class="about">(.*?)</span>', sheet(staff, episode), re.S)
    later = [text for text in texts if text not in page]
    # What begins later is on that page from then on.
    assert [text[:12] for text in later] == ["Wear your st"]
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        assert later[0] in Client().get(f"/p/{episode.patient.page_token}").content.decode()


def test_it_is_one_list_for_two_treatments(staff: Client, clinic: Clinic, episode: Episode) -> None:
    other = {"treated": "2026-11-20T15:20", "site": "right", "answers": {"area": "large"}}
    second = enrolled(clinic, patient=str(episode.patient_id), **other)
    first, again = sheet(staff, episode), sheet(staff, second)
    assert "Treated on Friday 20 November" in first
    assert "(right leg)" in first
    assert rows(first) == rows(again)
    assert sum("No exercise" in row for row in rows(first)) == 1


def test_each_leg_is_named_with_its_rule(staff: Client, clinic: Clinic) -> None:
    left = enrolled(clinic, site="left")
    other = {"treated": "2026-11-20T11:00", "site": "right", "answers": {"area": "large"}}
    enrolled(clinic, patient=str(left.patient_id), **other)
    night_and_day = [row for row in rows(sheet(staff, left)) if "Stockings day and night" in row]
    assert [row.split(" Until")[0] for row in night_and_day] == [
        "Right leg: Stockings day and night", "Left leg: Stockings day and night",
    ]  # fmt: skip


def test_it_shows_no_name_as_markup(staff: Client, clinic: Clinic) -> None:
    name = "<b>Sam</b> Example"
    assert f"<h1>{escape(name)}</h1>" in sheet(staff, enrolled(clinic, name=name))


def test_paper_has_no_link_to_follow(staff: Client, episode: Episode) -> None:
    Client().post(f"/p/{episode.patient.page_token}/messages", {"channel": "sms", "wish": "stop"})
    page = sheet(staff, episode)
    assert "You stopped texts" in page
    assert "Have them sent again" not in page
    assert "on this page" not in page


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_it_says_that_the_plan_stands_still(state: str, staff: Client, episode: Episode) -> None:
    Episode.objects.across_clinics().update(state=state)
    assert {"paused": "are paused", "cancelled": "has stopped this plan"}[state] in sheet(staff, episode)
