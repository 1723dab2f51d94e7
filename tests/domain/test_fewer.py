"""Fewer texts: what is critical, what opens a plan, and what is said as a rule begins or ends stays."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from scheduler.domain.message import render_together
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol_file import load
from scheduler.domain.timeline import Timeline, timeline_of
from tests.domain.chart import Chart
from tests.domain.oracle import Facts, assert_true_throughout
from tests.domain.plans import CONTACT, LINK, at, plan, protocol, treatment
from tests.domain.test_properties import late, treatments, values

MOON_BATH = load(Path(__file__).with_name("made_up.yaml"))


def fewer(treated: str = "2026-11-20T15:00", area: str = "small", **settings: str) -> Timeline:
    return timeline_of(protocol(**settings), replace(treatment(treated, area), fewer=True))


def keys(timeline: Timeline) -> list[str]:
    return [one.key for one in timeline.reminders]


@pytest.mark.parametrize(
    ("area", "settings", "left"),
    [
        ("small", {}, ["welcome", "night-off", "clot-signs", "day-7", "day-14", "day-28"]),
        ("large", {}, ["welcome", "night-off", "clot-signs", "day-10", "day-14", "day-28"]),
        # The sixth day is the last with stockings, and no text of its own says so.
        (
            "small",
            {"further_wear": "3d"},
            ["welcome", "night-off", "clot-signs", "day-6", "day-14", "day-28"],
        ),
        (
            "small",
            {"no_flying": "10d"},
            ["welcome", "night-off", "clot-signs", "day-7", "flying-over", "day-14", "day-28"],
        ),
    ],
)
def test_these_are_left(area: str, settings: dict[str, str], left: list[str]) -> None:
    assert keys(fewer(area=area, **settings)) == left


def test_what_rides_in_another_text_stays_there() -> None:
    (welcome, *_) = fewer("2026-11-20T17:00").reminders
    assert welcome.folds == ("first-evening",)
    assert next(r for r in fewer(no_flying="14d").reminders if r.key == "day-14").folds == ("flying-over",)


def test_who_wants_fewer_is_told_why_the_others_do_not_go() -> None:
    reasons = {one.key: one.reason for one in fewer().unsent}
    assert reasons == dict.fromkeys(
        ["first-evening", "day-1", "day-2", "day-5", "day-6", "day-10"], "fewer-texts"
    )


def test_it_follows_from_the_timing_and_not_from_a_list() -> None:
    """The hat is worn from the second day to the fifth: of its three days the last is told."""
    t0 = at("2026-11-20T15:00")
    timeline = timeline_of(MOON_BATH, Treatment(t0, "Europe/London", {"skin": "pale"}, t0, fewer=True))
    assert keys(timeline) == ["hello", "hats-on", "day-5"]


@given(late, values)
def test_nothing_that_is_needed_is_missing(treated: Treatment, chosen: dict[str, str]) -> None:
    rules = protocol(**chosen)
    whole, less = timeline_of(rules, treated), timeline_of(rules, replace(treated, fewer=True))
    spared = {one.key for one in less.unsent if one.reason == "fewer-texts"}
    carried = {name for one in less.reminders for name in one.folds}
    for one in whole.reminders:
        if one.kind != "daily":
            assert one.key in keys(less)
        for name in one.folds:
            assert name in carried | spared | set(keys(less))
    kinds = {one.key: one.kind for one in whole.reminders}
    assert {kinds.get(key, "daily") for key in spared} <= {"daily"}
    assert len(less.reminders) <= len(whole.reminders)
    assert [one.last for one in less.reminders] == [False] * (len(less.reminders) - 1) + [True] * bool(
        less.reminders
    )


@given(treatments(desk=True), values)
def test_every_end_is_told_of_when_it_comes(treated: Treatment, chosen: dict[str, str]) -> None:
    facts = Facts(chosen, treated)
    less = timeline_of(protocol(**chosen), replace(treated, fewer=True))
    said = [
        (one.due_local.date(), render_together(less.parts(one), CONTACT, LINK, one.due_at).sms)
        for one in less.reminders
    ]
    whole = timeline_of(protocol(**chosen), treated)
    if any("Daytime stockings end" in say(whole, key) for key in keys(whole)):
        assert any("Daytime stockings end" in sms for day, sms in said if day == facts.daytime_last)
    assert any("No-waxing period ends" in sms for _, sms in said)


def say(timeline: Timeline, key: str) -> str:
    one = next(one for one in timeline.reminders if one.key == key)
    return render_together(timeline.parts(one), CONTACT, LINK, one.due_at).sms


@given(late, values)
def test_what_is_left_is_true(treated: Treatment, chosen: dict[str, str]) -> None:
    assert_true_throughout(chosen, replace(treated, fewer=True))


def test_it_can_be_changed_and_changed_back() -> None:
    chart = Chart(at("2026-11-20T15:00"))
    chart.enrol(protocol(), treatment("2026-11-20T15:00"))
    whole = [row.key for row in chart.pending()]
    diff = chart.change(0, fewer=True)
    assert {step.reason for step in diff.steps if step.effect == "vanishes"} == {"fewer-texts"}
    assert [row.key for row in chart.pending()] == keys(fewer())
    chart.change(0, fewer=False)
    assert [row.key for row in chart.pending()] == whole == keys(plan())
