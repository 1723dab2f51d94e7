"""What a draft does to everybody enrolled, on a page: counts in slices, then patient by patient."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduler.changes import SkipReminder
from scheduler.domain.edits.worded import may_read_otherwise
from scheduler.editions import check, protocol_of
from scheduler.models import Clinic, Episode, Event
from scheduler.plans import slices
from scheduler.web.timings import effect
from tests.editions.drafts import SAM, begin, change
from tests.enrolment.clinics import NOW, rows
from tests.plans.changing import do
from tests.rollout.everybody import publish
from tests.web.drafted import C, drafted, some
from tests.web.people import enrolled


def shown(client: Client, url: str = f"{C}/effect", status: int = 200, **headers: str) -> str:
    answer = client.get(url, headers=headers or None)
    assert answer.status_code == status
    return answer.content.decode()


def count(page: str, label: str) -> int:
    found = re.search(rf"{label}</th><td class=\"number\">(\d+)", page)
    assert found, label
    return int(found[1])


def carried(page: str) -> str:
    found = re.search(r'name="look" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "STEP", 1)
    monkeypatch.setattr(effect, "SLICE", 0.0)


def test_it_counts_what_moves_and_what_reads_otherwise(staff: Client, clinic: Clinic) -> None:
    some(clinic)
    drafted(clinic, evening="17:00", lines__waxing__sms="No waxing until {no-waxing.date}.")
    before = rows()
    page = shown(staff)
    assert count(page, "Patients with something to come") == 3
    assert count(page, "Messages that move") > 0
    assert count(page, "Messages that go when they did, in other words") > 0
    assert count(page, "Patients who were told another date and get a text that corrects it") == 0
    assert rows() == before


def test_it_says_that_for_new_patients_nobody_enrolled_is_touched(admin: Client, clinic: Clinic) -> None:
    drafted(clinic)
    page = shown(admin)
    assert "The plans that run now stay as they are" in page
    assert "Nobody has anything to come" in page


@pytest.mark.usefixtures("one_at_a_time")
def test_it_goes_on_where_the_last_slice_ended_and_comes_to_the_same(admin: Client, clinic: Clinic) -> None:
    some(clinic)
    drafted(clinic)
    page = shown(admin)
    assert "1 of 3 patients looked at" in page
    assert f'href="{C}/effect?stopped=1"' in page
    page = shown(admin, f"{C}/effect?look={carried(page)}", **{"HX-Request": "true"})
    assert "2 of 3" in page
    assert "<html" not in page
    page = shown(admin, f"{C}/effect?look={carried(page)}")
    page = shown(admin, f"{C}/effect?look={carried(page)}")
    assert count(page, "Patients with something to come") == 3


def test_it_stops_where_that_is_wanted(admin: Client, clinic: Clinic) -> None:
    drafted(clinic)
    assert "Stopped. Nothing was changed." in shown(admin, f"{C}/effect?stopped=1")


@pytest.mark.usefixtures("one_at_a_time")
def test_a_stale_look_says_who_changed_what(admin: Client, clinic: Clinic) -> None:
    some(clinic)
    draft = drafted(clinic)
    page = shown(admin)
    change(clinic, draft.revision, SAM, morning="10:00")
    page = shown(admin, f"{C}/effect?look={carried(page)}")
    assert "sam@example.com set morning to 10:00" in page
    assert "Look again" in page


@pytest.mark.usefixtures("one_at_a_time")
def test_a_person_who_changes_a_plan_makes_it_stale(admin: Client, clinic: Clinic) -> None:
    some(clinic)
    episode = enrolled(clinic, name="Jo Example", mobile="07700 900199")
    drafted(clinic)
    page = shown(admin)
    do(episode, SkipReminder("day-6"), NOW, actor=SAM)
    assert "Plans were changed meanwhile by sam@example.com" in shown(
        admin, f"{C}/effect?look={carried(page)}"
    )


@pytest.mark.parametrize("typed", ["x", "a:b:c", ""])
def test_what_was_not_sealed_here_is_not_believed(typed: str, admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    drafted(clinic)
    assert count(shown(admin, f"{C}/effect?look={typed}"), "Patients with something to come") == 1


def test_it_shows_each_patient_with_a_link(staff: Client, clinic: Clinic) -> None:
    some(clinic)
    drafted(clinic)
    page = shown(staff, f"{C}/effect/patients")
    for episode in Episode.objects.for_clinic(clinic):
        assert f'href="/c/leafy/episodes/{episode.pk}"' in page
    assert "Fri 18 Dec, 17:00" in page


def test_it_turns_the_pages_of_patients(
    staff: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effect, "PAGE", 2)
    some(clinic)
    drafted(clinic)
    first = shown(staff, f"{C}/effect/patients")
    found = re.search(r'href="\?after=(\d+)"', first)
    assert found
    assert first.count("/episodes/") == 2
    assert shown(staff, f"{C}/effect/patients?after={found[1]}").count("/episodes/") == 1
    assert staff.get(f"{C}/effect/patients?after=x").status_code == 302


def test_it_asks_no_more_for_more_patients(staff: Client, clinic: Clinic) -> None:
    drafted(clinic, lines__waxing__sms="No waxing until {no-waxing.date}.")
    for url in (f"{C}/effect", f"{C}/effect/patients"):
        some(clinic, 1)
        shown(staff, url)
        with CaptureQueriesContext(connection) as few:
            shown(staff, url)
        some(clinic, 8)
        with CaptureQueriesContext(connection) as many:
            shown(staff, url)
        assert len(many) == len(few)


def test_it_says_what_stands_in_the_way(admin: Client, clinic: Clinic) -> None:
    assert "There is no draft" in shown(admin)
    draft = begin(clinic)
    change(clinic, draft.revision, lines__waxing__sms="{nothing}")
    page = shown(admin)
    assert "fault" in page
    assert "Go to the draft" in page


def test_it_waits_for_the_edition_that_is_on_its_way(admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    drafted(clinic)
    publish(clinic)
    assert "still on its way to everybody" in shown(admin)
    assert Event.objects.for_clinic(clinic).filter(kind="edition-rolled-out").count() == 0


def test_messages_that_only_go_at_other_times_are_not_written_anew(clinic: Clinic) -> None:
    draft = drafted(clinic)
    assert draft.base
    assert may_read_otherwise(protocol_of(draft.base), check(draft).protocol) == frozenset()
