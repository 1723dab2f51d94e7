"""Enrolled late or backdated: what is past its last moment is not planned; one text says what is true now."""

import pytest

from tests.domain.plans import at, plan, protocol, say, schedule


def reasons(timeline: object) -> dict[str, str]:
    return {u.key: u.reason for u in timeline.unsent}  # type: ignore[attr-defined]


def test_within_a_day_the_welcome_still_goes() -> None:
    timeline = plan(enrolled="2026-11-21T10:00")
    assert list(schedule(timeline))[:2] == ["welcome", "day-2"]
    assert reasons(timeline) == {"first-evening": "past-send-by", "day-1": "said-elsewhere"}


def test_a_welcome_that_waited_for_the_morning_is_not_repeated_an_hour_later() -> None:
    timeline = plan("2026-11-20T21:00", enrolled="2026-11-20T21:30", desk=False)
    assert list(schedule(timeline).items())[:2] == [
        ("welcome", "2026-11-21T08:00"),
        ("day-2", "2026-11-22T09:00"),
    ]
    assert reasons(timeline)["day-1"] == "said-elsewhere"


def test_after_a_day_a_catch_up_opens_the_plan() -> None:
    timeline = plan(enrolled="2026-11-22T12:00")
    assert list(schedule(timeline))[:2] == ["catchup-2026-11-22", "night-off"]
    assert reasons(timeline) == {
        "welcome": "past-send-by",
        "first-evening": "past-send-by",
        "day-1": "past-send-by",
        "day-2": "said-elsewhere",
    }


def test_a_daily_text_shortly_after_the_catch_up_would_only_repeat_it() -> None:
    timeline = plan(enrolled="2026-11-25T08:30")
    assert reasons(timeline)["day-5"] == "said-elsewhere"
    assert "day-6" in schedule(timeline)


def test_an_overdue_critical_text_goes_first_and_apart() -> None:
    timeline = plan(enrolled="2026-11-26T12:00")
    assert list(schedule(timeline).items())[:2] == [
        ("clot-signs", "2026-11-26T12:00"),
        ("catchup-2026-11-26", "2026-11-26T12:30"),
    ]


def test_a_critical_text_stays_while_its_last_moment_is_ahead() -> None:
    assert "clot-signs" in schedule(plan(enrolled="2026-12-04T20:00"))
    assert "clot-signs" not in schedule(plan(enrolled="2026-12-04T20:30"))


@pytest.mark.parametrize(
    ("key", "enrolled"), [("day-14", "2026-12-05T12:00"), ("day-28", "2026-12-18T19:00")]
)
def test_the_end_of_a_restriction_is_still_told_while_it_may_be(key: str, enrolled: str) -> None:
    late = list(schedule(plan(enrolled=enrolled)).items())
    assert late[0][0].startswith("catchup-")
    assert late[1] == (key, f"{enrolled[:14]}30")


def test_at_night_the_catch_up_waits_for_the_morning() -> None:
    assert schedule(plan(enrolled="2026-11-22T23:00"))["catchup-2026-11-23"] == "2026-11-23T08:00"


def test_the_catch_up_says_what_is_true_now_and_nothing_else() -> None:
    timeline = plan(enrolled="2026-12-01T12:00")
    catch_up = next(r for r in timeline.reminders if r.kind == "catch-up")
    text = say(protocol(), timeline, catch_up).sms
    assert "No heat/gym to Fri 4 Dec at least, nor exercise. No waxing to Fri 18 Dec. Don't rub." in text
    assert "tockings" not in text


def test_when_all_is_over_nothing_is_sent() -> None:
    timeline = plan(enrolled="2027-01-20T12:00")
    assert timeline.reminders == ()
    assert set(reasons(timeline).values()) == {"past-send-by"}


def test_nothing_is_planned_into_the_past() -> None:
    enrolled = "2026-11-27T13:00"
    assert all(r.due_at >= at(enrolled) for r in plan(enrolled=enrolled).reminders)
