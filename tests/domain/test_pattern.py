"""A plan that is moved from the model day is the one that is worked out, on any day, in any zone."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.due import work_out_candidates
from scheduler.domain.localtime import is_steady
from scheduler.domain.pattern import candidates, course_of, pattern_of
from scheduler.domain.phases import Treatment, work_out
from scheduler.domain.timeline import timeline_of
from tests.domain.plans import LONDON, at, protocol
from tests.domain.test_properties import moments, values, zones


@given(zones, moments, st.sampled_from(["small", "large"]), values)
def test_it_is_the_one_that_is_worked_out(
    zone: str, treated_at: datetime, area: str, settings: dict[str, str]
) -> None:
    ours, treatment = protocol(**settings), Treatment(treated_at, zone, {"area": area}, treated_at, episode=7)
    course = course_of(ours, treatment)
    assert course == work_out(ours, treatment)
    assert list(course.phases) == list(work_out(ours, treatment).phases)
    assert candidates(course) == work_out_candidates(course)


@given(st.integers(0, 23 * 60), st.integers(0, 25), st.sampled_from(["small", "large"]), values)
def test_what_is_folded_does_not_depend_on_the_date(
    minute: int, days: int, area: str, settings: dict[str, str]
) -> None:
    ours = protocol(**settings)

    def folded(day: str) -> list[tuple[str, tuple[str, ...]]]:
        treated_at = at(f"{day}T00:00") + timedelta(days=days, minutes=minute)
        timeline = timeline_of(ours, Treatment(treated_at, LONDON, {"area": area}, treated_at))
        return [(planned.key, planned.folds) for planned in timeline.reminders]

    assert folded("2026-11-01") == folded("2026-12-05")


@pytest.mark.parametrize(
    ("zone", "day", "days", "steady"),
    [
        (LONDON, "2026-11-20", 60, True),
        (LONDON, "2026-09-27", 27, True),
        (LONDON, "2026-09-27", 29, False),
        ("Asia/Kolkata", "2026-09-27", 400, True),
        ("Australia/Lord_Howe", "2026-10-03", 1, False),
    ],
)
def test_a_clock_change_is_seen(zone: str, day: str, days: int, steady: bool) -> None:
    assert is_steady(zone, date.fromisoformat(day), days) is steady


def test_a_treatment_before_a_clock_change_has_no_pattern() -> None:
    def has_pattern(treated: str) -> bool:
        treatment = Treatment(at(treated), LONDON, {"area": "small"}, at(treated))
        return pattern_of(course_of(protocol(), treatment)) is not None

    assert has_pattern("2026-11-20T15:00")
    assert not has_pattern("2026-10-20T15:00")
