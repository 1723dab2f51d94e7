"""The patient's calendar: all treatments, each rule once, and the same entries when the plan changes."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from icalendar import Calendar

from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode, Patient, Reminder
from scheduler.plans import renew
from tests.enrolment.clinics import asked
from tests.web.people import enrolled

SECOND = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def entries(episode: Episode) -> dict[str, Calendar]:
    answer = Client().get(f"/p/{episode.patient.page_token}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(answer.content).walk("VEVENT")}


def titled(entries: dict[str, Calendar], title: str) -> list[tuple[date, date]]:
    found = [entry for entry in entries.values() if str(entry["SUMMARY"]) == title]
    return sorted((entry["DTSTART"].dt, entry["DTEND"].dt) for entry in found)


def again(first: Episode, **values: str) -> Episode:
    asking = asked(first.clinic, patient=str(first.patient_id), treated="2026-11-24T10:00", **values)
    return enrol(asking, "nurse@example.com", SECOND).episode


def test_it_has_every_rule_that_ends_and_every_reminder(episode: Episode) -> None:
    shown = entries(episode)
    assert titled(shown, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 5))]
    assert len(titled(shown, "Aftercare reminder")) == episode.reminders.count()


def test_it_names_nobody_and_nothing_that_is_sent(clinic: Clinic) -> None:
    token = enrolled(clinic, name="Zebedee Quill").patient.page_token
    shown = Client().get(f"/p/{token}/calendar.ics").content.decode()
    for private in ("Zebedee", "900123", "sam@", "Leafy", "Signs of a clot"):
        assert private not in shown


def test_a_second_treatment_moves_the_end_of_the_same_entry(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    before = entries(first)
    again(first, site="left")
    after = entries(first)
    uid = next(uid for uid, entry in before.items() if str(entry["SUMMARY"]) == "No exercise")
    assert (before[uid]["DTEND"].dt, after[uid]["DTEND"].dt) == (date(2026, 12, 5), date(2026, 12, 9))
    assert len(titled(after, "No exercise")) == 1
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        assert after[uid][name].dt == SECOND > before[uid][name].dt
    assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]


def test_what_another_text_says_has_no_entry(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, site="left")
    planned = Reminder.objects.across_clinics().filter(episode__in=[first, second], status="scheduled")
    shown = entries(first)
    assert len(titled(shown, "Aftercare reminder")) == planned.count()
    assert len(shown) == len({str(entry["UID"]) for entry in shown.values()})


def test_the_legs_are_named_where_both_are_treated(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    again(first, site="right")
    shown = entries(first)
    assert titled(shown, "No waxing, left leg") == [(date(2026, 11, 20), date(2026, 12, 19))]
    assert titled(shown, "No waxing, right leg") == [(date(2026, 11, 24), date(2026, 12, 23))]
    assert titled(shown, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 9))]


def test_it_says_that_it_changed_when_a_treatment_is_cancelled(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, site="left")
    before = entries(first)
    Episode.objects.across_clinics().filter(pk=second.pk).update(state="cancelled")
    renew([first.patient_id], SECOND, actor="x")
    after = entries(first)
    assert titled(after, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 5))]
    assert min(e["SEQUENCE"] for e in after.values()) > max(e["SEQUENCE"] for e in before.values())


def test_a_plan_that_did_not_change_gives_the_same_file(episode: Episode) -> None:
    url = f"/p/{episode.patient.page_token}/calendar.ics"
    assert Client().get(url).content == Client().get(url).content


@pytest.mark.parametrize("site", ["left", ""])
def test_the_link_is_on_the_page_and_stays_when_somebody_is_treated_again(clinic: Clinic, site: str) -> None:
    first = enrolled(clinic, site="left")
    again(first, site=site)
    token = Patient.objects.for_clinic(clinic).get().page_token
    assert token == first.patient.page_token
    assert f'href="/p/{token}/calendar.ics"' in Client().get(f"/p/{token}").content.decode()
