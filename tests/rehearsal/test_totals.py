"""What an edition sends, counted."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from scheduler.domain.message import Contact
from scheduler.domain.rehearsal.displaced import Displaced
from scheduler.domain.rehearsal.totals import Fault, Tally, Totals
from tests.domain.plans import plan, say
from tests.rehearsal.cases import CONTACT, LINK, case, protocol, totals


def test_it_counts_what_the_timeline_plans() -> None:
    counted, timeline = totals(case()), plan()
    texts = {r.key: say(protocol(), timeline, r) for r in timeline.reminders}
    assert (counted.patients, counted.treatments, counted.texts) == (1, 1, len(texts))
    assert counted.segments == sum(text.segments for text in texts.values())
    assert {key: of.segments for key, of in counted.by_message.items()} == {
        key: text.segments for key, text in texts.items()
    }
    assert counted.by_hour == Counter(r.due_local.hour for r in timeline.reminders)


def test_an_email_costs_no_segment() -> None:
    counted = totals(case(by_email=True), case())
    assert counted.emails == counted.texts > 0
    assert counted.segments == totals(case()).segments


def test_the_cost_is_exact() -> None:
    counted = totals(case())
    assert counted.cost(Decimal("0.04")) == Decimal("0.04") * counted.segments
    assert counted.cost(None) is None


def test_it_counts_the_texts_that_are_longer_than_two_segments() -> None:
    counted = totals(case())
    longest = {key for key, of in counted.by_message.items() if of.long_texts}
    assert longest == {key for key, of in counted.by_message.items() if of.longest > 2}
    assert longest <= {"welcome", "clot-signs"}
    assert counted.long_texts == len(longest)


def test_hours_are_those_of_the_patients_own_clock() -> None:
    assert totals(case(zone="America/New_York")).by_hour == totals(case()).by_hour


def test_a_day_with_two_texts_is_counted_but_not_for_a_critical_one() -> None:
    counted = totals(case("2026-11-20T10:00"))
    assert counted.crowded == {("welcome", "first-evening"): 1}
    # With the wear of four days the first night off is announced on the day of the critical text.
    with_critical = totals(case("2026-11-20T18:00"), continuous_wear="4d")
    assert {r.day for r in plan("2026-11-20T18:00", settings={"continuous_wear": "4d"}).reminders} >= {4}
    assert not any("clot-signs" in keys for keys in with_critical.crowded)


@pytest.mark.parametrize(("enrolled", "pairs"), [("18:10", {}), ("15:40", {("welcome", "first-evening"): 1})])
def test_texts_closer_than_half_an_hour_are_counted(enrolled: str, pairs: dict[tuple[str, str], int]) -> None:
    late = case("2026-11-20T15:30", enrolled=f"2026-11-20T{enrolled}")
    assert totals(late, bedtime="16:00", under=_unfolded(bedtime="16:00")).close == pairs


def _unfolded(**settings: str) -> object:
    usual = protocol(**settings)
    evening = usual.messages["first-evening"].model_copy(update={"fold": None})
    return usual.model_copy(update={"messages": {**usual.messages, "first-evening": evening}})


@pytest.mark.parametrize(
    ("settings", "key", "named"),
    [
        ({"morning": "07:30"}, "day-1", "07:30"),
        ({"bedtime": "21:00"}, "first-evening", "21:00"),
        # It needs half an hour before the hours close.
        ({"bedtime": "20:15"}, "first-evening", "20:15"),
        ({"sending_until": "17:00"}, "day-14", "18:00"),
    ],
)
def test_a_named_time_outside_sending_hours_is_pushed(settings: dict[str, str], key: str, named: str) -> None:
    counted = totals(case("2026-11-20T10:00"), **settings)
    assert counted.displaced[Displaced(key, named, "sending-hours")] == 1
    assert counted.pushed > 0


def test_nothing_is_pushed_by_the_leaflets_own_times() -> None:
    counted = totals(case("2026-11-20T10:00"), case("2026-11-20T15:00", area="large"))
    assert (counted.pushed, counted.displaced) == (0, Counter())


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        # 72 hours end after the named evening, and after sending hours.
        ({"treated": "2026-11-20T19:30"}, Displaced("night-off", "18:00", "phase-end")),
        ({"treated": "2026-11-20T21:30"}, Displaced("night-off", "18:00", "sending-hours")),
        (
            {"treated": "2026-11-20T22:00", "enrolled": "2026-11-20T23:00", "desk": False},
            Displaced("welcome", "enrolment", "sending-hours"),
        ),
        (
            {"treated": "2026-11-20T15:00", "enrolled": "2026-11-24T12:00"},
            Displaced("clot-signs", "09:00", "enrolled-later"),
        ),
        (
            {"treated": "2026-11-20T15:00", "enrolled": "2026-11-24T12:00"},
            Displaced("catchup", "enrolment", "another-text"),
        ),
    ],
)
def test_it_tells_why_a_text_is_not_sent_at_its_named_time(how: dict[str, str], expected: Displaced) -> None:
    assert totals(case(**how)).displaced[expected] == 1  # type: ignore[arg-type]


def test_a_time_that_the_clock_skips_is_told_apart() -> None:
    hours = {"morning": "01:30", "sending_from": "00:30"}
    counted = totals(case("2027-03-27T15:00"), **hours)
    assert counted.displaced == {Displaced("day-1", "01:30", "clock-change"): 1}


def test_a_late_enrolment_names_what_is_not_planned() -> None:
    counted = totals(case("2026-11-20T15:00", enrolled="2026-11-23T12:00"))
    assert counted.past_send_by == {"welcome": 1, "first-evening": 1, "day-1": 1, "day-2": 1}
    assert counted.by_message["catchup"].reminders == 1


def test_a_text_that_cannot_be_written_is_a_fault_and_no_text() -> None:
    tally = Tally(protocol(), Contact("Example Clinic", "", "care@example.com"), LINK)
    tally.add(case())
    counted = tally.totals
    assert (counted.texts, counted.segments, counted.by_hour) == (0, 0, Counter())
    assert counted.faults[Fault("clot-signs", "there is nothing to say for 'phone'")] == 1


def test_an_answer_that_an_edition_does_not_offer_is_a_fault_of_that_treatment_alone() -> None:
    counted = totals(case(area="medium"), case())
    sentence = "not answered at enrolment as this edition asks: Which veins were treated?"
    assert counted.faults == {Fault("", sentence): 1}
    assert (counted.patients, counted.texts) == (2, totals(case()).texts)


def test_an_answer_that_an_edition_no_longer_asks_for_makes_no_difference() -> None:
    (one,) = case()
    more = replace(one.treatment, answers={"area": "small", "leg": "left"})
    assert totals((replace(one, treatment=more),)) == totals(case())


def test_a_zone_that_does_not_exist_is_a_fault_and_no_crash() -> None:
    (one,) = case()
    nowhere = replace(one, treatment=replace(one.treatment, timezone="Europe/Lundon"))
    assert totals((nowhere,)).faults.total() == 1


def test_nothing_of_a_patient_is_kept() -> None:
    names = set(Totals.__dataclass_fields__)
    assert names.isdisjoint({"name", "mobile", "email", "cases", "reminders"})
    assert CONTACT.name not in repr(totals(case()))
