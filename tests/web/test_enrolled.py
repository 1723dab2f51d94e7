"""What staff read right after enrolling: what is so, and no more."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from scheduler.models import Attempt, Clinic, Episode, Reminder
from tests.enrolment.clinics import NOW
from tests.web.people import enrolled
from tests.web.test_episode import put_into_outbox


def shown(client: Client, episode: Episode) -> str:
    return client.get(f"/c/leafy/episodes/{episode.pk}/enrolled").content.decode()


def tried(episode: Episode, status: str, **values: Any) -> None:
    """The first message, with one attempt, standing at this status."""
    put_into_outbox(episode, "welcome", "Leafy Clinic: hello")
    Reminder.objects.across_clinics().filter(episode=episode, key="welcome").update(status=status, **values)


def news(client: Client, episode: Episode, **asks: object) -> HttpResponse:
    return client.get(f"/c/leafy/episodes/{episode.pk}/arrival", asks)


def watching(page: str) -> str:
    """What an open page asks; empty where it does not."""
    found = re.search(r'hx-get="[^"]*[?]([^"]*)" hx-trigger="every 2s"', page)
    return unescape(found[1]) if found else ""


def by_network(episode: Episode, status: str) -> None:
    """The first message went over the network."""
    tried(episode, status)
    Attempt.objects.across_clinics().update(channel="sms")


def test_it_says_when_the_first_message_goes(staff: Client, episode: Episode) -> None:
    page = shown(staff, episode)
    assert "It goes out in a moment." in page
    assert watching(page)


def test_it_does_not_wait_for_what_goes_later(staff: Client, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(try_at=NOW + timedelta(hours=1))
    page = shown(staff, episode)
    assert "It goes on Fri 20 Nov, 15:30" in page
    assert not watching(page)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("sent", "went into the outbox at 15:30"),
        ("delivered", "went into the outbox at 15:30"),
        ("claimed", "It is being sent."),
        ("scheduled", "it is tried again at 15:30"),
        ("failed", "could not be sent (opted out)"),
        ("in_doubt", "Nobody knows yet whether it went out"),
        ("undelivered", "It did not arrive."),
        ("skipped", "Not sent."),
    ],
)
def test_it_says_that_a_message_went_only_when_it_did(
    status: str, said: str, staff: Client, episode: Episode
) -> None:
    tried(episode, status, status_reason="opted_out" if status == "failed" else "")
    page = shown(staff, episode)
    assert said in page
    assert ("went into" in page) == (status in ("sent", "delivered"))


@pytest.mark.parametrize(
    ("status", "said", "asks", "watched"),
    [
        ("sent", "It went out at 15:30. That it arrived is not reported yet.", True, True),
        ("delivered", "It is reported as delivered.", True, False),
        ("undelivered", "is it right, and is the telephone switched on?", False, True),
        ("failed", "Read the number or address once more.", False, False),
        ("in_doubt", "that is being looked up", True, True),
    ],
)
def test_it_says_what_to_do_and_looks_on_while_that_may_change(
    status: str, said: str, asks: bool, watched: bool, staff: Client, episode: Episode
) -> None:
    by_network(episode, status)
    page = shown(staff, episode)
    assert said in page
    assert ("Ask the patient: has it arrived?" in page) == asks
    assert bool(watching(page)) == watched


def test_it_says_when_the_other_way_had_to_stand_in(staff: Client, episode: Episode) -> None:
    by_network(episode, "sent")
    assert "It went by email" not in shown(staff, episode)
    last = Attempt.objects.across_clinics().get()
    last.pk, last.kind, last.created_at = uuid4(), "email", last.created_at + timedelta(seconds=1)
    last.save(force_insert=True)
    assert "It went by email: the text could not be delivered to the number." in shown(staff, episode)


def test_who_stopped_messages_is_asked_for_another_way(staff: Client, episode: Episode) -> None:
    tried(episode, "skipped", status_reason="opted-out")
    assert "Ask the patient for another way" in shown(staff, episode)


def test_a_wrong_number_is_corrected_where_it_is_read_back(staff: Client, episode: Episode) -> None:
    read_back = shown(staff, episode).split('id="read-back"')[1].split("</section>")[0]
    assert (
        f'<a href="/c/leafy/episodes/{episode.pk}/change/address">Correct the number or address</a>'
        in read_back
    )


def test_an_open_page_hears_of_each_change_once(staff: Client, episode: Episode) -> None:
    asks = dict(parse_qsl(watching(shown(staff, episode))))
    assert news(staff, episode, **asks).status_code == 204
    by_network(episode, "sent")
    told = news(staff, episode, **asks).content.decode()
    assert "It went out at 15:30." in told
    again = dict(parse_qsl(watching(told)))
    assert again["until"] == asks["until"]
    assert news(staff, episode, **again).status_code == 204
    by_network(episode, "delivered")
    assert not watching(news(staff, episode, **again).content.decode())


def test_it_stops_looking_after_two_minutes_and_says_so(staff: Client, episode: Episode) -> None:
    asks = dict(parse_qsl(watching(shown(staff, episode))))
    with time_machine.travel(NOW + timedelta(seconds=121), tick=False):
        told = news(staff, episode, **asks).content.decode()
    assert "This page has stopped looking." in told
    assert "Look again" in told
    assert not watching(told)


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 30, "99999999999", "\u0663"])
def test_nobody_keeps_it_looking_for_longer(odd: str, staff: Client, episode: Episode) -> None:
    told = news(staff, episode, until=odd).content.decode()
    until = dict(parse_qsl(watching(told))).get("until", "0")
    assert int(until) <= (NOW + timedelta(minutes=2)).timestamp()


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (("sms", "email"), ["Text: first choice", "Email: also permitted"]),
        (("email", "sms"), ["Email: first choice", "Text: also permitted"]),
    ],
)
def test_it_says_which_way_comes_first(
    channels: tuple[str, ...], said: list[str], staff: Client, clinic: Clinic
) -> None:
    page = shown(staff, enrolled(clinic, channels=channels))
    assert 0 < page.index(said[0]) < page.index(said[1])


def test_it_names_the_treatments_that_are_planned_together_with_it(
    staff: Client, clinic: Clinic, episode: Episode
) -> None:
    assert "Planned together" not in shown(staff, episode)
    second = enrolled(clinic, treated="2026-11-20T15:20", patient=str(episode.patient_id))
    link = f'<a href="/c/leafy/episodes/{episode.pk}">the treatment of Fri 20 Nov</a>'
    assert f"Planned together with {link}" in shown(staff, second)


def test_the_first_message_is_one_that_goes(staff: Client, clinic: Clinic, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode, key="welcome").update(status="folded")
    assert "It goes on Fri 20 Nov, 19:00" in shown(staff, episode)
