from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain import localtime
from tests.domain.plans import LONDON, utc


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        (LONDON, "2026-11-20T15:00", "2026-11-20T15:00"),
        (LONDON, "2026-03-29T01:30", "2026-03-29T01:00"),  # a gap: the first valid minute after it
        (LONDON, "2027-03-28T01:00", "2027-03-28T01:00"),
        (LONDON, "2026-10-25T01:30", "2026-10-25T00:30"),  # a fold: the first of the two
        (LONDON, "2027-10-31T01:30", "2027-10-31T00:30"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # half an hour
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
        ("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:00"),  # after Ramadan
        ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00"),  # midnight does not exist
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # the whole day does not exist
    ],
)
def test_it_resolves_wall_time(zone: str, wall: str, instant: str) -> None:
    assert localtime.resolve(zone, datetime.fromisoformat(wall)) == utc(instant)


def test_it_gives_the_second_of_a_fold_when_asked() -> None:
    assert localtime.resolve(LONDON, datetime(2026, 10, 25, 1, 30), 1) == utc("2026-10-25T01:30")


@pytest.mark.parametrize(
    ("wall", "missing", "ambiguous"),
    [
        ("2026-03-29T00:59", False, False),
        ("2026-03-29T01:00", True, False),
        ("2026-03-29T02:00", False, False),
        ("2026-10-25T01:00", False, True),
        ("2026-10-25T01:59", False, True),
        ("2026-10-25T02:00", False, False),
    ],
)
def test_it_knows_the_odd_hours(wall: str, missing: bool, ambiguous: bool) -> None:
    moment = datetime.fromisoformat(wall)
    assert localtime.is_missing(LONDON, moment) is missing
    assert localtime.is_ambiguous(LONDON, moment) is ambiguous


@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    wall=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)),
)
def test_a_resolved_time_shows_on_the_clock_or_is_the_first_after_a_gap(zone: str, wall: datetime) -> None:
    wall = wall.replace(second=0, microsecond=0)
    shown = localtime.to_wall(zone, localtime.resolve(zone, wall))
    if localtime.is_missing(zone, wall):
        assert shown > wall
        assert localtime.is_missing(zone, shown - timedelta(minutes=1))
    else:
        assert shown == wall


@pytest.mark.parametrize(
    "name", ["Europe/Lundon", "", "../etc/passwd", "/etc/localtime", "Europe", "x" * 300]
)
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(localtime.UnknownZone, match="is not a time zone"):
        localtime.check_zone(name)


def test_dates_are_written_as_people_read_them() -> None:
    assert localtime.short_date(date(2026, 12, 4)) == "Fri 4 Dec"
