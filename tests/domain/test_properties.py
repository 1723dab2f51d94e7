"""What holds for any treatment, in any zone, with any values a clinic may give."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.sending_hours import local_hours
from scheduler.domain.timeline import Treatment, timeline_of
from tests.domain.oracle import Facts, assert_true_throughout, told
from tests.domain.plans import protocol, say
from tests.support.examples import examples

ODD = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kolkata",
]
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
CHANGES = [
    "2026-03-29",
    "2026-10-25",
    "2027-03-28",
    "2027-10-31",
    "2026-03-08",
    "2026-11-01",
    "2026-10-04",
    "2026-03-22",
]
MINUTES = 60 * 24


def days(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map("{}d".format)


def clocks(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


zones = st.sampled_from(ODD) | st.sampled_from(ZONES)
moments = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES) | st.dates(date(2025, 1, 1), date(2028, 1, 1)).map(str),
    st.integers(-5 * MINUTES, 2 * MINUTES),
)
values = st.fixed_dictionaries(
    {"no_flying": st.sampled_from(["omit", "in-person"]) | days(1, 60)},
    optional={
        "continuous_wear": days(1, 10) | st.integers(6, 240).map("{}h".format),
        "further_wear": days(1, 20),
        "raised_leg": st.integers(1, 72).map("{}h".format),
        "no_heat": days(1, 40),
        "no_exercise": days(1, 40),
        "no_waxing": days(1, 60),
        "morning": clocks(0, MINUTES - 1),
        "late-morning": clocks(0, MINUTES - 1),
        "evening": clocks(0, MINUTES - 1),
        "bedtime": clocks(0, MINUTES - 1),
        "sending_from": clocks(0, 11 * 60),
        "sending_until": clocks(15 * 60, MINUTES - 1),
    },
)
areas = st.sampled_from(["small", "large"])


@st.composite
def treatments(draw: st.DrawFn, latest: int = 0, desk: bool | None = None) -> Treatment:
    treated_at = draw(moments)
    enrolled_at = treated_at + timedelta(minutes=draw(st.integers(0, latest)))
    at_desk = draw(st.booleans()) if desk is None else desk
    return Treatment(treated_at, draw(zones), {"area": draw(areas)}, enrolled_at, at_desk)


late = treatments(latest=40 * MINUTES)


@given(late, values)
def test_reminders_are_in_order_with_unique_keys_and_time_to_leave(
    treatment: Treatment, chosen: dict[str, str]
) -> None:
    timeline = timeline_of(protocol(**chosen), treatment)
    dues = [r.due_at for r in timeline.reminders]
    assert dues == sorted(dues)
    assert len({r.key for r in timeline.reminders}) == len(dues)
    assert all(treatment.enrolled_at <= r.due_at < r.send_by for r in timeline.reminders)
    assert [r.last for r in timeline.reminders] == [False] * (len(dues) - 1) + [True] * bool(dues)


@given(late, values)
def test_none_is_due_outside_sending_hours(treatment: Treatment, chosen: dict[str, str]) -> None:
    rules = protocol(**chosen)
    for r in timeline_of(rules, treatment).reminders:
        if r.any_hour:
            assert r.key == "welcome"
            continue
        hours = local_hours(rules, treatment.timezone)
        assert hours.include(r.due_at)
        assert hours.opening(r.send_by) < r.send_by <= hours.closing(r.send_by)


@settings(max_examples=examples(150))
@given(late, values, st.floats(0, 1))
def test_no_sentence_is_false_from_due_to_send_by(
    treatment: Treatment, chosen: dict[str, str], share: float
) -> None:
    assert_true_throughout(chosen, treatment, shares=(0, share, 1))


@given(late, values)
def test_it_gives_the_same_result_twice(treatment: Treatment, chosen: dict[str, str]) -> None:
    assert timeline_of(protocol(**chosen), treatment) == timeline_of(protocol(**chosen), treatment)


@given(treatments(desk=True), values)
def test_every_restriction_is_named_on_day_zero(treatment: Treatment, chosen: dict[str, str]) -> None:
    rules, facts = protocol(**chosen), Facts(chosen, treatment)
    timeline = timeline_of(rules, treatment)
    said = " ".join(say(rules, timeline, r).sms for r in timeline.reminders if r.day == 0)
    for words in (
        "heat",
        "exercise",
        "No waxing to",
        "Don't rub",
        "Wash gently",
        "day & night",
        "Leg raised",
    ):
        assert words in said
    assert ("lying" in said) == (chosen["no_flying"] != "omit")
    assert all(told(facts.last(name)) in said for name in ("no_heat", "no_exercise", "no_waxing"))


@given(treatments(desk=True), values)
def test_every_stocking_day_has_a_text_that_says_how_to_wear_them(
    treatment: Treatment, chosen: dict[str, str]
) -> None:
    rules, facts = protocol(**chosen), Facts(chosen, treatment)
    timeline = timeline_of(rules, treatment)
    saying = {r.day for r in timeline.reminders if "tockings" in say(rules, timeline, r).sms}
    assert saying >= set(range((facts.daytime_last - facts.day_zero).days + 1))


@given(late, values)
def test_a_critical_text_goes_alone_while_it_can(treatment: Treatment, chosen: dict[str, str]) -> None:
    timeline = timeline_of(protocol(**chosen), treatment)
    critical = [r for r in timeline.reminders if r.critical]
    missed = [u for u in timeline.unsent if u.key == "clot-signs"]
    assert len(critical) + len(missed) == 1
    assert all(r.folds == () for r in critical)
    assert all(u.reason == "past-send-by" for u in missed)


@given(late, values)
def test_every_message_of_the_protocol_is_sent_or_has_its_reason(
    treatment: Treatment, chosen: dict[str, str]
) -> None:
    timeline = timeline_of(protocol(**chosen), treatment)
    told_of = {r.key for r in timeline.reminders} | {u.key for u in timeline.unsent}
    assert told_of >= {
        "welcome",
        "first-evening",
        "day-1",
        "day-2",
        "clot-signs",
        "day-5",
        "day-14",
        "day-28",
    }
