"""Save and hold: from the form to the attention page and back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from scheduler.models import Clinic, Episode, HeldEnrolment
from tests.enrolment.clinics import NOW
from tests.web.test_enrol import URL, post, typed

ATTENTION = "/c/leafy/attention"


def hold(client: Client, **changes: str) -> HeldEnrolment:
    answer = post(client, step="hold", **changes)
    assert answer.status_code == 302
    return HeldEnrolment.objects.across_clinics().latest("pk")


def attention(client: Client) -> str:
    return client.get(ATTENTION).content.decode()


def test_it_waits_on_the_attention_page(staff: Client) -> None:
    answer = staff.post(URL, typed(step="hold", mobile=""), follow=True)
    one = HeldEnrolment.objects.across_clinics().get()
    assert answer.redirect_chain == [(f"{ATTENTION}#held-{one.pk}", 302)]
    page = answer.content.decode()
    assert "Saved and held." in page
    assert f'href="{URL}?held={one.pk}"' in page
    assert "Nothing waits for you." not in page
    assert not Episode.objects.across_clinics().exists()


def test_it_is_gone_on_with_where_it_was_left(staff: Client) -> None:
    one = hold(staff, mobile="", detail="minimal")
    page = staff.get(f"{URL}?held={one.pk}").content.decode()
    for kept in ('value="Sam Example"', f'name="held" value="{one.pk}"', 'value="15:00"'):
        assert kept in page
    checked = re.findall(r'name="([^"]+)" value="([^"]+)"[^>]* checked', page)
    assert set(checked) == {("answers.area", "small"), ("site", "left"), ("detail", "minimal")}
    assert "What holds, and until when" in page


def test_enrolling_takes_it_off_the_list(staff: Client) -> None:
    one = hold(staff, mobile="")
    assert post(staff, held=str(one.pk)).status_code == 302
    one.refresh_from_db()
    assert (one.typed, one.episode) == ({}, Episode.objects.across_clinics().get())
    assert "Held enrolments" not in attention(staff)


def test_it_is_held_on_when_something_is_missing_still(staff: Client) -> None:
    one = hold(staff, mobile="")
    again = hold(staff, held=str(one.pk), mobile="07700 900199")
    assert (again, again.typed["mobile"]) == (one, "07700 900199")


def test_of_two_who_have_it_open_neither_overwrites_the_other(staff: Client, admin: Client) -> None:
    one = hold(staff, mobile="")
    page = staff.get(f"{URL}?held={one.pk}").content.decode()
    seen = re.findall(r'name="held_seen" value="([^"]+)"', page)[0]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        hold(admin, held=str(one.pk), held_seen=seen, mobile="07700 900199")
        answer = post(staff, step="hold", held=str(one.pk), held_seen=seen, mobile="")
        assert answer.status_code == 422
        assert "admin@leafy.example.com held this on" in answer.content.decode()
        one.refresh_from_db()
        assert one.typed["mobile"] == "07700 900199"
        assert 'name="held"' not in answer.content.decode()


def test_nobody_enrols_unawares_from_what_somebody_else_has_held_on(staff: Client, admin: Client) -> None:
    one = hold(staff, mobile="")
    page = staff.get(f"{URL}?held={one.pk}").content.decode()
    seen = re.findall(r'name="held_seen" value="([^"]+)"', page)[0]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        hold(admin, held=str(one.pk), held_seen=seen, mobile="07700 900199")
        answer = post(staff, held=str(one.pk), held_seen=seen)
        assert answer.status_code == 422
        assert "held this on while you had it open" in answer.content.decode()
        assert not Episode.objects.across_clinics().exists()
        # Whoever has read it enrols as it stands on the screen.
        assert post(staff, held="", held_seen=seen).status_code == 302
    assert HeldEnrolment.objects.across_clinics().get(closed_at=None) == one


def test_nothing_is_held_of_nobody(staff: Client) -> None:
    answer = post(staff, step="hold", name="", mobile="")
    assert answer.status_code == 422
    assert 'id="id_name_error">Give a name' in answer.content.decode()
    assert "Nothing was saved yet" in answer.content.decode()
    assert not HeldEnrolment.objects.across_clinics().exists()


def test_it_keeps_only_fields_of_the_form(staff: Client) -> None:
    assert "odd" not in hold(staff, odd="x" * 600).typed


@pytest.mark.parametrize(("reason", "left"), [("mistake", 0), ("", 1), ("odd", 1)])
def test_it_is_let_go_with_a_reason(reason: str, left: int, staff: Client) -> None:
    one = hold(staff)
    page = staff.post(f"/c/leafy/held/{one.pk}/discard", {"reason": reason}, follow=True).content.decode()
    assert ("It was let go" in page) == (not left)
    assert HeldEnrolment.objects.across_clinics().filter(closed_at=None).count() == left


def test_who_comes_late_is_told_and_may_enrol_anew(staff: Client) -> None:
    one = hold(staff)
    staff.post(f"/c/leafy/held/{one.pk}/discard", {"reason": "mistake"})
    assert staff.get(f"{URL}?held={one.pk}").status_code == 404
    answer = post(staff, held=str(one.pk))
    assert "Somebody has seen to this held enrolment" in answer.content.decode()
    assert 'name="held"' not in answer.content.decode()
    assert not Episode.objects.across_clinics().exists()


@pytest.mark.parametrize("odd", ["", "x", "0", "-1", "9" * 30, "\u0663"])
def test_there_is_no_other(odd: str, staff: Client, clinic: Clinic) -> None:
    assert staff.get(URL, {"held": odd}).status_code == 404
