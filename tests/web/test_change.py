"""Changing a running plan: what is now, what would follow, and doing it with a reason."""

import html
import re
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from scheduler.changes import ChangeAddress, MoveReminder
from scheduler.models import Clinic, Episode, Event, Reminder
from tests.plans.changing import at, do, row, rows_written
from tests.web.people import enrolled, member, signed_in

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
MOVED = MoveReminder("day-7", "2026-11-27T15:00")


def url(episode: Episode, kind: str, key: str = "") -> str:
    return f"/c/leafy/episodes/{episode.pk}/change/{kind}" + (f"?message={key}" if key else "")


def hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page)}


def look(client: Client, address: str, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What would follow, and the form as it stands then."""
    first = hidden(client.get(address).content.decode())
    page = client.post(address, first | typed | {"step": "effect"}).content.decode()
    return page, first | hidden(page) | typed


def confirm(client: Client, address: str, typed: dict[str, str], why: str = "typed wrong") -> Any:
    return client.post(address, look(client, address, typed)[1] | {"why": why})


YESTERDAY = {"date": "2026-11-19", "time": "16:00"}


def test_what_is_now_stands_in_the_form(staff: Client, episode: Episode) -> None:
    shown = staff.get(url(episode, "time")).content.decode()
    assert 'value="2026-11-20"' in shown
    assert 'value="15:00"' in shown
    assert "what follows from it appears here" in shown


def test_it_was_yesterday_and_not_today(staff: Client, episode: Episode) -> None:
    page, form = look(staff, url(episode, "time"), YESTERDAY)
    assert "messages move" in page
    assert "Stockings day and night" in page
    assert "<del>Mon 23 Nov, 15:00</del>" in page
    assert "<ins>Sun 22 Nov, 16:00</ins>" in page
    assert Event.objects.for_clinic(episode.clinic).filter(kind="treatment-changed").count() == 0
    answer = staff.post(url(episode, "time"), form | {"why": "she says so"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/c/leafy/episodes/{episode.pk}")
    episode.refresh_from_db()
    assert episode.treated_local == "2026-11-19T16:00"
    event = Event.objects.for_clinic(episode.clinic).get(kind="treatment-changed")
    assert (event.actor, event.details["why"]) == ("staff@leafy.example.com", "she says so")


def test_messages_are_named_by_what_they_are_about_in_the_order_of_their_times(
    staff: Client, episode: Episode
) -> None:
    page, _ = look(staff, url(episode, "time"), YESTERDAY)
    assert "Important: signs of a clot" in page
    assert "days after treatment" not in page.split('id="effect"')[1]
    do(episode, MOVED, at(20, 15, 30))
    told = staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()
    keys = list(episode.reminders.order_by("due_at", "pk").values_list("key", flat=True))
    assert re.findall(r'id="when-([^"]+)"', told) == keys


def test_htmx_gets_what_follows_alone(staff: Client, episode: Episode) -> None:
    answer = staff.post(url(episode, "time"), YESTERDAY | {"step": "effect"}, headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert "<html" not in part
    assert 'name="seen"' in part
    assert 'id="asks" hx-swap-oob' in part


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("answers", {"answers.area": "large"}, {"answers": {"area": "large"}}),
        ("leg", {"site": "left"}, {"site": "left"}),
        ("zone", {"zone": "Europe/Paris"}, {"timezone": "Europe/Paris"}),
        ("address", {"sms": "on", "by_email": "on", "first": "email"}, {"channels": ["email", "sms"]}),
        ("texts", {"detail": "minimal", "fewer_texts": "on"}, {"detail": "minimal", "fewer_texts": True}),
        ("pause", {}, {"state": "paused"}),
        ("cancel", {}, {"state": "cancelled"}),
    ],
)
def test_it_does_what_was_looked_at(
    kind: str, typed: dict[str, str], stored: dict[str, Any], staff: Client, episode: Episode
) -> None:
    assert confirm(staff, url(episode, kind), typed).status_code == 302
    episode.refresh_from_db()
    assert {name: getattr(episode, name) for name in stored} == stored


@pytest.mark.parametrize(
    ("kind", "left", "stored"),
    [
        ("address", {"by_email": "on", "first": "sms"}, {"channels": ["email"]}),
        ("texts", {"detail": ""}, {"fewer_texts": False}),
    ],
)
def test_a_box_that_is_cleared_is_left_out_of_what_a_browser_posts(
    kind: str, left: dict[str, str], stored: dict[str, Any], staff: Client, clinic: Clinic
) -> None:
    episode = enrolled(clinic, fewer_texts="yes")
    assert confirm(staff, url(episode, kind), left).status_code == 302
    episode.refresh_from_db()
    assert {name: getattr(episode, name) for name in stored} == stored


@pytest.mark.parametrize("kind", ["move", "send-now", "skip"])
def test_it_changes_one_message(kind: str, staff: Client, episode: Episode) -> None:
    with time_machine.travel(at(22, 12), tick=False):
        staff = signed_in(member(episode.clinic, "staff", "other@example.com"))
        typed = {"date": "2026-11-27", "time": "15:00"} if kind == "move" else {}
        assert confirm(staff, url(episode, kind, "day-7"), typed).status_code == 302
    found = row(episode, "day-7")
    wanted = {"move": at(27, 15), "send-now": at(22, 12), "skip": None}[kind]
    assert (found.moved_to, found.status) == (wanted, "skipped" if kind == "skip" else "scheduled")


def test_leaving_a_message_out_is_not_called_no_change(staff: Client, episode: Episode) -> None:
    page, _ = look(staff, url(episode, "skip", "day-7"), {})
    assert "not sent" in page
    assert "No message changes." not in page


def test_a_paused_plan_is_resumed_from_its_page(staff: Client, episode: Episode) -> None:
    confirm(staff, url(episode, "pause"), {}, why="on holiday")
    page = staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()
    assert "<strong>Paused</strong> since Fri 20 Nov, 15:30 by staff@leafy.example.com: on holiday" in page
    assert confirm(staff, url(episode, "resume"), {}).status_code == 302
    assert "<strong>Paused</strong>" not in staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("time", {"date": "2026-11-21"}, "in the future"),
        ("time", {"date": "", "time": ""}, "Say when the treatment ended"),
        ("time", {"time": "3 pm"}, "Write the date like 2026-11-20 and the time like 15:00."),
        ("time", {}, "This would change nothing"),
        ("zone", {"zone": "Nowhere"}, "Nowhere"),
        ("texts", {}, "This would change nothing"),
        ("texts", {"detail": "some"}, "Texts say full or minimal"),
        ("address", {"mobile": "12", "sms": "on", "by_email": "on", "first": "sms"}, "number"),
        ("address", {"sms": "", "by_email": "", "first": "sms"}, "no messages at all, go back and cancel"),
        ("address", {"mobile": "", "sms": "on", "by_email": "on", "first": "sms"}, "Texts are chosen"),
    ],
)
def test_it_says_what_is_wrong_beside_the_field_and_writes_nothing(
    kind: str, typed: dict[str, str], sentence: str, staff: Client, episode: Episode
) -> None:
    before = rows_written(episode)
    page = staff.get(url(episode, kind)).content.decode()
    answer = staff.post(url(episode, kind), hidden(page) | typed | {"step": "effect"})
    said = re.findall(r'<p class="error" id="[^"]+">([^<]+)<', answer.content.decode())
    assert answer.status_code == 422
    assert any(sentence in html.unescape(one) for one in said)
    assert rows_written(episode) == before


@pytest.mark.parametrize("why", ["", "x" * 301])
def test_it_asks_for_a_reason_and_keeps_what_was_typed(why: str, staff: Client, episode: Episode) -> None:
    before = rows_written(episode)
    answer = confirm(staff, url(episode, "time"), YESTERDAY, why=why)
    page = answer.content.decode()
    assert (answer.status_code, rows_written(episode)) == (422, before)
    assert 'value="2026-11-19"' in page
    assert 'name="seen"' in page


def test_it_does_nothing_that_was_not_on_screen(staff: Client, episode: Episode) -> None:
    before = rows_written(episode)
    _, form = look(staff, url(episode, "time"), YESTERDAY)
    for posted in (form | {"time": "11:00"}, YESTERDAY, form | {"seen": ""}):
        answer = staff.post(url(episode, "time"), posted | {"why": "so"})
        assert answer.status_code == 422
        assert "look at what would follow first" in answer.content.decode()
    assert rows_written(episode) == before


def test_a_stale_form_says_what_changed_and_shows_what_follows_now(staff: Client, episode: Episode) -> None:
    _, form = look(staff, url(episode, "time"), YESTERDAY)
    do(episode, MOVED, at(20, 15, 30), why="she asked for it")
    before = rows_written(episode)
    answer = staff.post(url(episode, "time"), form | {"why": "she says so"})
    page = answer.content.decode()
    assert (answer.status_code, rows_written(episode)) == (422, before)
    assert "nurse@example.com moved a message on Fri 20 Nov, 15:30" in html.unescape(page)
    assert "she asked for it" in page
    assert 'value="2026-11-19"' in page
    assert 'value="she says so"' in page
    assert confirm(staff, url(episode, "time"), YESTERDAY).status_code == 302


def test_what_nobody_typed_over_stays_as_somebody_else_left_it(staff: Client, episode: Episode) -> None:
    typed = {"mobile": "07700 900777", "sms": "on", "by_email": "on", "first": "sms"}
    address = url(episode, "address")
    opened = hidden(staff.get(address).content.decode())
    do(episode, ChangeAddress(email="new@example.com"), at(20, 15, 30))
    typed |= {"email": opened["was.email"]}
    page = staff.post(address, opened | typed | {"step": "effect"}).content.decode()
    staff.post(address, opened | typed | hidden(page) | opened | {"why": "so"})
    episode.patient.refresh_from_db()
    assert (episode.patient.mobile, episode.patient.email) == ("+447700900777", "new@example.com")


def test_an_early_date_is_confirmed_with_what_follows_beside_it(staff: Client, episode: Episode) -> None:
    early = {"date": "2026-11-17", "time": "15:00"}
    page, form = look(staff, url(episode, "time"), early)
    assert "more than 24 hours before the patient was enrolled" in page
    assert 'name="seen"' in page
    assert staff.post(url(episode, "time"), form | {"why": "so"}).status_code == 422
    done = staff.post(url(episode, "time"), form | {"why": "so", "late_confirmed": "on"})
    assert done.status_code == 302


def test_what_cannot_be_says_so_without_a_button(staff: Client, episode: Episode) -> None:
    critical = Reminder.objects.for_clinic(episode.clinic).filter(episode=episode, critical=True)[0]
    page = staff.get(url(episode, "skip", critical.key)).content.decode()
    assert "signs of an emergency" in page
    assert 'name="seen"' not in page


@pytest.mark.parametrize(("kind", "key"), [("nothing", ""), ("move", "day-99"), ("move", "")])
def test_it_knows_no_other_kind_and_no_other_message(
    kind: str, key: str, staff: Client, episode: Episode
) -> None:
    assert staff.get(url(episode, kind, key)).status_code == 404


def test_a_message_of_another_patient_is_not_there(staff: Client, clinic: Clinic, episode: Episode) -> None:
    other = enrolled(clinic, name="Robin Example", mobile="07700 900199", email="", channels=("sms",))
    only = Reminder.objects.for_clinic(clinic).filter(episode=other)[0]
    Reminder.objects.for_clinic(clinic).filter(pk=only.pk).update(key="theirs")
    assert staff.get(url(episode, "move", "theirs")).status_code == 404


def test_a_cancelled_plan_offers_no_change(staff: Client, episode: Episode) -> None:
    confirm(staff, url(episode, "cancel"), {}, why="moved away")
    page = staff.get(f"/c/leafy/episodes/{episode.pk}").content.decode()
    assert f"{episode.pk}/change/" not in page
    assert "<strong>Cancelled</strong> on Fri 20 Nov, 15:30" in page
    assert "moved away" in page
    assert "cannot be changed" in staff.get(url(episode, "time")).content.decode()


def test_whatever_number_comes_with_the_form_is_read(staff: Client, episode: Episode) -> None:
    for revision in ("x", "9" * 30, "-1"):
        posted: HttpResponse = staff.post(
            url(episode, "time"), YESTERDAY | {"revision": revision, "seen": "x", "shown": "y", "why": "so"}
        )
        assert posted.status_code == 422
