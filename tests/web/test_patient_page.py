import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode, Reminder
from tests.enrolment.clinics import NOW, asked
from tests.web.people import enrolled


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
    assert "Mon 23 Nov Stockings day and night: ended at 15:00 Stockings in the daytime: from 15:00" in days(
        shown
    )


def test_a_minimum_that_is_over_does_not_call_anybody_back(episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        shown = page(episode)
    ask = "If you are unsure, ask us before you start again."
    exercise = "No exercise: ended with the day"
    assert f"Fri 4 Dec No heat: the minimum ended with the day. {ask} {exercise}" in " ".join(days(shown))
    assert f"No vigorous washing: the minimum ended at 03:00. {ask}" in " ".join(days(shown))


def test_it_writes_a_number_in_one_form(episode: Episode) -> None:
    shown = page(episode)
    assert shown.count(">+44 1632 960123</a>") == 3
    assert "01632" not in shown


@pytest.mark.parametrize(("status", "ended"), [("scheduled", False), ("delivered", True)])
def test_weeks_later_it_says_that_the_plan_has_ended(status: str, ended: bool, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status=status)
    with time_machine.travel(NOW + timedelta(days=100), tick=False):
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


def read(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split()).replace(" :", ":")


def rules(shown: str) -> list[str]:
    """What stands under `Do now` and the like, each with its end."""
    now = shown.split('aria-labelledby="days"')[0]
    return [read(rule) for rule in re.findall("<li>.*?</li>", now, re.DOTALL)]


def days(shown: str) -> list[str]:
    """What stands under each date."""
    listed = shown.split('aria-labelledby="days"')[1].split("</section>")[0]
    return [read(day) for day in re.split('(?=<li class="(?:behind|today|ahead)")', listed)[1:]]


def test_it_is_one_list_of_what_holds_for_all_treatments(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second(first, "left")
    shown = at(first, SECOND)
    listed = rules(shown)
    assert "Do not exercise. The gym counts as heat as well. Until the end of Tue 8 Dec" in listed
    for words in ("Do not exercise", "Keep away from heat", "Do not wax", "day and night"):
        assert sum(words in rule for rule in listed) == 1
    assert "Left leg" not in shown
    assert shown.count("In an emergency") == 1
    assert "for all your treatments together: Fri 20 Nov (left leg), Tue 24 Nov (left leg)" in read(shown)


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


def put(episode: Episode, state: str) -> None:
    Episode.objects.across_clinics().filter(pk=episode.pk).update(state=state)


def test_a_cancelled_plan_keeps_what_follows_from_the_treatment(episode: Episode) -> None:
    put(episode, "cancelled")
    shown = page(episode)
    assert "Your clinic has stopped this plan: no more texts or emails come." in shown
    assert "If you were treated on Fri 20 Nov, what stands here still holds." in shown
    for kept in ("Do not wax", "Signs: new pain in", "Get help at once", "tel:+441632960123"):
        assert kept in shown
    assert "calendar.ics" not in shown


def test_a_cancelled_plan_whose_rules_are_over_has_ended(episode: Episode) -> None:
    put(episode, "cancelled")
    shown = at(episode, NOW + timedelta(days=40))
    assert "Your plan has ended" in shown
    assert "has stopped this plan" not in shown


def test_it_says_which_cancelled_treatment_it_leaves_out(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    put(second(first, "left"), "cancelled")
    said = "has stopped the plan for a treatment on Tue 24 Nov, and this page leaves it out"
    assert said in at(first, SECOND)


def test_a_paused_plan_says_so_and_what_comes_all_the_same(episode: Episode) -> None:
    assert "paused" not in page(episode)
    put(episode, "paused")
    shown = read(page(episode))
    assert "Your texts and emails are paused. What stands here holds all the same." in shown
    assert "Messages that are too important to pause still come: “Signs of a clot”." in shown
    assert "Do not wax" in shown


def test_a_pause_speaks_of_the_ways_that_are_used(clinic: Clinic) -> None:
    found = enrolled(clinic, channels=("sms",))
    put(found, "paused")
    assert "Your texts are paused." in page(found)


def test_nothing_still_comes_where_everything_is_stopped(episode: Episode) -> None:
    put(episode, "paused")
    for channel in ("sms", "email"):
        Client().post(link(episode, "/messages"), {"channel": channel, "wish": "stop"})
    shown = page(episode)
    assert "You stopped texts and emails: no reminders come." in shown
    assert "still come" not in shown


def test_a_pause_of_one_treatment_is_of_that_one(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    put(second(first, "right"), "paused")
    assert "The texts and emails for your treatment on Tue 24 Nov are paused." in at(first, SECOND)


def test_the_days_behind_today_and_ahead_stand_in_their_order(episode: Episode) -> None:
    assert days(at(episode, NOW + timedelta(days=5))) == [
        "Fri 20 Nov Treatment Cool compress: ended at 17:00",
        "Sat 21 Nov No vigorous washing: the minimum ended at 03:00. If you are unsure, ask us before you "
        "start again. Leg raised: ended at 15:00 Gentle activity: ended at 15:00",
        "Mon 23 Nov Stockings day and night: ended at 15:00 Stockings in the daytime: from 15:00",
        "Wed 25 Nov Today Nothing begins or ends today.",
        "Fri 27 Nov Stockings in the daytime: until the end of the day",
        "Fri 4 Dec No heat: at least until the end of the day. If you are unsure, ask us before you start "
        "again. No exercise: until the end of the day No flying: until the end of the day",
        "Fri 18 Dec No waxing: until the end of the day",
    ]


def test_what_ended_earlier_today_has_ended(episode: Episode) -> None:
    today = next(day for day in days(at(episode, NOW + timedelta(hours=20))) if "Today" in day)
    assert "the minimum ended at 03:00" in today
    assert "Leg raised: until 15:00" in today


def test_times_name_their_zone_where_it_is_not_the_clinics(clinic: Clinic, episode: Episode) -> None:
    assert "time)" not in page(episode)
    Clinic.objects.filter(pk=clinic.pk).update(timezone="Europe/Madrid")
    assert "Until 15:00 on Mon 23 Nov (London time)" in rules(page(episode))[1]


def test_it_says_when_the_urgent_number_is_answered_and_which_one_is_else(
    clinic: Clinic, episode: Episode
) -> None:
    hours = {"urgent_hours": "Mon-Fri 9:00-17:00", "out_of_hours_phone": "+441632960456"}
    Clinic.objects.filter(pk=clinic.pk).update(**hours)
    urgent = page(episode).split('class="urgent"')[1]
    assert "The clinic answers: Mon-Fri 9:00-17:00. At all other times: +44 1632 960456" in read(urgent)
    assert 'href="tel:+441632960456"' in urgent


def test_a_page_that_breaks_still_says_what_cannot_wait(clinic: Clinic, episode: Episode) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(urgent_phone="")
    answer = Client(raise_request_exception=False).get(link(episode))
    shown = answer.content.decode()
    assert answer.status_code == 500
    for words in ("chest pain: go to a hospital now", "call your clinic now", "walk-in centre or A&amp;E"):
        assert words in shown
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_says_that_texts_are_stopped_and_where_the_signs_of_a_clot_stand(episode: Episode) -> None:
    assert "You stopped" not in page(episode)
    Client().post(link(episode, "/messages"), {"channel": "sms", "wish": "stop"})
    shown = read(page(episode))
    assert "You stopped texts: no reminders come by text." in shown
    assert "A clot in the leg is a small risk but an emergency" in shown


@pytest.mark.parametrize(("channels", "all_stopped"), [(("sms",), True), (("sms", "email"), False)])
def test_important_messages_are_stopped_where_no_way_is_left(
    channels: tuple[str, ...], all_stopped: bool, clinic: Clinic
) -> None:
    episode = enrolled(clinic, channels=channels)
    Client().post(link(episode, "/messages"), {"channel": "sms", "wish": "stop"})
    assert ("Even the most important messages are stopped:" in page(episode)) == all_stopped


def test_an_emergency_is_named_once_in_a_row(episode: Episode) -> None:
    assert page(episode).count("In an emergency") == 1
