"""Stopping texts and emails and asking for them again: on the page, and from an email's List-Unsubscribe."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from scheduler.enrolment import unsubscribe_link
from scheduler.models import Clinic, Episode, Event, OptOut, Sender
from tests.web.people import enrolled


def link(episode: Episode, end: str = "/messages") -> str:
    return f"/p/{episode.patient.page_token}{end}"


@pytest.mark.parametrize(("channel", "address"), [("sms", "+447700900123"), ("email", "sam@example.com")])
def test_it_stops_and_resumes_each_channel_for_itself(channel: str, address: str, episode: Episode) -> None:
    url = link(episode)
    Client().post(url, {"channel": channel, "wish": "stop"})
    assert [(o.channel, o.address, o.source) for o in OptOut.objects.all()] == [(channel, address, "page")]
    assert "Stopped" in Client().get(url).content.decode()
    Client().post(url, {"channel": channel, "wish": "resume"})
    assert not OptOut.objects.filter(withdrawn_at=None).exists()
    kinds = Event.objects.across_clinics().filter(kind__startswith="opted").order_by("pk")
    assert [event.kind for event in kinds] == ["opted-out", "opted-in"]


def test_it_offers_the_ways_that_are_permitted_alone(clinic: Clinic) -> None:
    shown = Client().get(link(enrolled(clinic, channels=("email",)))).content.decode()
    assert "Stop emails" in shown
    assert "Stop texts" not in shown


def test_it_says_that_nothing_more_comes_of_a_cancelled_plan(episode: Episode) -> None:
    assert "No more messages" not in Client().get(link(episode)).content.decode()
    Episode.objects.across_clinics().update(state="cancelled")
    shown = Client().get(link(episode)).content.decode()
    assert "No more messages of your plan come." in shown
    assert "stops as well" not in shown


def test_it_records_a_stop_once(episode: Episode) -> None:
    for _ in range(2):
        Client().post(link(episode), {"channel": "sms", "wish": "stop"})
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize(
    "said", [{}, {"channel": "pigeon", "wish": "stop"}, {"channel": "sms", "wish": "more"}]
)
def test_it_changes_nothing_that_it_does_not_understand(said: dict[str, str], episode: Episode) -> None:
    assert Client().post(link(episode), said).status_code == 422
    assert not OptOut.objects.exists()


def test_looking_changes_nothing(episode: Episode) -> None:
    Client().get(link(episode, "/messages?channel=sms&wish=stop"))
    assert not OptOut.objects.exists()


def test_it_refuses_a_form_from_elsewhere(episode: Episode) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(link(episode), {"channel": "sms", "wish": "stop"}).status_code == 403


def test_it_resumes_what_was_stopped_before_the_clinic_had_a_sender(clinic: Clinic, episode: Episode) -> None:
    url = link(episode)
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
    Client().post(link(here), {"channel": "sms", "wish": "stop"})
    shown = Client().get(link(there)).content.decode()
    assert "Stopped" in shown
    assert "other clinics that send from the same number" in shown


UNSUBSCRIBE = "/unsubscribe"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_one_click_in_a_mail_program_stops_emails_alone(episode: Episode) -> None:
    # It has no cookie and no token of a form.
    named = urlsplit(unsubscribe_link(episode.patient.page_token, revoked=False)).path
    answer = Client(enforce_csrf_checks=True).post(named, ONE_CLICK)
    assert answer.status_code == 200
    assert [(o.channel, o.address) for o in OptOut.objects.all()] == [("email", "sam@example.com")]
    (event,) = Event.objects.across_clinics().filter(kind="opted-out")
    assert (event.actor, event.details["source"]) == ("patient", "list-unsubscribe")


def test_it_understands_both_ways_of_posting_it(episode: Episode) -> None:
    body = "List-Unsubscribe=One-Click"
    form = "application/x-www-form-urlencoded"
    answer = Client().post(link(episode, UNSUBSCRIBE), body, content_type=form)
    assert answer.status_code == 200
    assert OptOut.objects.count() == 1


def test_a_person_is_asked_first(episode: Episode) -> None:
    for ask in (Client().get, Client().head):
        assert ask(link(episode, UNSUBSCRIBE)).status_code == 200
    assert not OptOut.objects.exists()
    shown = Client().get(link(episode, UNSUBSCRIBE)).content.decode()
    assert "Stop emails" in shown
    assert f'action="{link(episode)}"' in shown


@pytest.mark.parametrize("said", [{}, {"List-Unsubscribe": "later"}, {"channel": "sms", "wish": "stop"}])
def test_it_stops_nothing_where_something_else_is_posted(said: dict[str, str], episode: Episode) -> None:
    assert Client().post(link(episode, UNSUBSCRIBE), said).status_code == 422
    assert not OptOut.objects.exists()


def test_an_email_names_no_link_that_was_revoked() -> None:
    assert unsubscribe_link("23456789abcdefgh", revoked=True) == ""


def test_twice_is_once(episode: Episode) -> None:
    for _ in range(2):
        assert Client().post(link(episode, UNSUBSCRIBE), ONE_CLICK).status_code == 200
    assert OptOut.objects.count() == 1


def test_where_there_is_no_email_there_is_none_to_stop(clinic: Clinic) -> None:
    without = enrolled(clinic, email="", channels=("sms",))
    assert Client().post(link(without, UNSUBSCRIBE), ONE_CLICK).status_code == 422
    assert not OptOut.objects.exists()
