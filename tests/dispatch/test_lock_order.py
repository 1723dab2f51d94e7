"""Changes and several workers at the same patients at once: nobody waits for somebody who waits for him."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from scheduler.channels.base import accepted, not_posted
from scheduler.dispatch.claim import Batch, claim
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.dispatch.release import release, unposted
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Patient, Reminder
from scheduler.plans import renew
from tests.dispatch.plans import Recording, patient_of, reminder_of
from tests.dispatch.treatments import NURSE, change, just_before, run, treated_again
from tests.enrolment.clinics import NOW

AGAIN = datetime(2026, 11, 25, 15, tzinfo=UTC)
MORNING = datetime(2026, 11, 26, 11, tzinfo=UTC)
TURNS = 120
#: seconds
LONGEST = 8.0


def pull(patients: list[int], texts: int, now: datetime) -> None:
    """Make the next texts of each patient due, or overdue where there are several; row by row."""
    for patient in patients:
        waiting = Reminder.objects.across_clinics().filter(
            episode__patient=patient, status=Status.SCHEDULED, due_at__gt=now + timedelta(hours=1)
        )
        due_at = now - timedelta(hours=2) if texts > 1 else now
        for pk in list(waiting.order_by("due_at").values_list("pk", flat=True)[:texts]):
            one = Reminder.objects.across_clinics().filter(pk=pk, status=Status.SCHEDULED)
            one.update(due_at=due_at, try_at=due_at)


def one_turn(name: str, now: datetime) -> None:
    """A claim, what is left of it after a look, and an answer for each: taken, or not posted."""
    claimed = claim(now, worker=name, live={"sms"}, limit=4).claimed
    cleared = recheck(claimed, now, worker=name)
    answers = [accepted(f"SM{one.outgoing.attempt_id.hex}") for one in cleared]
    record(
        [(one, answer if number % 4 == 0 else not_posted("refused"))
         for number, (one, answer) in enumerate(zip(cleared, answers, strict=True))],
        now, worker=name,
    )  # fmt: skip


@contextmanager
def elsewhere(step: Callable[[], object]) -> Iterator[None]:
    """Somebody else's transaction: the step is done in it, and it ends half a second into the block."""
    done = Event()

    def work() -> None:
        try:
            with transaction.atomic():
                step()
                done.set()
                time.sleep(0.5)
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    assert done.wait(30)
    try:
        yield
    finally:
        thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["an answer", "a stop"])
def test_a_claim_that_is_given_up_while_a_change_is_being_made_is_planned_by_it(
    clinic: Clinic, channel: Recording, by: str
) -> None:
    day_6 = just_before(patient_of(clinic, channels=("sms",)), "day-6", channel)
    episode, now = day_6.episode, day_6.due_at
    (one,) = recheck(claim(now, worker="worker 1", live={"sms"}).claimed, now, worker="worker 1")
    later = {"treated_at": episode.treated_at + timedelta(days=1), "treated_local": "2026-11-21T15:00"}
    with elsewhere(lambda: change(episode, now, **later)):
        if by == "an answer":
            record([(one, not_posted("refused"))], now, worker="worker 1")
        else:
            release(list(unposted([one])), now, worker="worker 1")
    assert reminder_of(episode, "day-6").due_at == now + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["the plan", "a text"])
def test_a_claim_leaves_whom_somebody_else_holds_to_the_next(
    clinic: Clinic, channel: Recording, what: str
) -> None:
    episode = patient_of(clinic, channels=("sms",))
    run(channel, NOW, NOW + timedelta(days=1))
    back = NOW + timedelta(days=6)
    last = Reminder.objects.across_clinics().filter(episode=episode).order_by("due_at").last()
    assert last is not None

    def hold() -> None:
        table, pk = (Patient, episode.patient_id) if what == "the plan" else (Reminder, last.pk)
        list(table.objects.across_clinics().select_for_update().filter(pk=pk))

    with elsewhere(hold):
        batch = claim(back, worker="worker 1", live={"sms"})
        # With SQLite there is one writer at a time, and the claim is simply the next.
        assert batch == Batch(next_due=back) or connection.vendor == "sqlite"
    batch = claim(back, worker="worker 1", live={"sms"})
    assert batch.set_aside["planned-anew"] > 1 or connection.vendor == "sqlite"
    assert reminder_of(episode, "day-2").status_reason == "past-send-by"
    assert reminder_of(episode, "catchup-2026-11-26").status == Status.SCHEDULED


@pytest.mark.django_db(transaction=True)
def test_changes_and_workers_at_the_same_patients_never_block_each_other(
    clinic: Clinic, channel: Recording
) -> None:
    firsts = [patient_of(clinic, number, channels=("sms",), site="left") for number in range(5)]
    run(channel, NOW, AGAIN)
    for first in firsts:
        treated_again(first, AGAIN, site="left")
    run(channel, AGAIN + timedelta(minutes=30), MORNING)
    patients = [first.patient_id for first in firsts]
    ends, start = time.monotonic() + LONGEST, Barrier(3)
    faults: list[DatabaseError] = []
    turns: list[str] = []

    def repeat(name: str, step: Callable[[datetime], None]) -> None:
        try:
            start.wait(30)
            for turn in range(TURNS):
                if time.monotonic() > ends:
                    break
                step(MORNING + timedelta(seconds=turn))
                turns.append(name)
        except DatabaseError as fault:
            faults.append(fault)
        finally:
            connection.close()

    chance = random.Random(7)

    def change_some(now: datetime) -> None:
        pull(patients, chance.choice((1, 3)), now)
        renew(chance.sample(patients, 3), now, actor=NURSE)

    threads = [
        Thread(target=repeat, args=["change", change_some]),
        Thread(target=repeat, args=["worker 1", lambda now: one_turn("worker 1", now)]),
        Thread(target=repeat, args=["worker 2", lambda now: one_turn("worker 2", now)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert {*turns} == {"change", "worker 1", "worker 2"}
    sent = Attempt.objects.for_clinic(clinic).filter(status="sent").values_list("reminder", flat=True)
    assert len(sent) == len(set(sent))
