"""The days behind, today and the days ahead of a patient's page."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.merged import stretches
from scheduler.domain.patient_day import Day, patient_day
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from tests.domain.plans import CONTACT, LONDON, at, protocol

PLAIN = protocol(no_flying="14d")
FIRST = at("2026-11-20T15:00")
TREATMENTS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(["left", "right", "both", ""])), min_size=1, max_size=3
)


def course(treated: datetime, site: str = "", episode: int = 1, zone: str = LONDON) -> Course:
    return course_of(PLAIN, Treatment(treated, zone, {"area": "small"}, treated, site=site, episode=episode))


def listed(courses: list[Course], now: datetime) -> tuple[Day, ...]:
    return patient_day(courses, CONTACT, now).days


def of(days: tuple[Day, ...], day: date) -> Day:
    (found,) = [one for one in days if one.date == day]
    return found


def test_an_hour_that_begins_and_one_that_ends_stand_on_their_date() -> None:
    monday = of(listed([course(FIRST)], FIRST), date(2026, 11, 23))
    assert [(rule.phase.id, rule.ends) for rule in monday.ends] == [
        ("compression-continuous", datetime(2026, 11, 23, 15, 0))
    ]
    assert [(rule.phase.id, rule.starts) for rule in monday.begins] == [
        ("compression-daytime", datetime(2026, 11, 23, 15, 0))
    ]


def test_a_day_on_which_nothing_happens_stands_there_only_as_today() -> None:
    assert of(listed([course(FIRST)], at("2026-11-25T09:00")), date(2026, 11, 25)).ends == ()
    assert date(2026, 11, 25) not in [day.date for day in listed([course(FIRST)], FIRST)]


def test_midnight_ends_belong_to_the_day_that_ends_then() -> None:
    last = of(listed([course(FIRST)], FIRST), date(2026, 12, 4))
    assert [rule.phase.id for rule in last.ends] == ["no-heat", "no-exercise", "no-flying"]


def test_what_is_alike_for_both_legs_is_said_once() -> None:
    both = [course(FIRST, "left"), course(FIRST + timedelta(hours=1), "right", episode=2)]
    (waxing,) = of(listed(both, FIRST), date(2026, 12, 18)).ends
    assert (waxing.phase.id, waxing.leg) == ("no-waxing", "")


@given(treated=TREATMENTS, later=st.integers(0, 40 * 24))
def test_every_end_stands_on_exactly_one_day(treated: list[tuple[int, str]], later: int) -> None:
    courses = [
        course(FIRST + timedelta(hours=hours), site, number)
        for number, (hours, site) in enumerate(treated, 1)
    ]
    now = FIRST + timedelta(hours=later)
    days = listed(courses, now)
    assert [day.date for day in days] == sorted({day.date for day in days})
    ends = {(stretch.phase.id, stretch.phase.ends_at) for stretch in stretches(courses)}
    said = {(rule.phase.id, rule.phase.ends_at) for day in days for rule in day.ends}
    assert said == {(name, end) for name, end in ends if end}
    for day in days:
        for rule in day.ends:
            assert rule.over == (rule.phase.ends_at is not None and rule.phase.ends_at <= now)
            assert rule.phase.last_date == day.date
    for one in courses:
        assert one.treatment in of(days, one.treatment.day_zero).treated
