"""A patient's treatments are planned together, each from its enrolment on."""

from scheduler.domain.rehearsal.planning import plan_of
from tests.domain.plans import at
from tests.rehearsal.cases import case, protocol, totals

FIRST = case("2026-11-02T15:00")
SECOND = case("2026-11-10T11:00")


def test_the_first_plan_knows_nothing_of_the_second_treatment() -> None:
    alone = [due.reminder for due in plan_of(protocol(), FIRST).due]
    both = plan_of(protocol(), (*FIRST, *SECOND)).due
    before = [due.reminder for due in both if due.reminder.due_at < at("2026-11-10T11:00")]
    assert before == [reminder for reminder in alone if reminder.due_at < at("2026-11-10T11:00")]


def test_the_second_treatment_decides_from_its_enrolment_on() -> None:
    due = plan_of(protocol(), (*FIRST, *SECOND)).due
    ends = [(one.reminder.episode, one.reminder.key) for one in due if one.reminder.message == "day-14"]
    assert ends == [(1, "day-14")]


def test_nothing_is_sent_twice_and_all_of_it_in_order() -> None:
    due = plan_of(protocol(), (*FIRST, *SECOND)).due
    names = [(one.reminder.episode, one.reminder.key) for one in due]
    assert len(names) == len(set(names))
    assert [one.reminder.due_at for one in due] == sorted(one.reminder.due_at for one in due)


def test_together_they_are_sent_less_than_apart() -> None:
    together = totals((*FIRST, *SECOND))
    apart = totals(FIRST, SECOND)
    assert (together.patients, together.treatments) == (1, 2)
    assert together.texts < apart.texts
    assert not together.faults


def test_treatments_months_apart_are_two_plans() -> None:
    later = case("2027-02-10T11:00")
    together, apart = totals((*FIRST, *later)), totals(FIRST, later)
    assert (together.by_message, together.by_hour) == (apart.by_message, apart.by_hour)
