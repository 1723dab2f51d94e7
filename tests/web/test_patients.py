import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.logging import mask_people
from scheduler.models import Clinic, Episode, Reminder
from scheduler.web.episodes import search
from tests.enrolment.clinics import NOW
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/"


def page(client: Client, **asked: str) -> str:
    return client.get(URL, asked).content.decode()


def names(client: Client, **asked: str) -> list[str]:
    """Who is shown, in order."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page(client, **asked))


def test_it_says_that_nobody_is_enrolled_yet(staff: Client) -> None:
    assert "Nobody is enrolled yet" in page(staff)


def test_it_shows_the_day_and_the_next_message(staff: Client, episode: Episode) -> None:
    shown = page(staff)
    assert "Sam Example" in shown
    assert "Day of treatment" in shown
    assert "Fri 20 Nov, 15:30" in shown


def test_it_marks_a_patient_who_needs_a_person(staff: Client, episode: Episode) -> None:
    Reminder.objects.across_clinics().filter(episode=episode, key="day-2").update(status="failed")
    assert "Needs a person" in page(staff)


@pytest.mark.parametrize(
    ("key", "reason", "marked"),
    [
        ("clot-signs", "past-send-by", True),
        ("clot-signs", "by-person", False),
        ("day-2", "past-send-by", False),
    ],
)
def test_a_skipped_text_needs_a_person_where_it_is_critical_and_unsaid(
    staff: Client, episode: Episode, key: str, reason: str, marked: bool
) -> None:
    skipped = Reminder.objects.across_clinics().filter(episode=episode, key=key)
    skipped.update(status="skipped", status_reason=reason)
    assert ("Needs a person" in page(staff)) is marked


def test_it_shows_nobody_of_another_clinic(staff: Client, other_clinic: Clinic) -> None:
    enrolled(other_clinic, name="Somebody Else")
    assert "Somebody Else" not in page(staff)


def test_it_says_that_nothing_leaves_this_machine(staff: Client) -> None:
    assert "Nothing leaves this machine" in page(staff)


@pytest.mark.parametrize("patients", [1, 5])
def test_it_needs_no_more_queries_for_more_patients(
    patients: int, staff: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(patients):
        enrolled(clinic, name=f"Sam {'ABCDE'[number]}")
    with django_assert_max_num_queries(11):
        page(staff)


def test_it_marks_a_patient_who_stopped_texts(staff: Client, episode: Episode) -> None:
    Client().post(f"/p/{episode.patient.page_token}/messages", {"channel": "sms", "wish": "stop"})
    assert "Stopped texts" in page(staff)


@pytest.mark.parametrize(("days", "said"), [(0, "With those of another"), (90, "the plan is finished")])
def test_it_says_where_another_treatment_speaks(
    days: int, said: str, clinic: Clinic, episode: Episode
) -> None:
    Reminder.objects.across_clinics().filter(episode=episode).update(status="superseded")
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        assert said in page(signed_in(member(clinic, "staff")))


@pytest.fixture
def three(clinic: Clinic) -> None:
    enrolled(clinic, name="Élodie McExample", treated="2026-11-20T12:00")
    enrolled(clinic, name="Sam_100% O'Example", mobile="07700 900777", treated="2026-11-20T13:00")
    enrolled(clinic, name="Robin Sample", mobile="07700 900456", treated="2026-11-20T14:00")


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("rob", ["Robin Sample"]),
        ("SAMPLE robin", ["Robin Sample"]),
        ("élo", ["Élodie McExample"]),
        ("ÉLODIE mcex", ["Élodie McExample"]),
        ("elodie", []),
        ("o'ex", ["Sam_100% O'Example"]),
        ("%", ["Sam_100% O'Example"]),
        ("m_1", ["Sam_100% O'Example"]),
        ("ple", ["Robin Sample", "Sam_100% O'Example", "Élodie McExample"]),
        ("07700 900456", ["Robin Sample"]),
        ("+44 7700 900456", ["Robin Sample"]),
        ("0044 (0)7700-900456", ["Robin Sample"]),
        ("0456", ["Robin Sample"]),
        ("00456", ["Robin Sample"]),
        ("77", ["Sam_100% O'Example"]),
        ("07700 900", ["Robin Sample", "Sam_100% O'Example", "Élodie McExample"]),
        ("456 robin", []),
        ("é[^]\\-*?", []),
        ("\x00", ["Robin Sample", "Sam_100% O'Example", "Élodie McExample"]),
    ],
)
def test_it_finds_by_name_or_number(staff: Client, three: None, term: str, found: list[str]) -> None:
    assert [unescape(name) for name in names(staff, q=term)] == found


def test_a_bracket_in_a_name_is_a_letter_like_others(staff: Client, clinic: Clinic) -> None:
    enrolled(clinic, name="Zoé] Example")
    assert names(staff, q="É]") == ["Zoé] Example"]


def test_what_many_are_called_is_looked_for_among_the_newest(
    staff: Client, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 1)
    assert len(names(staff, q="ple")) == 3


def test_it_says_that_nobody_is_found(staff: Client, three: None) -> None:
    shown = page(staff, q="<Nobody>", show="running")
    assert "Nobody is found." in shown
    assert 'value="&lt;Nobody&gt;"' in shown
    assert "Search among all plans" in shown


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("running", ["Running"]),
        ("paused", ["Paused"]),
        ("ended", ["Cancelled", "Over"]),
        ("", ["Paused", "Cancelled", "Running", "Over"]),
        ("nonsense", ["Paused", "Cancelled", "Running", "Over"]),
    ],
)
def test_it_shows_plans_of_one_state(staff: Client, clinic: Clinic, show: str, found: list[str]) -> None:
    over = enrolled(clinic, name="Over", treated="2026-11-20T09:00")
    long_ago = NOW - timedelta(days=30)
    Episode.objects.across_clinics().filter(pk=over.pk).update(treated_at=long_ago)
    for hour, name in enumerate(("Running", "Cancelled", "Paused"), start=10):
        one = enrolled(clinic, name=name, treated=f"2026-11-20T{hour}:00")
        state = name.lower() if name != "Running" else "active"
        Episode.objects.across_clinics().filter(pk=one.pk).update(state=state)
    assert names(staff, show=show) == found


def test_a_plan_runs_until_its_last_day_is_over(clinic: Clinic, episode: Episode) -> None:
    for days, said in ((28, "Running"), (29, "Ended")):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            assert f'<td data-head="Plan">{said}</td>' in page(
                signed_in(member(clinic, "staff", f"{days}@example.com"))
            )


def test_it_leafs_through_older_ones_and_back(
    staff: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.web.episodes.patients.PAGE", 2)
    # Two of them at the same minute: neither is left out between two pages.
    for name, hour in (("E", 9), ("D", 10), ("C", 10), ("B", 10), ("A", 11)):
        enrolled(clinic, name=name, treated=f"2026-11-20T{hour:02}:00")
    seen, link = [names(staff)], URL
    while found := re.search(r'href="(\?[^"]+)" rel="next"', staff.get(link).content.decode()):
        link = URL + unescape(found[1])
        seen.append(re.findall(r'<th scope="row"><a [^>]*>(.)<', staff.get(link).content.decode()))
    assert seen == [["A", "B"], ["C", "D"], ["E"]]
    back = re.search(r'href="(\?[^"]+)" rel="prev"', staff.get(link).content.decode())
    assert back is not None
    before = staff.get(URL + unescape(back[1])).content.decode()
    assert re.findall(r'<th scope="row"><a [^>]*>(.)<', before) == ["C", "D"]


@pytest.mark.parametrize("mark", ["x", "1-", "9" * 40, "-1-1", "9" * 17 + "-1", "1-9999999999999999999"])
def test_an_odd_mark_of_a_page_is_no_fault(staff: Client, episode: Episode, mark: str) -> None:
    for name in ("older", "newer"):
        assert staff.get(URL, {name: mark}).status_code == 200


def test_a_name_that_is_searched_is_not_logged(
    staff: Client, episode: Episode, caplog: pytest.LogCaptureFixture
) -> None:
    page(staff, q="Sam Example", show="running")
    (line,) = (mask_people(None, "", dict(one.msg)) for one in caplog.records if "code" in one.msg)
    assert line["request"] == "GET /c/leafy/?***"
    assert "Sam" not in str(line)
