"""Which rules of several treatments are one restriction, and which treatment decides."""

from dataclasses import replace

import pytest

from scheduler.domain.overlap import joined, legs_meet, merged_phase, seen_with
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course
from tests.domain.plans import at, protocol, treatment


def course(episode: int, treated: str, site: str, **values: str) -> Course:
    return course_of(protocol(**values), replace(treatment(treated), site=site, episode=episode))


def decided(asked: Course, others: list[Course], phase: str, at_wall: str = "") -> tuple[int, int | None]:
    """Whose treatment decides, and the last day by the count of the one that is asked."""
    merged = merged_phase(asked, others, asked.phases[phase], at(at_wall) if at_wall else None)
    return merged.decided_by, merged.last_day


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("left", "both", True),
        ("left", "", True),
        ("", "", True),
        ("both", "right", True),
    ],
)
def test_legs_meet_unless_they_are_known_to_be_two(one: str, other: str, meet: bool) -> None:
    assert legs_meet(one, other) is legs_meet(other, one) is meet


def test_the_later_end_decides_for_the_whole_body_and_for_the_same_leg() -> None:
    first, second = course(1, "2026-11-20T15:00", "left"), course(2, "2026-11-25T11:00", "right")
    assert decided(first, [second], "no-exercise") == (2, 19)
    assert decided(first, [second], "no-waxing") == (1, 28)


def test_a_gap_between_them_parts_two_restrictions() -> None:
    first, second = course(1, "2026-11-20T15:00", "left"), course(2, "2026-12-06T11:00", "left")
    assert decided(first, [second], "no-exercise") == (1, 14)
    assert decided(first, [second], "no-exercise", "2026-12-06T12:00") == (2, 30)
    assert decided(first, [second], "no-waxing") == (2, 44)


def test_a_treatment_of_both_legs_joins_those_of_either() -> None:
    left = course(1, "2026-11-20T15:00", "left")
    both = course(2, "2026-11-25T15:00", "both")
    right = course(3, "2026-11-30T15:00", "right")
    found = {
        decided(c, [o for o in (left, both, right) if o is not c], "no-waxing")[0]
        for c in (left, both, right)
    }
    assert found == {3}


def test_without_both_the_legs_stay_apart() -> None:
    left, right = course(1, "2026-11-20T15:00", "left"), course(2, "2026-11-30T15:00", "right")
    assert decided(left, [right], "no-waxing") == (1, 28)


def test_of_two_that_end_alike_the_newer_one_speaks() -> None:
    first, second = course(1, "2026-11-20T10:00", "left"), course(2, "2026-11-20T15:00", "left")
    assert decided(first, [second], "no-exercise") == decided(second, [first], "no-exercise") == (2, 14)


def test_what_was_told_in_person_moves_no_date() -> None:
    told = course(1, "2026-11-20T15:00", "left", no_flying="in-person")
    dated = course(2, "2026-11-25T15:00", "left", no_flying="14d")
    assert decided(dated, [told], "no-flying") == (2, 14)
    assert decided(told, [dated], "no-flying") == (1, None)


def legs(*treated: tuple[str, str]) -> list[str]:
    courses = [course(number, when, leg) for number, (when, leg) in enumerate(treated, 1)]
    return [found.treatment.site for found in joined(courses)]


LEFT, BOTH, RIGHT = ("2026-11-20T15:00", "left"), ("2026-11-25T15:00", "both"), ("2026-11-30T15:00", "right")


def test_one_of_both_legs_makes_a_left_and_a_right_one_be_of_both() -> None:
    assert legs(LEFT, BOTH, RIGHT) == ["both", "both", "both"]
    assert legs(LEFT, ("2026-11-25T15:00", ""), RIGHT) == ["both", "both", "both"]


@pytest.mark.parametrize(
    "treated", [(LEFT, RIGHT), (LEFT, BOTH), (("2025-11-20T15:00", "both"), LEFT, RIGHT)], ids=len
)
def test_without_such_a_link_each_keeps_its_leg(treated: tuple[tuple[str, str], ...]) -> None:
    assert legs(*treated) == [leg for _, leg in treated]


def test_what_is_still_to_come_of_its_own_is_seen_behind_what_holds_of_another() -> None:
    """While the second is worn day and night, the first's days end with it, and the second's come after."""
    first, second = course(1, "2026-11-20T15:00", "left"), course(2, "2026-11-25T11:00", "left")
    moment = at("2026-11-25T12:00")
    assert "compression-daytime" not in seen_with(first, [second], moment).phases
    assert seen_with(second, [first], moment).phases["compression-daytime"].last_day == 7
