"""What a clinic really changes: each is one value, and everything else follows."""

import pytest

from scheduler.domain.clinic_values import SettingFault, with_settings
from tests.domain.oracle import assert_true_throughout
from tests.domain.plans import LEAFLET, plan, protocol, schedule, treatment

EDITS: dict[str, dict[str, str]] = {
    "as the leaflet has it": {},
    "seven days day and night": {"continuous_wear": "7d"},
    "six weeks without waxing": {"no_waxing": "6w"},
    "flying 35 days": {"no_flying": "35d"},
    "flying 4 days": {"no_flying": "4d"},
    "flying 14 days": {"no_flying": "14d"},
    "flying as told in person": {"no_flying": "in-person"},
    "morning at 10:00": {"morning": "10:00"},
    "sending hours end at 18:00": {"sending_until": "18:00"},
    "heat three weeks": {"no_heat": "21d"},
    "exercise three weeks": {"no_exercise": "3w"},
}


@pytest.mark.parametrize("area", ["small", "large"])
@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("hour", ["06:10", "15:00", "21:40"])
def test_every_text_is_still_true(edit: str, area: str, hour: str) -> None:
    assert_true_throughout(EDITS[edit], treatment(f"2026-11-20T{hour}", area))


def test_seven_days_day_and_night_move_all_that_hangs_on_them() -> None:
    timeline = plan(settings={"continuous_wear": "7d"})
    assert [p.last_day for p in timeline.phases[:2]] == [7, 11]
    times = schedule(timeline)
    assert times["night-off"] == "2026-11-27T18:00"
    assert times["day-11"] == "2026-12-01T09:00"
    assert times["day-3"] == "2026-11-23T09:00"  # no other text that day says how to wear them


def test_six_weeks_without_waxing_move_the_text_about_its_end() -> None:
    assert schedule(plan(settings={"no_waxing": "6w"}))["day-28"] == "2027-01-01T18:00"


def test_the_morning_is_one_value() -> None:
    moved = {k for k, t in schedule(plan(settings={"morning": "10:30"})).items() if t.endswith("10:30")}
    assert moved == {"day-1", "day-2", "clot-signs", "day-7", "day-10"}


def test_sending_hours_pull_evening_texts_in() -> None:
    times = schedule(plan("2026-11-20T11:00", settings={"sending_until": "18:00"}))
    assert times["first-evening"] == "2026-11-20T17:30"
    assert times["day-14"] == "2026-12-04T17:30"


def test_a_length_by_answer_can_be_changed_for_one_answer() -> None:
    settings = {"further_wear.small": "6d"}
    assert plan(settings={"further_wear__small": "6d"}).phases[1].last_day == 9
    assert with_settings(LEAFLET, settings).values["further_wear"].lengths["large"].days == 7
    assert protocol(further_wear="5d").values["further_wear"].lengths["large"].days == 5


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("no_such", "1d", "there is no such value"),
        ("no_heat", "two weeks", "is not a length"),
        ("no_heat", "0d", "out of range"),
        ("no_heat", "9999d", "out of range"),
        ("no_heat", "omit", "is not a length"),
        ("further_wear.tiny", "1d", "there is no such answer"),
        ("no_heat.small", "1d", "there is no such answer"),
        ("morning", "9", "is not a time of day"),
        ("morning", "25:00", "is not a time of day"),
        ("sending_until", "09:00", "four hours"),
        ("sending_from", "22:00", "four hours"),
    ],
)
def test_an_impossible_value_is_named(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingFault, match=sentence) as fault:
        with_settings(LEAFLET, {name: value})
    assert fault.value.name == name
