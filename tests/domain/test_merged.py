"""A patient's rules as one list: it says what the texts say, whatever treatments there are."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.overlap import LEGS, seen_with
from scheduler.domain.patient_day import Rule, patient_day
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from tests.domain.plans import CONTACT, LONDON, at, protocol

PLAIN = protocol(no_flying="14d")
FIRST = "2026-11-20T15:00"


def course(treated: str = FIRST, site: str = "left", area: str = "small", episode: int = 1) -> Course:
    moment = at(treated)
    return course_of(PLAIN, Treatment(moment, LONDON, {"area": area}, moment, site=site, episode=episode))


def of(courses: list[Course], phase: str) -> list[Stretch]:
    return [stretch for stretch in stretches(courses) if stretch.phase.id == phase]


def said(courses: list[Course], moment: str, phase: str) -> list[Rule]:
    return [rule for rule in patient_day(courses, CONTACT, at(moment)).now if rule.phase.id == phase]


def test_one_treatment_is_its_own_list() -> None:
    alone = course()
    assert [stretch.phase for stretch in stretches([alone])] == list(alone.phases.values())
    assert {stretch.leg for stretch in stretches([alone])} == {""}


def test_what_overlaps_is_one_until_the_latest_end() -> None:
    first, second = course(), course("2026-11-24T10:00", episode=2)
    (exercise,) = of([first, second], "no-exercise")
    assert exercise.phase.starts_at == first.treatment.treated_at
    assert exercise.phase.ends_at == second.phases["no-exercise"].ends_at
    assert exercise.phase.decided_by == 2
    assert exercise.episodes == {1, 2}


@pytest.mark.parametrize(
    ("one", "other", "legs"),
    [
        ("left", "right", ["Left leg", "Right leg"]),
        ("left", "left", [""]),
        ("left", "both", [""]),
        ("left", "", [""]),
        ("", "", [""]),
    ],
)
def test_legs_that_do_not_meet_stand_apart(one: str, other: str, legs: list[str]) -> None:
    found = of([course(site=one), course("2026-11-24T10:00", other, episode=2)], "no-waxing")
    assert [stretch.leg for stretch in found] == legs


def test_a_treatment_long_ago_joins_no_others() -> None:
    """It is of both legs, and would link the two that are of one each."""
    old = course("2026-01-10T10:00", "both", episode=1)
    left, right = course(episode=2), course("2026-11-24T10:00", "right", episode=3)
    ends = [stretch.phase.ends_at for stretch in of([old, left, right], "no-waxing")]
    assert ends == [c.phases["no-waxing"].ends_at for c in (old, left, right)]


def test_the_stockings_of_the_day_wait_while_they_are_worn_at_night_too() -> None:
    first, second = course(area="large"), course("2026-11-25T10:00", episode=2)
    pieces = of([first, second], "compression-daytime")
    nights = second.phases["compression-continuous"]
    assert [(p.phase.starts_at, p.phase.ends_at) for p in pieces] == [
        (first.phases["compression-daytime"].starts_at, nights.starts_at),
        (nights.ends_at, second.phases["compression-daytime"].ends_at),
    ]
    assert len({piece.name for piece in pieces}) == 2


@given(
    days=st.integers(0, 40),
    area=st.sampled_from(["small", "large"]),
    site=st.sampled_from(["", *LEGS, "both"]),
)
def test_a_name_stays_when_a_treatment_is_added_or_an_end_moves(days: int, area: str, site: str) -> None:
    first = course()
    moment = f"{datetime(2026, 11, 21, 9) + timedelta(days=days):%Y-%m-%dT%H:%M}"
    names = {stretch.name for stretch in stretches([first])}
    added = {stretch.name for stretch in stretches([first, course(moment, site, area, episode=2)])}
    # Day and night again may take all of what was left of the daytime.
    assert names - {"compression-daytime-1"} <= added
    assert names == {stretch.name for stretch in stretches([course("2026-11-20T11:00", area=area)])}


def test_both_legs_are_named_where_they_differ_and_only_there() -> None:
    courses = [course(), course("2026-11-24T10:00", "right", episode=2)]
    moment = "2026-11-24T12:00"
    assert [rule.leg for rule in said(courses, moment, "no-waxing")] == ["Left leg", "Right leg"]
    assert [rule.leg for rule in said(courses, moment, "compression-daytime")] == ["Left leg"]
    assert [rule.leg for rule in said(courses, moment, "compression-continuous")] == ["Right leg"]
    assert [rule.leg for rule in said(courses, moment, "no-rubbing")] == [""]
    assert [rule.leg for rule in said(courses, moment, "no-exercise")] == [""]


TREATMENTS = st.lists(
    st.tuples(
        st.integers(0, 35 * 24), st.sampled_from(["", *LEGS, "both"]), st.sampled_from(["small", "large"])
    ),
    min_size=1,
    max_size=4,
)


@given(treated=TREATMENTS, later=st.integers(0, 40 * 24))
def test_the_page_says_what_the_texts_say(treated: list[tuple[int, str, str]], later: int) -> None:
    """Every end that a text would name at that moment is on the page."""
    begin = at(FIRST)
    courses = [
        course_of(PLAIN, Treatment(moment, LONDON, {"area": area}, moment, site=site, episode=number))
        for number, (hours, site, area) in enumerate(treated, 1)
        for moment in [begin + timedelta(hours=hours)]
    ]
    now = max(c.treatment.treated_at for c in courses) + timedelta(hours=later)
    listed = stretches(courses)
    for one in courses:
        others = [other for other in courses if other is not one]
        for phase in seen_with(one, others, now).phases.values():
            # Of three, one may hold through a second that shares no leg with the third: the page is stricter.
            waits = PLAIN.phases[phase.id].starts_after and len(courses) > 2
            if phase.holds(now) and phase.ends_at and not waits:
                on_page = {s.phase.ends_at for s in listed if s.phase.id == phase.id and s.phase.holds(now)}
                assert phase.ends_at in on_page


@given(treated=TREATMENTS, later=st.integers(0, 40 * 24))
def test_a_restriction_stands_once_for_each_leg(treated: list[tuple[int, str, str]], later: int) -> None:
    begin = at(FIRST)
    courses = [
        course_of(PLAIN, Treatment(moment, LONDON, {"area": area}, moment, site=site, episode=number))
        for number, (hours, site, area) in enumerate(treated, 1)
        for moment in [begin + timedelta(hours=hours)]
    ]
    now = max(c.treatment.treated_at for c in courses) + timedelta(hours=later)
    day = patient_day(courses, CONTACT, now)
    rules = [(rule.phase.id, rule.leg) for rule in day.now]
    assert len(rules) == len(set(rules))
    nights = {rule.leg for rule in day.now if rule.phase.id == "compression-continuous"}
    days = {rule.leg for rule in day.now if rule.phase.id == "compression-daytime"}
    assert not nights & days
    # Without a leg it is said of both.
    assert not (nights and days and "" in nights | days)
