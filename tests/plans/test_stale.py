"""Two people change the same plan, or the plan goes on while a person looks at it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from scheduler.changes import (
    Cancel,
    ChangeAddress,
    ChangeTreatment,
    MoveReminder,
    Pause,
    Refused,
    SkipReminder,
    Stale,
    change_plan,
    effect_of,
)
from scheduler.models import Clinic, Episode, Reminder
from scheduler.plans import renew
from tests.dispatch.plans import Recording, live_clinic, patient_of
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW
from tests.plans.changing import NURSE, at, do, events, look, revision, rows_written

LEFT = ChangeTreatment(site="left")
DAY_1 = at(21, 12)


def test_the_second_is_told_what_the_first_changed(sam: Episode) -> None:
    seen = look(sam, ChangeTreatment(treated="2026-11-20T14:00"), DAY_1)
    do(sam, LEFT, DAY_1, actor="ada@example.com", why="the form said left")
    do(sam, MoveReminder("day-5", "2026-11-26T15:30"), at(21, 12, 3), actor="ada@example.com")
    before = rows_written(sam)
    with pytest.raises(Stale) as stale:
        do(
            sam,
            ChangeTreatment(treated="2026-11-20T14:00"),
            at(21, 12, 5),
            seen_revision=seen.revision,
            seen=seen.seen,
        )
    assert str(stale.value) == (
        "The plan has changed since you looked at it. "
        "ada@example.com changed the treatment on Sat 21 Nov, 12:00 (Leg: none -> left): the form said left. "
        "ada@example.com moved a message on Sat 21 Nov, 12:03 "
        "(5 days after treatment: Wed 25 Nov, 10:00 -> Thu 26 Nov, 15:30): it was typed wrong. Look again."
    )
    assert rows_written(sam) == before
    do(sam, ChangeTreatment(treated="2026-11-20T14:00"), at(21, 12, 6))
    assert [event.kind for event in events(sam)] == [
        "treatment-changed",
        "reminder-moved",
        "treatment-changed",
    ]


@pytest.mark.parametrize(
    "first", [Pause(), Cancel(), SkipReminder("day-6"), ChangeAddress(mobile="07700 900777")]
)
@pytest.mark.parametrize("second", [SkipReminder("day-6"), Pause(), LEFT])
@pytest.mark.parametrize("with_seen", [True, False])
def test_no_change_of_a_person_is_passed_over(
    sam: Episode, first: object, second: object, with_seen: bool
) -> None:
    effect = look(sam, second, DAY_1)
    do(sam, first, DAY_1, actor="ada@example.com")
    seen = {"seen": effect.seen} if with_seen else {}
    with pytest.raises(Stale, match=r"ada@example.com"):
        do(sam, second, at(21, 12, 1), seen_revision=effect.revision, **seen)


def test_a_change_of_the_patients_other_treatment_is_told_as_well(sam: Episode) -> None:
    second = treated_again(sam, at(25, 15))
    seen = look(sam, LEFT, at(25, 16))
    do(second, ChangeTreatment(answers={"area": "large"}), at(25, 16), actor="ada@example.com")
    with pytest.raises(Stale, match=r"ada@example.com changed the treatment of another treatment"):
        do(sam, LEFT, at(25, 16, 1), seen_revision=seen.revision, seen=seen.seen)


def test_nobody_is_asked_again_because_a_worker_planned_anew(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    seen = look(sam, LEFT, DAY_1)
    renew([sam.patient_id], DAY_1, actor="worker leafy-1")
    assert revision(sam) == seen.revision + 1
    do(sam, LEFT, at(21, 12, 1), seen_revision=seen.revision, seen=seen.seen)
    assert [event.kind for event in events(sam)] == ["treatment-changed"]


def test_without_the_effect_that_was_seen_the_revision_counts(sam: Episode) -> None:
    renew([sam.patient_id], DAY_1, actor="worker leafy-1")
    with pytest.raises(Stale, match="brought up to date"):
        do(sam, LEFT, DAY_1, seen_revision=1)
    do(sam, LEFT, DAY_1, seen_revision=2)


def test_a_correction_that_nobody_saw_is_not_planned(sam: Episode, channel: Recording) -> None:
    """Between looking and doing the welcome goes, and tells dates that the change makes wrong."""
    later = ChangeTreatment(treated="2026-11-19T15:40")
    seen = look(sam, later, at(20, 15, 31))
    assert not seen.texts
    run(channel, at(20, 15, 31), at(20, 15, 31))
    with pytest.raises(Stale, match="This is not the effect any more"):
        do(sam, later, at(20, 15, 32), seen_revision=seen.revision, seen=seen.seen)
    assert do(sam, later, at(20, 15, 33)).texts


def test_a_text_that_goes_meanwhile_and_has_no_part_in_it_asks_nobody_again(
    sam: Episode, channel: Recording
) -> None:
    run(channel, NOW, at(22, 8))
    seen = look(sam, SkipReminder("day-6"), at(22, 8))
    run(channel, at(22, 8), at(22, 9))
    do(sam, SkipReminder("day-6"), at(22, 9, 1), seen_revision=seen.revision, seen=seen.seen)


@pytest.mark.parametrize(
    ("why", "code"), [("  ", "no-reason"), ("x" * 301, "long-reason"), ("a\x00b", "wrong-reason")]
)
def test_nothing_is_done_without_a_reason(sam: Episode, why: str, code: str) -> None:
    before = rows_written(sam)
    with pytest.raises(Refused) as refused:
        do(sam, LEFT, DAY_1, why=why)
    assert (refused.value.code, refused.value.faults.keys()) == (code, {"why"})
    assert rows_written(sam) == before


def test_another_clinics_plan_is_unknown(sam: Episode) -> None:
    other: Clinic = live_clinic(slug="other")
    for number in (sam.pk, 0, 2**62):
        with pytest.raises(Refused, match=f"There is no episode {number} at this clinic") as refused:
            effect_of(other, number, LEFT, DAY_1)
        assert refused.value.code == "unknown-episode"
    with pytest.raises(Refused):
        change_plan(other, sam.pk, LEFT, DAY_1, actor=NURSE, why="x", seen_revision=1)
    assert revision(sam) == 1
    assert not Reminder.objects.for_clinic(other).exists()


def test_what_was_done_comes_back_with_the_revision_to_go_on_from(sam: Episode) -> None:
    done = do(sam, LEFT, DAY_1)
    assert done.revision == revision(sam) == 2
    do(sam, SkipReminder("day-6"), DAY_1, seen_revision=done.revision)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_told_of_the_other() -> None:
    sam = patient_of(live_clinic())
    changes = [LEFT, ChangeTreatment(answers={"area": "large"})]
    seen = [look(sam, change, DAY_1) for change in changes]

    def attempt(number: int) -> str:
        try:
            do(
                sam,
                changes[number],
                DAY_1,
                actor=f"nurse-{number}",
                seen_revision=seen[number].revision,
                seen=seen[number].seen,
            )
        except Stale as stale:
            return str(stale)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(attempt, range(2)))
    first = said.index("")
    assert f"nurse-{first} changed the treatment" in said[1 - first]
    assert revision(sam) == 2
