import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode, Event, OptOut, Reminder, Sender
from tests.enrolment.clinics import NOW, asked
from tests.web.people import enrolled

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


def link(episode: Episode, end: str = "") -> str:
    return f"/p/{episode.patient.page_token}{end}"


def page(episode: Episode) -> str:
    return Client().get(link(episode)).content.decode()


def test_it_says_what_day_it_is_and_what_holds(episode: Episode) -> None:
    shown = page(episode)
    assert "Friday 20 November" in shown
    for words in ("day and night", "15:00 on Mon 23 Nov", "Do not wax", "the end of Fri 18 Dec"):
        assert words in shown


def test_it_says_what_to_do_in_an_emergency_and_whom_to_call(episode: Episode) -> None:
    shown = page(episode)
    assert "Get help at once" in shown
    assert 'href="tel:+441632960123"' in shown


def test_it_moves_with_the_days(episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        shown = page(episode)
    assert "in the daytime" in shown
    assert "Ended at 15:00 on Mon 23 Nov" in shown


def test_a_minimum_that_is_over_does_not_call_anybody_back(episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        shown = page(episode)
    ask = "If you are unsure, ask us before you start again."
    for least in ("The minimum ended with Fri 4 Dec.", "The minimum ended at 03:00 on Sat 21 Nov."):
        assert f"{least} {ask}" in shown
    assert ">Ended Fri 4 Dec<" in shown
    assert "Ended the end" not in shown


def test_it_writes_a_number_in_one_form(episode: Episode) -> None:
    shown = page(episode)
    assert shown.count(">+44 1632 960123</a>") == 3
    assert "01632" not in shown


@pytest.mark.parametrize(("status", "ended"), [("scheduled", False), ("delivered", True)])
def test_a_year_later_it_says_that_the_plan_has_ended(status: str, ended: bool, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status=status)
    with time_machine.travel(NOW + timedelta(days=365), tick=False):
        shown = page(episode)
    assert ("Your plan has ended" in shown) == ended
    assert ("Avoid for now" not in shown) == ended
    for kept in ("Watch for", "In an emergency: ", "Get help at once", "tel:+441632960123"):
        assert kept in shown


def test_a_plan_runs_while_one_of_its_phases_does(episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status="delivered")
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        assert "Your plan has ended" not in page(episode)


def test_a_second_plan_runs_on_where_the_first_has_ended(clinic: Clinic, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status="delivered")
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        again = asked(clinic, treated="2027-01-19T15:00", patient=str(episode.patient_id), site="left")
        enrol(again, "nurse@example.com", timezone.now())
        shown = page(episode)
    assert "Today is" in shown
    assert "Avoid for now" in shown
    assert "20 Nov" not in shown
    assert shown.count("no touching, rubbing or massaging") == 1


SECOND = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def second(first: Episode, site: str) -> Episode:
    """The same patient four days later."""
    asking = asked(first.clinic, patient=str(first.patient_id), treated="2026-11-24T10:00", site=site)
    return enrol(asking, "nurse@example.com", SECOND).episode


def at(episode: Episode, when: datetime) -> str:
    with time_machine.travel(when, tick=False):
        return page(episode)


def rules(shown: str) -> list[str]:
    """What stands under `Do now` and the like, each with its end."""
    now = shown.split("When to get help")[0]
    return [" ".join(re.sub("<[^>]+>", " ", rule).split()) for rule in re.findall(r"<li>.*?</li>", now)]


def test_it_is_one_list_of_what_holds_for_all_treatments(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second(first, "left")
    shown = at(first, SECOND)
    listed = rules(shown)
    assert "Do not exercise. The gym counts as heat as well. Until the end of Tue 8 Dec" in listed
    for words in ("Do not exercise", "Keep away from heat", "Do not wax", "day and night", "in the daytime"):
        assert sum(words in rule for rule in listed) == 1
    assert "Left leg" not in shown
    assert shown.count("In an emergency") == 1
    assert "for all your treatments together: Fri 20 Nov (left leg) and Tue 24 Nov (left leg)." in shown


def test_it_names_the_legs_where_they_differ(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second(first, "right")
    listed = rules(at(first, SECOND))
    night = "Wear your stockings or dressings day and night. Take them off only to wash or shower."
    assert f"Right leg: {night} Until 10:00 on Fri 27 Nov" in listed
    assert any(
        rule.startswith("Left leg: Wear your stockings or dressings in the daytime.") for rule in listed
    )
    assert "Left leg: Do not wax. Until the end of Fri 18 Dec" in listed
    assert "Right leg: Do not wax. Until the end of Tue 22 Dec" in listed
    assert sum("no touching" in rule for rule in listed) == 1
    assert not any("leg: Do not exercise" in rule for rule in listed)


def test_day_numbers_are_for_staff(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second(first, "right")
    assert not re.search(r"\d days? after|Day \d", at(first, SECOND))


def test_a_cancelled_treatment_is_gone_from_the_list(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    Episode.objects.across_clinics().filter(pk=second(first, "left").pk).update(state="cancelled")
    assert "Tue 8 Dec" not in at(first, SECOND)


def test_it_names_nobody(clinic: Clinic) -> None:
    shown = page(enrolled(clinic, name="Zebedee Quill", email="zq@example.com"))
    for private in ("Zebedee", "Quill", "900123", "zq@example.com"):
        assert private not in shown


@pytest.mark.parametrize(
    ("end", "policy"), [("", "no-referrer"), ("/calendar.ics", "no-referrer"), ("/messages", "same-origin")]
)
def test_it_stays_out_of_indexes_and_referrers(end: str, policy: str, episode: Episode) -> None:
    answer = Client().get(link(episode, end))
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == policy
    assert "no-store" in answer["Cache-Control"]


def test_it_sets_no_cookie_and_is_small(episode: Episode) -> None:
    answer = Client().get(link(episode))
    assert not answer.cookies
    assert len(answer.content) < 30_000


@pytest.mark.parametrize("end", ["23456789abcdefgh", "23456789abcdefgh/messages", *ODD])
def test_it_is_kind_about_an_unknown_link(end: str, db: None) -> None:
    answer = Client().get(f"/p/{end}")
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


def test_a_page_that_breaks_still_says_what_cannot_wait(clinic: Clinic, episode: Episode) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(urgent_phone="")
    answer = Client(raise_request_exception=False).get(link(episode))
    shown = answer.content.decode()
    assert answer.status_code == 500
    for words in ("chest pain: go to hospital now", "call your clinic now", "walk-in centre or A&amp;E"):
        assert words in shown
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_says_that_texts_are_stopped_and_where_the_signs_of_a_clot_stand(episode: Episode) -> None:
    assert "You stopped" not in page(episode)
    assert (
        "the one about “Signs of a clot” stops as well"
        in Client().get(link(episode, "/messages")).content.decode()
    )
    Client().post(link(episode, "/messages"), {"channel": "sms", "wish": "stop"})
    assert "You stopped texts: no reminders come that way, not even the one about “Signs of a clot”" in page(
        episode
    )
    assert "A clot in the leg is a small risk but an emergency" in page(episode)


def test_an_emergency_is_named_once_in_a_row(episode: Episode) -> None:
    assert page(episode).count("In an emergency") == 1
