"""Flying has no figure in the leaflet: the clinic gives one, tells patients in person, or leaves it out."""

import pytest

from scheduler.domain.timeline import timeline_of
from tests.domain.plans import LEAFLET, plan, protocol, say, schedule, treatment, utc


def test_nothing_is_assumed_until_the_clinic_says() -> None:
    assert LEAFLET.missing_settings() == ("no_flying",)
    assert protocol(no_flying="omit").missing_settings() == ()


def test_days_hold_through_the_end_of_the_last() -> None:
    flying = next(p for p in plan(settings={"no_flying": "35d"}).phases if p.id == "no-flying")
    assert (flying.ends_at, flying.last_day) == (utc("2026-12-26T00:00"), 35)


def test_its_end_is_told_on_the_evening_of_the_last_day() -> None:
    last = plan(settings={"no_flying": "35d"}).reminders[-1]
    assert (last.key, f"{last.due_local:%Y-%m-%d %H:%M}", last.last) == (
        "flying-over",
        "2026-12-25 18:00",
        True,
    )


@pytest.mark.parametrize(
    ("days", "host"), [(1, "day-1"), (3, "night-off"), (6, "day-6"), (7, "day-7"), (14, "day-14")]
)
def test_its_end_goes_into_another_text_of_that_day(days: int, host: str) -> None:
    timeline = plan(settings={"no_flying": f"{days}d"})
    assert "flying-over" not in schedule(timeline)
    assert [r.key for r in timeline.reminders if "flying-over" in r.folds] == [host]


def test_nothing_goes_into_the_signs_of_a_clot() -> None:
    timeline = plan(settings={"no_flying": "4d"})
    assert schedule(timeline)["flying-over"] == "2026-11-24T18:00"


def test_told_in_person_has_no_end_and_says_so() -> None:
    rules = protocol(no_flying="in-person")
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    assert next(p for p in timeline.phases if p.id == "no-flying").ends_at is None
    assert "Flying: as told in person." in say(rules, timeline, timeline.reminders[0]).sms


def test_left_out_is_not_said_at_all() -> None:
    rules = protocol(no_flying="omit")
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    assert "no-flying" not in [p.id for p in timeline.phases]
    assert not any("fly" in say(rules, timeline, r).sms.lower() for r in timeline.reminders)
