"""Clock changes are found by looking at the clock, and what moves then is shown."""

from datetime import UTC, date, datetime

import pytest

from scheduler.domain.rehearsal.cases import answers_of
from scheduler.domain.rehearsal.clocks import next_changes, quiet_weeks
from scheduler.domain.rehearsal.totals import Tally
from scheduler.domain.rehearsal.weekends import Moved, Weekend, around, cases_of, weekend
from tests.domain.plans import CONTACT, LINK, protocol

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/London", ["2027-03-28T01:00 02:00", "2027-10-31T02:00 01:00"]),
        ("America/New_York", ["2027-03-14T02:00 03:00", "2027-11-07T02:00 01:00"]),
        ("Australia/Lord_Howe", ["2027-04-04T02:00 01:30", "2027-10-03T02:00 02:30"]),
        ("Africa/Casablanca", ["2027-02-07T03:00 02:00", "2027-03-14T02:00 03:00"]),
        ("America/Santiago", ["2027-04-04T00:00 23:00", "2027-09-05T00:00 01:00"]),
        ("Asia/Tokyo", []),
    ],
)
def test_it_finds_the_next_change_each_way(zone: str, changes: list[str]) -> None:
    found = [f"{c.before:%Y-%m-%dT%H:%M} {c.after:%H:%M}" for c in next_changes(zone, NOW)]
    assert found == changes


def test_a_change_that_is_just_over_is_not_the_next_one() -> None:
    before, at = datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert next_changes("Europe/London", before)[0].at == at
    assert next_changes("Europe/London", at)[0].date == date(2027, 3, 28)


def test_a_week_without_a_change_is_found_before_it() -> None:
    assert quiet_weeks("Europe/London", date(2026, 11, 20), date(2026, 12, 20)) == 0
    assert quiet_weeks("Europe/London", date(2026, 10, 20), date(2026, 10, 30)) == 1
    assert quiet_weeks("Europe/London", date(2026, 1, 1), date(2026, 12, 31)) is None


def spring_and_autumn(**settings: str) -> list[Weekend]:
    edition = protocol(**settings)
    days = [around(change, edition) for change in next_changes("Europe/London", NOW)]
    return [weekend(one, Tally(edition, CONTACT, LINK), cases_of(one, answers_of(edition))) for one in days]


def test_rules_in_hours_end_an_hour_later_in_spring_and_earlier_in_autumn() -> None:
    spring, autumn = spring_and_autumn()
    for found, minutes in ((spring, 60), (autumn, -60)):
        assert {end.minutes for end in found.ends} == {minutes}
        assert {end.phase for end in found.ends} >= {"compression-continuous", "elevation"}
        assert "no-heat" not in {end.phase for end in found.ends}


def test_the_first_night_off_moves_with_them() -> None:
    spring, autumn = spring_and_autumn()
    moved = {(one.key, one.usual, one.then) for one in spring.moved}
    assert {("night-off", "18:00", "19:00"), ("night-off", "20:00", "10:00 (+1 day)")} <= moved
    assert {(one.key, one.usual, one.then) for one in autumn.moved} == {("night-off", "20:00", "19:00")}


def test_a_text_named_for_the_hour_that_never_comes_moves_out_of_it() -> None:
    spring, _ = spring_and_autumn(morning="01:30", sending_from="00:30")
    assert any((one.key, one.usual, one.then) == ("day-1", "01:30", "02:00") for one in spring.moved)


def test_a_longer_rule_reaches_the_change_from_further_back() -> None:
    change = next_changes("Europe/London", NOW)[0]
    assert around(change, protocol()).reach == 4
    assert around(change, protocol(), protocol(continuous_wear="7d")).reach == 8


def test_the_sums_are_those_of_the_treatments_around_it() -> None:
    spring, _ = spring_and_autumn()
    # Six days, seven hours of each, two answers.
    assert spring.totals.patients == 6 * 7 * 2
    assert spring.totals.texts > spring.totals.patients


def test_what_is_sent_then_alone_has_no_usual_time() -> None:
    spring, _ = spring_and_autumn()
    assert Moved("day-3", "3 days after treatment", "-", "09:00") in spring.moved
