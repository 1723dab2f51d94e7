"""The plan of a treatment that is enrolled on time."""

from datetime import timedelta

import pytest

from tests.domain.plans import at, plan, schedule, utc

SMALL = {
    "welcome": "2026-11-20T15:00",
    "first-evening": "2026-11-20T19:00",
    "day-1": "2026-11-21T09:00",
    "day-2": "2026-11-22T09:00",
    "night-off": "2026-11-23T18:00",
    "clot-signs": "2026-11-24T09:00",
    "day-5": "2026-11-25T10:00",
    "day-6": "2026-11-26T10:00",
    "day-7": "2026-11-27T09:00",
    "day-10": "2026-11-30T09:00",
    "day-14": "2026-12-04T18:00",
    "day-28": "2026-12-18T18:00",
}
SEND_BY = {
    "welcome": "2026-11-21T15:00",
    "first-evening": "2026-11-20T20:30",
    "day-1": "2026-11-21T20:30",
    "night-off": "2026-11-24T20:30",  # 36 hours later is before sending hours open
    "clot-signs": "2026-12-04T20:30",
    "day-5": "2026-11-27T20:30",
    "day-7": "2026-11-27T20:30",
    "day-14": "2026-12-06T20:30",
    "day-28": "2026-12-20T20:30",
}
PHASES = {
    "compression-continuous": ("2026-11-23T15:00", 3),
    "compression-daytime": ("2026-11-28T00:00", 7),
    "elevation": ("2026-11-21T15:00", 1),
    "gentle-activity": ("2026-11-21T15:00", 1),
    "cool-compress": ("2026-11-20T17:00", 0),
    "gentle-washing": ("2026-11-21T03:00", 1),
    "no-rubbing": (None, None),
    "no-heat": ("2026-12-05T00:00", 14),
    "no-exercise": ("2026-12-05T00:00", 14),
    "no-waxing": ("2026-12-19T00:00", 28),
    "watch-clot": (None, None),
    "watch-infection": (None, None),
}


def test_small_veins_get_these_texts_at_these_times() -> None:
    assert schedule(plan()) == SMALL


def test_larger_areas_get_a_text_on_each_further_stocking_day() -> None:
    more = {"day-8": "2026-11-28T09:00", "day-9": "2026-11-29T09:00"}
    assert schedule(plan(area="large")) == SMALL | more


def test_each_text_has_its_last_moment() -> None:
    found = {r.key: r.send_by for r in plan().reminders if r.key in SEND_BY}
    assert found == {key: at(wall) for key, wall in SEND_BY.items()}


def test_rules_hold_until_these_moments() -> None:
    found = {p.id: (p.ends_at, p.last_day) for p in plan().phases}
    assert found == {name: (end and utc(end), day) for name, (end, day) in PHASES.items()}


def test_larger_areas_wear_stockings_through_day_ten() -> None:
    daytime = next(p for p in plan(area="large").phases if p.id == "compression-daytime")
    assert (daytime.ends_at, daytime.last_day) == (utc("2026-12-01T00:00"), 10)


def test_only_the_signs_of_a_clot_are_critical_and_only_the_last_text_is_the_last() -> None:
    reminders = plan().reminders
    assert [r.key for r in reminders if r.critical] == ["clot-signs"]
    assert [r.key for r in reminders if r.last] == ["day-28"]


def test_it_gives_the_same_result_twice() -> None:
    assert plan() == plan()


@pytest.mark.parametrize("treated", ["2026-11-20T16:01", "2026-11-20T18:00", "2026-11-20T19:30"])
def test_the_first_evening_is_folded_into_a_welcome_shortly_before_or_after_it(treated: str) -> None:
    timeline = plan(treated)
    assert "first-evening" not in schedule(timeline)
    assert timeline.reminders[0].folds == ("first-evening",)
    assert ("first-evening", "folded", "welcome") in [(u.key, u.reason, u.into) for u in timeline.unsent]


def test_a_treatment_three_hours_before_bedtime_keeps_both() -> None:
    assert "first-evening" in schedule(plan("2026-11-20T16:00"))


@pytest.mark.parametrize(
    ("treated", "night_off"),
    [
        ("2026-11-20T09:00", "2026-11-23T18:00"),
        ("2026-11-20T19:15", "2026-11-23T19:15"),  # never before 72 hours are over
        ("2026-11-20T20:29", "2026-11-23T20:29"),
        ("2026-11-20T20:30", "2026-11-24T10:00"),  # past sending hours: an hour after the signs of a clot
        ("2026-11-20T22:00", "2026-11-24T10:00"),
    ],
)
def test_the_first_night_without_stockings_is_told_when_it_is_true(treated: str, night_off: str) -> None:
    assert schedule(plan(treated))["night-off"] == night_off


def test_a_stocking_day_without_another_text_gets_one() -> None:
    assert schedule(plan("2026-11-20T22:00"))["day-3"] == "2026-11-23T09:00"


def test_at_the_desk_the_welcome_leaves_at_any_hour() -> None:
    welcome = plan("2026-11-20T22:00", enrolled="2026-11-20T22:10").reminders[0]
    assert (welcome.due_at, welcome.any_hour) == (at("2026-11-20T22:10"), True)


@pytest.mark.parametrize(
    ("enrolled", "desk"),
    [("2026-11-20T22:10", False), ("2026-11-21T01:05", True)],
    ids=["import", "3 hours later"],
)
def test_elsewhere_the_welcome_waits_for_sending_hours(enrolled: str, desk: bool) -> None:
    welcome = plan("2026-11-20T22:00", enrolled=enrolled, desk=desk).reminders[0]
    assert (welcome.key, welcome.due_at, welcome.any_hour) == ("welcome", at("2026-11-21T08:00"), False)


@pytest.mark.parametrize("hours", [72, 71])
def test_hours_are_elapsed_time_across_a_clock_change(hours: int) -> None:
    timeline = plan("2026-10-23T15:00", settings={"continuous_wear": f"{hours}h"})
    assert timeline.phases[0].ends_at == at("2026-10-23T15:00") + timedelta(hours=hours)


def test_two_texts_of_one_minute_follow_each_other() -> None:
    times = schedule(plan("2026-11-20T11:00", settings={"no_exercise": "28d", "no_waxing": "28d"}))
    assert (times["day-14"], times["day-28"]) == ("2026-12-18T18:00", "2026-12-18T18:30")


def test_one_for_which_the_day_has_no_room_goes_to_the_next() -> None:
    late = {"no_exercise": "28d", "no_waxing": "28d", "sending_until": "18:00"}
    times = schedule(plan("2026-11-20T11:00", settings=late))
    assert (times["day-14"], times["day-28"]) == ("2026-12-18T17:30", "2026-12-19T08:00")
