"""An edition for everybody enrolled: shown first, then done in steps that survive anything."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from scheduler.changes import MoveReminder, SkipReminder, change_plan, effect_of
from scheduler.channels.outbox import Outbox
from scheduler.dispatch.jobs import JOBS, run_job
from scheduler.dispatch.worker import Worker
from scheduler.domain.status import Status
from scheduler.editions import Refused, Stale, current_edition
from scheduler.enrolment import Enrolment, enrol
from scheduler.history import move
from scheduler.models import Clinic, Episode, Event, Patient, Reminder
from scheduler.plans import everybody, rollout
from scheduler.plans.publication import seen_now
from scheduler.plans.rollout import carry_on, carry_out, step
from tests.enrolment.clinics import NOW, PROTOCOL, asked, ready_clinic
from tests.rollout.everybody import ADMIN, LATER, draft_of, due, enrol_some, foreseen, let_go, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "STEP", 2)
    monkeypatch.setattr(everybody, "STEP", 2)


def test_everybody_gets_the_new_times_and_the_edition(clinic: Clinic) -> None:
    episodes = enrol_some(clinic)
    let_go(LATER)
    draft_of(clinic, evening="17:00")
    carry_out(publish(clinic), lambda: LATER)
    for episode in episodes:
        episode.refresh_from_db()
        assert episode.edition == current_edition(clinic, PROTOCOL)
        assert due(episode)["day-28"] == "2026-12-18T17:00"


def test_the_effect_is_what_is_done_and_shows_before(clinic: Clinic) -> None:
    enrol_some(clinic)
    let_go(LATER)
    draft_of(clinic, evening="17:00", no_waxing="6w", **{"messages__day-10": "off"})
    before = list(Reminder.objects.for_clinic(clinic).values_list("pk", "due_at", "status").order_by("pk"))
    expected = foreseen(clinic)
    assert before == list(
        Reminder.objects.for_clinic(clinic).values_list("pk", "due_at", "status").order_by("pk")
    )
    done = carry_out(publish(clinic, expected=expected), lambda: LATER)
    assert done.done == expected
    assert (expected["patients"], expected["vanishes"], expected["corrected"]) == (3, 3, 3)
    told = Event.objects.for_clinic(clinic).get(kind="edition-rolled-out")
    assert (told.actor, told.details["differs"]) == (ADMIN, {})


def test_who_was_told_another_date_gets_a_correction_and_nothing_goes_twice(clinic: Clinic) -> None:
    (episode,) = enrol_some(clinic, 1)
    let_go(LATER)
    gone = set(Reminder.objects.for_clinic(clinic).exclude(status="scheduled").values_list("key", flat=True))
    draft_of(clinic, no_waxing="6w")
    carry_out(publish(clinic), lambda: LATER)
    assert "correction-1" in due(episode)
    assert not gone & set(due(episode))
    assert due(episode)["day-28"] == "2027-01-01T18:00"


def test_a_kill_between_two_steps_loses_nothing(clinic: Clinic, small_steps: None) -> None:
    episodes = enrol_some(clinic, 5)
    draft_of(clinic, evening="17:00")
    job = publish(clinic)
    job = step(job.pk, LATER, by="a command that is killed")
    assert (job.done["patients"], job.finished_at) == (2, None)
    assert carry_on(LATER + timedelta(seconds=30), "worker") == 0
    assert [carry_on(LATER + timedelta(minutes=2, seconds=n), "worker") for n in range(4)] == [1, 1, 0, 0]
    job.refresh_from_db()
    assert (job.done["patients"], job.carried_by) == (5, "worker")
    assert {due(episode)["day-28"][-5:] for episode in episodes} == {"17:00"}


def test_a_worker_carries_on_what_a_killed_command_began(clinic: Clinic, small_steps: None) -> None:
    episodes = enrol_some(clinic, 3)
    draft_of(clinic, evening="17:00")
    step(publish(clinic).pk, LATER, by="a command that is killed")
    job = next(job for job in JOBS if job.name == "rollouts")
    for turn in range(3):
        run_job(job, LATER + timedelta(minutes=2, seconds=turn), "worker")
    assert {due(episode)["day-28"][-5:] for episode in episodes} == {"17:00"}


def test_a_step_is_done_as_a_whole_or_not_at_all(
    clinic: Clinic, small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol_some(clinic, 3)
    draft_of(clinic, evening="17:00")
    job = publish(clinic)
    monkeypatch.setattr(rollout, "_tell", _break)
    with pytest.raises(RuntimeError):
        step(job.pk, LATER)
    assert not Episode.objects.for_clinic(clinic).filter(edition=job.edition).exists()
    monkeypatch.undo()
    job.refresh_from_db()
    assert carry_out(job, lambda: LATER).done["patients"] == 3


def zoe(clinic: Clinic) -> Enrolment:
    """Somebody treated just now."""
    return asked(clinic, name="Zoe Example", mobile="07700 900199", treated="2026-11-22T15:00")


def _break(*args: Any) -> None:
    raise RuntimeError("killed")


def test_what_a_person_decided_stays(clinic: Clinic) -> None:
    (episode,) = enrol_some(clinic, 1)
    let_go(LATER)
    for change in (SkipReminder("day-6"), MoveReminder("day-28", "2026-12-18T12:00")):
        effect = effect_of(clinic, episode.pk, change, LATER)
        change_plan(
            clinic, episode.pk, change, LATER, actor="nurse@example.com", why="asked",
            seen_revision=effect.revision,
        )  # fmt: skip
    draft_of(clinic, evening="17:00", **{"late-morning": "11:00"})
    carry_out(publish(clinic), lambda: LATER)
    assert "day-6" not in due(episode)
    assert due(episode)["day-28"] == "2026-12-18T12:00"


def test_a_plan_that_is_over_or_cancelled_keeps_its_edition(clinic: Clinic) -> None:
    over, _ = enrol_some(clinic, 2)
    Episode.objects.for_clinic(clinic).filter(pk=over.pk).update(state="cancelled")
    draft_of(clinic, evening="17:00")
    job = carry_out(publish(clinic), lambda: LATER)
    over.refresh_from_db()
    assert (over.edition.number, job.done["patients"]) == (1, 1)


def test_new_enrolments_meanwhile_have_the_new_edition_and_are_left_alone(
    clinic: Clinic, small_steps: None
) -> None:
    enrol_some(clinic, 3)
    draft_of(clinic, evening="17:00")
    job = step(publish(clinic).pk, LATER)
    new = enrol(zoe(clinic), "nurse@example.com", LATER).episode
    carry_out(job, lambda: LATER)
    new.refresh_from_db()
    assert new.edition == job.edition
    assert due(new)["day-28"].endswith("17:00")


def test_a_change_by_a_person_since_makes_the_effect_stale(clinic: Clinic) -> None:
    (episode,) = enrol_some(clinic, 1)
    seen = seen_now(draft_of(clinic, evening="17:00"))
    effect = effect_of(clinic, episode.pk, SkipReminder("day-6"), LATER)
    change_plan(
        clinic, episode.pk, SkipReminder("day-6"), LATER, actor="nurse@example.com", why="asked",
        seen_revision=effect.revision,
    )  # fmt: skip
    with pytest.raises(Stale, match=r"by nurse@example\.com"):
        publish(clinic, seen)
    assert current_edition(clinic, PROTOCOL).number == 1  # type: ignore[union-attr]


def test_sends_and_new_enrolments_do_not_make_it_stale(clinic: Clinic) -> None:
    enrol_some(clinic, 2)
    seen = seen_now(draft_of(clinic, evening="17:00"))
    let_go(LATER)
    enrol(zoe(clinic), "nurse@example.com", LATER)
    assert carry_out(publish(clinic, seen), lambda: LATER).done["patients"] == 3


def test_where_it_differs_from_what_was_expected_is_told(clinic: Clinic) -> None:
    enrol_some(clinic, 2)
    draft_of(clinic, morning="09:30")
    expected = foreseen(clinic, NOW)
    let_go(LATER)
    done = carry_out(publish(clinic, expected=expected), lambda: LATER)
    told = Event.objects.for_clinic(clinic).get(kind="edition-rolled-out")
    assert told.details["differs"]["moves"] == [expected["moves"], done.done["moves"]]
    assert done.done["moves"] < expected["moves"]


def test_one_edition_at_a_time_is_on_its_way(clinic: Clinic) -> None:
    enrol_some(clinic, 1)
    draft_of(clinic, evening="17:00")
    publish(clinic)
    draft_of(clinic, evening="17:30")
    with pytest.raises(Refused, match="Edition 2 is still on its way"):
        publish(clinic)


def test_another_clinic_is_not_touched(clinic: Clinic) -> None:
    other = ready_clinic(slug="other")
    (theirs,) = enrol_some(other, 1)
    enrol_some(clinic, 1)
    draft_of(clinic, evening="17:00")
    assert carry_out(publish(clinic), lambda: LATER).done["patients"] == 1
    assert due(theirs)["day-28"].endswith("18:00")
    assert Patient.objects.for_clinic(other).get().planned_at == NOW


def test_a_patient_whose_rows_cannot_be_read_holds_up_no_other(clinic: Clinic) -> None:
    broken, well = enrol_some(clinic, 2)
    Episode.objects.for_clinic(clinic).filter(pk=broken.pk).update(timezone="Nowhere/At_All")
    draft_of(clinic, evening="17:00")
    expected = foreseen(clinic)
    done = carry_out(publish(clinic, expected=expected), lambda: LATER).done
    assert (expected["unreadable"], done["unreadable"], done["patients"]) == (1, 1, 1)
    broken.refresh_from_db()
    assert broken.edition.number == 1
    assert due(well)["day-28"].endswith("17:00")


def test_a_plan_whose_last_text_a_worker_holds_is_reached_too(clinic: Clinic) -> None:
    (episode,) = enrol_some(clinic, 1)
    rows = Reminder.objects.for_clinic(clinic)
    ids = list(rows.exclude(key="day-28").values_list("pk", flat=True))
    move(ids, Status.SCHEDULED, Status.SKIPPED, reason="by-person", actor="nurse@example.com", now=LATER)
    last = rows.get(key="day-28")
    move([last.pk], Status.SCHEDULED, Status.CLAIMED, actor="worker", now=LATER)
    draft_of(clinic, no_waxing="6w")
    carry_out(publish(clinic), lambda: LATER)
    episode.refresh_from_db()
    assert (episode.edition.number, episode.revision) == (2, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_steps")
def test_a_worker_that_ends_with_its_work_carries_it_to_the_end(clinic: Clinic) -> None:
    enrol_some(clinic, 5)
    draft_of(clinic, evening="17:00")
    job = publish(clinic)
    steps = [one for one in JOBS if one.in_steps]

    async def once() -> None:
        await Worker("worker", {"outbox": Outbox()}, lambda: LATER, steps).run(once=True)

    asyncio.run(once())
    job.refresh_from_db()
    assert job.finished_at == LATER
    assert job.done["patients"] == 5


def test_a_step_that_fails_is_not_counted(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol_some(clinic, 1)
    draft_of(clinic, evening="17:00")
    publish(clinic)

    def broken(*_args: Any, **_options: Any) -> None:
        raise ValueError("a row that nothing can be made of")

    monkeypatch.setattr(rollout, "step", broken)
    assert carry_on(LATER, "worker") == 0
