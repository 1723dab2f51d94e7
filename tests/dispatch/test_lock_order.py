"""Changes and several workers at the same patients at once: nobody waits for somebody who waits for him."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection

from scheduler.channels.base import accepted, not_posted
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Reminder
from scheduler.plans import renew
from tests.dispatch.plans import Recording, patient_of
from tests.dispatch.treatments import NURSE, run, treated_again
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
            start.wait(5)
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

    def change(now: datetime) -> None:
        pull(patients, chance.choice((1, 3)), now)
        renew(chance.sample(patients, 3), now, actor=NURSE)

    threads = [
        Thread(target=repeat, args=["change", change]),
        Thread(target=repeat, args=["worker 1", lambda now: one_turn("worker 1", now)]),
        Thread(target=repeat, args=["worker 2", lambda now: one_turn("worker 2", now)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert all(turns.count(name) > 5 for name in ("change", "worker 1", "worker 2"))
    sent = Attempt.objects.for_clinic(clinic).filter(status="sent").values_list("reminder", flat=True)
    assert len(sent) == len(set(sent))
