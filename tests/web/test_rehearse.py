"""Rehearsing a draft on its page, beside today's edition."""

import re

import pytest
from django.test import Client

from scheduler.models import Clinic
from scheduler.rehearsal import slices
from scheduler.web.timings import rehearse
from tests.editions.drafts import SAM, change
from tests.enrolment.clinics import bare_clinic, rows
from tests.web.drafted import C, drafted, some
from tests.web.people import member, signed_in

URL = f"{C}/rehearse"
PAST = "over=past&first=2026-11-01&last=2026-11-30&edition=draft"
MADE = "over=made&made=3&edition=draft"


def shown(client: Client, query: str = "", status: int = 200) -> str:
    answer = client.get(f"{URL}?{query}" if query else URL)
    assert answer.status_code == status
    return answer.content.decode()


def figures(page: str, label: str) -> list[str]:
    found = re.search(rf"<th scope=\"row\">{label}</th>(.*?)</tr>", page)
    assert found, label
    return re.findall(r">([^<>]*)</td>", found[1])


@pytest.fixture
def in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "STEP", 1)
    monkeypatch.setattr(rehearse, "SLICE", 0.0)


def test_it_counts_past_enrolments_beside_todays_edition(staff: Client, clinic: Clinic) -> None:
    some(clinic)
    drafted(clinic, **{"messages__day-10": "off"})
    before = rows()
    page = shown(staff, PAST)
    today, rehearsed, difference = figures(page, "Messages")
    assert (int(rehearsed) - int(today), difference) == (-3, "-3")
    assert 'class="bar-rehearsed"' in page
    assert "so there is no cost" in page
    assert rows() == before


def test_it_says_what_that_costs(staff: Client, clinic: Clinic) -> None:
    clinic.segment_price, clinic.currency = "0.04", "GBP"
    clinic.save()
    drafted(clinic)
    page = shown(staff, MADE)
    segments, cost = figures(page, "Segments"), figures(page, "Cost, GBP")
    assert float(cost[0]) == pytest.approx(int(segments[0]) * 0.04)


@pytest.mark.usefixtures("in_slices")
@pytest.mark.parametrize("query", [PAST, MADE])
def test_slices_come_to_what_one_request_comes_to(
    query: str, staff: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(clinic)
    drafted(clinic, sending_from="10:00", morning="09:30")
    page = shown(staff, query)
    assert "1 of 3 patients rehearsed" in page
    for _ in range(2):
        found = re.search(r'name="run" value="([^"]+)"', page)
        assert found
        page = staff.post(f"{URL}?{query}", {"run": found[1]}).content.decode()
    monkeypatch.setattr(rehearse, "SLICE", 60.0)
    whole = shown(staff, query)
    assert page[page.index('id="sums-head"') :] == whole[whole.index('id="sums-head"') :]


@pytest.mark.usefixtures("in_slices")
def test_a_draft_that_changes_meanwhile_begins_anew(staff: Client, clinic: Clinic) -> None:
    draft = drafted(clinic)
    page = shown(staff, MADE)
    change(clinic, draft.revision, SAM, morning="10:00")
    found = re.search(r'name="run" value="([^"]+)"', page)
    assert found
    assert "Rehearse again." in staff.post(f"{URL}?{MADE}", {"run": found[1]}).content.decode()


@pytest.mark.parametrize("number", [0, 1])
def test_it_looks_at_the_weekends_on_which_the_clocks_change(
    number: int, staff: Client, clinic: Clinic
) -> None:
    drafted(clinic)
    page = shown(staff, f"over=clocks&edition=draft&change={number}")
    assert ("The clocks go forward on Sunday 28 March" if number == 0 else "The clocks go back on") in page
    assert "What goes at another time on that weekend" in page or "Rules that end" in page


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("over=past&first=&last=2026-11-30", "first", "Give a date."),
        ("over=past&first=2026-11-30&last=2026-11-01", "last", "This is before the first date"),
        ("over=past&first=x&last=2026-11-01", "first", "This is not a date."),
        ("over=past&first=0001-01-01&last=2026-11-01", "first", "Give a date."),
        ("over=past&first=2026-11-01&last=9999-12-31", "last", "Give a date."),
        ("over=made&made=", "made", "Give a whole number."),
        ("over=made&made=0", "made", "Give a number from 1 on."),
        ("over=made&made=999999", "made", "20000 are the most."),
        ("over=made&made=x", "made", "Give a whole number."),
        ("over=what", "over", "Choose over what."),
        ("over=made&made=2&edition=7", "edition", "There is no such edition."),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    query: str, field: str, sentence: str, staff: Client, clinic: Clinic
) -> None:
    assert f'id="id_{field}_error">{sentence}' in shown(staff, query, 422)


def test_it_says_that_nobody_is_enrolled_in_a_period(staff: Client, clinic: Clinic) -> None:
    assert "is enrolled here" in shown(staff, PAST.replace("&edition=draft", ""))


def test_without_an_edition_there_is_nothing_beside_it(db: None) -> None:
    client = signed_in(member(bare_clinic(), "admin"))
    assert "There is no edition yet" in shown(client, "over=made&made=2")
