"""A text that many have in common is the one that each would have had written for them alone."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.alike import sms_alone
from scheduler.domain.message import Part, Sms, render_sms
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Treatment
from scheduler.domain.timeline import timeline_of
from scheduler.domain.wording import Content
from tests.domain.plans import CONTACT, LINK, LONDON, LONGEST, at, protocol, treatment

PROTOCOLS = [protocol(), protocol(no_flying="14d")]
ZONES = [LONDON, "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]
#: around both clock changes, and away from them
DAYS = st.sampled_from([date(2026, 3, 20), date(2026, 10, 20), date(2026, 11, 20)]).flatmap(
    lambda day: st.integers(0, 9).map(lambda days: day + timedelta(days=days))
)


def by_itself(which: int, treated: Treatment, content: Content, link: str, moment: datetime) -> Sms:
    part = Part(course_of(PROTOCOLS[which], treated), content)
    return render_sms([part], CONTACT, link, moment)


@given(
    which=st.integers(0, 1),
    day=DAYS,
    minute=st.integers(7 * 60, 20 * 60),
    zone=st.sampled_from(ZONES),
    area=st.sampled_from(["small", "large"]),
    choice=st.integers(0, 30),
    later=st.timedeltas(timedelta(0), timedelta(hours=36)),
)
def test_it_says_what_the_treatment_by_itself_says(
    which: int, day: date, minute: int, zone: str, area: str, choice: int, later: timedelta
) -> None:
    treated = treatment(f"{day}T{minute // 60:02}:{minute % 60:02}", area, zone=zone)
    planned = timeline_of(PROTOCOLS[which], treated).reminders
    reminder = planned[choice % len(planned)]
    moment = reminder.due_at + later
    shared = sms_alone(PROTOCOLS[which], treated, reminder.content, CONTACT, LINK, moment)
    assert shared == by_itself(which, treated, reminder.content, LINK, moment)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)])
@pytest.mark.parametrize("phase", ["elevation", "cool-compress", "gentle-washing", "compression-continuous"])
@pytest.mark.parametrize("message", ["welcome", "day-1", "day-2", "night-off"])
def test_a_rule_ends_on_the_instant(message: str, phase: str, later: timedelta) -> None:
    for treated in (treatment("2026-11-20T15:00"), treatment("2026-11-20T15:07")):
        ends_at = course_of(PROTOCOLS[1], treated).phases[phase].ends_at
        assert ends_at
        content = Content(message, (), False, date(2026, 11, 21))
        shared = sms_alone(PROTOCOLS[1], treated, content, CONTACT, LINK, ends_at + later)
        assert shared == by_itself(1, treated, content, LINK, ends_at + later)


@pytest.mark.parametrize(
    "link", [LINK, f"{LINK}/longer-by-far/and-by-more", "https://é.example/1", "https://e.example/~ł"]
)
def test_each_has_its_own_link(link: str) -> None:
    content, moment = Content("day-2", (), False, date(2026, 11, 22)), at("2026-11-22T09:00")
    treated = treatment("2026-11-20T15:00")
    shared = sms_alone(PROTOCOLS[1], treated, content, CONTACT, link, moment)
    assert shared.text.endswith(link)
    assert shared == by_itself(1, treated, content, link, moment)


def test_each_clinic_has_its_own_words() -> None:
    content, moment = Content("day-2", (), False, date(2026, 11, 22)), at("2026-11-22T09:00")
    treated = treatment("2026-11-20T15:00")
    texts = {sms_alone(PROTOCOLS[1], treated, content, who, LINK, moment).text for who in (CONTACT, LONGEST)}
    assert len(texts) == 2


def test_whatever_words_hang_on_is_compared() -> None:
    """Who adds a field here has to see to it that texts with different values are not shared."""
    assert [one.name for one in fields(Part)] == ["course", "content", "leg"]
    assert list(Content._fields) == ["message", "folds", "last", "due_date"]


@pytest.mark.parametrize("message", ["welcome", "day-2", "clot-signs", "correction"])
@pytest.mark.parametrize("link", [LINK, ""])
def test_how_much_a_text_says_is_not_shared(message: str, link: str) -> None:
    content, moment = Content(message, (), True, date(2026, 11, 22)), at("2026-11-22T09:00")
    texts = set()
    for detail in ("full", "minimal", ""):
        treated = replace(treatment("2026-11-20T15:00"), detail=detail)
        shared = sms_alone(PROTOCOLS[1], treated, content, CONTACT, link, moment)
        assert shared == by_itself(1, treated, content, link, moment)
        texts.add(shared.text)
    assert len(texts) == 2


def test_years_before_and_after_are_no_matter() -> None:
    treated = treatment("2026-11-20T15:00")
    content = Content("day-2", (), True, date(2026, 11, 22))
    for moment in (datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)):
        shared = sms_alone(PROTOCOLS[1], treated, content, CONTACT, LINK, moment)
        assert shared == by_itself(1, treated, content, LINK, moment)
