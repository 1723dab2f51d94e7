"""Plans across the weekends on which clocks change. Wall times stay; hours are elapsed."""

import pytest

from scheduler.domain.localtime import to_wall
from tests.domain.plans import at, plan, schedule, utc


@pytest.mark.parametrize(
    ("zone", "treated", "key", "due"),
    [
        ("Europe/London", "2026-03-27T15:00", "day-1", "2026-03-28T09:00"),
        ("Europe/London", "2026-03-27T15:00", "day-2", "2026-03-29T08:00"),
        ("Europe/London", "2026-10-24T15:00", "day-1", "2026-10-25T09:00"),
        ("Europe/London", "2027-03-27T15:00", "day-1", "2027-03-28T08:00"),
        ("Europe/London", "2027-10-30T15:00", "day-1", "2027-10-31T09:00"),
        ("America/New_York", "2026-10-31T15:00", "day-1", "2026-11-01T14:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:00", "day-1", "2026-10-03T22:00"),
        ("Africa/Casablanca", "2026-03-21T15:00", "day-1", "2026-03-22T08:00"),
    ],
)
def test_texts_keep_their_wall_time(zone: str, treated: str, key: str, due: str) -> None:
    reminder = next(r for r in plan(treated, zone=zone).reminders if r.key == key)
    assert reminder.due_at == utc(due)
    assert f"{reminder.due_local:%M}" == "00"


@pytest.mark.parametrize(
    ("zone", "treated", "ends"),
    [
        ("Europe/London", "2026-03-27T15:00", "2026-03-30T16:00"),
        ("Europe/London", "2026-10-23T15:00", "2026-10-26T14:00"),
        ("Europe/London", "2027-03-26T15:00", "2027-03-29T16:00"),
        ("Europe/London", "2027-10-29T15:00", "2027-11-01T14:00"),
        ("America/New_York", "2026-10-30T15:00", "2026-11-02T14:00"),
        ("Australia/Lord_Howe", "2026-10-02T15:00", "2026-10-05T15:30"),
        ("Africa/Casablanca", "2026-03-20T15:00", "2026-03-23T16:00"),
    ],
)
def test_three_days_of_stockings_are_seventy_two_hours(zone: str, treated: str, ends: str) -> None:
    timeline = plan(treated, zone=zone)
    wall = to_wall(zone, timeline.phases[0].ends_at)
    assert f"{wall:%Y-%m-%dT%H:%M}" == ends


def test_a_late_evening_before_the_spring_change_still_counts_as_three_days() -> None:
    timeline = plan("2026-03-27T23:30")
    continuous, daytime = timeline.phases[:2]
    assert continuous.ends_at == at("2026-03-31T00:30")
    assert (continuous.last_day, daytime.last_day) == (4, 7)
    assert schedule(timeline)["night-off"] == "2026-03-31T10:00"


def test_an_early_morning_before_the_autumn_change_still_counts_as_three_days() -> None:
    timeline = plan("2026-10-23T00:30")
    continuous, daytime = timeline.phases[:2]
    assert continuous.ends_at == at("2026-10-25T23:30")
    assert (continuous.last_day, daytime.last_day) == (2, 7)
    assert schedule(timeline)["night-off"] == "2026-10-26T18:00"


def test_days_end_with_the_local_day_after_a_change() -> None:
    heat = next(p for p in plan("2026-10-20T15:00").phases if p.id == "no-heat")
    assert heat.ends_at == utc("2026-11-04T00:00")
