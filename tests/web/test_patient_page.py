from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from scheduler.models import Clinic, Episode, Event, OptOut, Sender
from tests.enrolment.clinics import NOW
from tests.web.people import enrolled


def link(episode: Episode, end: str = "") -> str:
    return f"/p/{episode.patient.page_token}{end}"


def page(episode: Episode) -> str:
    return Client().get(link(episode)).content.decode()


def test_it_says_what_day_it_is_and_what_holds(episode: Episode) -> None:
    shown = page(episode)
    assert "Friday 20 November" in shown
    for words in ("day and night", "15:00 on Mon 23 Nov", "Do not wax your legs", "the end of Fri 18 Dec"):
        assert words in shown


def test_it_says_what_to_do_in_an_emergency_and_whom_to_call(episode: Episode) -> None:
    shown = page(episode)
    assert "Get help at once" in shown
    assert 'href="tel:+441632960123"' in shown


def test_it_moves_with_the_days(episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        shown = page(episode)
    assert "in the daytime" in shown
    assert "Ended" in shown


def test_it_names_nobody(clinic: Clinic) -> None:
    shown = page(enrolled(clinic, name="Zebedee Quill", email="zq@example.com"))
    for private in ("Zebedee", "Quill", "900123", "zq@example.com"):
        assert private not in shown


@pytest.mark.parametrize(("end", "policy"), [("", "no-referrer"), ("/messages", "same-origin")])
def test_it_stays_out_of_indexes_and_referrers(end: str, policy: str, episode: Episode) -> None:
    answer = Client().get(link(episode, end))
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == policy
    assert "no-store" in answer["Cache-Control"]


def test_it_sets_no_cookie_and_is_small(episode: Episode) -> None:
    answer = Client().get(link(episode))
    assert not answer.cookies
    assert len(answer.content) < 30_000


@pytest.mark.parametrize("end", ["", "/messages"])
def test_it_is_kind_about_an_unknown_link(end: str, db: None) -> None:
    answer = Client().get(f"/p/23456789abcdefgh{end}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_has_nothing_to_say_of_a_cancelled_plan(episode: Episode) -> None:
    episode.state = "cancelled"
    episode.save()
    assert "Your plan has ended" in page(episode)


@pytest.mark.parametrize(("channel", "address"), [("sms", "+447700900123"), ("email", "sam@example.com")])
def test_it_stops_and_resumes_each_channel_for_itself(channel: str, address: str, episode: Episode) -> None:
    url = link(episode, "/messages")
    Client().post(url, {"channel": channel, "wish": "stop"})
    assert [(o.channel, o.address, o.source) for o in OptOut.objects.all()] == [(channel, address, "page")]
    assert "Stopped" in Client().get(url).content.decode()
    Client().post(url, {"channel": channel, "wish": "resume"})
    assert not OptOut.objects.filter(withdrawn_at=None).exists()
    kinds = Event.objects.across_clinics().filter(kind__startswith="opted").order_by("pk")
    assert [event.kind for event in kinds] == ["opted-out", "opted-in"]


def test_it_records_a_stop_once(episode: Episode) -> None:
    for _ in range(2):
        Client().post(link(episode, "/messages"), {"channel": "sms", "wish": "stop"})
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize(
    "said", [{}, {"channel": "pigeon", "wish": "stop"}, {"channel": "sms", "wish": "more"}]
)
def test_it_changes_nothing_that_it_does_not_understand(said: dict[str, str], episode: Episode) -> None:
    assert Client().post(link(episode, "/messages"), said).status_code == 422
    assert not OptOut.objects.exists()


def test_looking_changes_nothing(episode: Episode) -> None:
    Client().get(link(episode, "/messages?channel=sms&wish=stop"))
    assert not OptOut.objects.exists()


def test_it_refuses_a_form_from_elsewhere(episode: Episode) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(link(episode, "/messages"), {"channel": "sms", "wish": "stop"}).status_code == 403


def test_it_resumes_what_was_stopped_before_the_clinic_had_a_sender(clinic: Clinic, episode: Episode) -> None:
    url = link(episode, "/messages")
    Client().post(url, {"channel": "sms", "wish": "stop"})
    clinic.sender = Sender.objects.create(name="its own")
    clinic.save()
    assert "Stopped" in Client().get(url).content.decode()
    Client().post(url, {"channel": "sms", "wish": "resume"})
    assert "Stopped" not in Client().get(url).content.decode()


def test_a_refusal_covers_all_clinics_that_share_a_sender(clinic: Clinic, other_clinic: Clinic) -> None:
    shared = Sender.objects.create(name="shared")
    Clinic.objects.update(sender=shared)
    clinic.refresh_from_db()
    here, there = enrolled(clinic), enrolled(other_clinic)
    Client().post(link(here, "/messages"), {"channel": "sms", "wish": "stop"})
    shown = Client().get(link(there, "/messages")).content.decode()
    assert "Stopped" in shown
    assert "other clinics that send from the same number" in shown
