"""Planning everybody anew for a new edition, beside a bare UPDATE of the same rows."""

import sys
from collections.abc import Callable
from time import perf_counter

from django.db import connection, transaction

from benchmarks.people import ACTOR, NOW, PROTOCOL, SETTINGS, enrol_many, make_clinic
from scheduler import editions
from scheduler.models import Clinic, Reminder, Rollout
from scheduler.plans.rollout import carry_out

PER_ROW = """
    UPDATE scheduler_reminder SET due_at = %s, due_local = %s, send_by = %s, try_at = %s
    WHERE id = %s AND status = 'scheduled'
"""
MORNINGS = ("09:30", "09:00")


def measure(patients: int, rounds: int = 3) -> None:
    clinic = make_clinic()
    enrol_many(clinic, patients)
    for n in range(rounds):
        before = _rows(clinic)
        ours = _timed(lambda n=n: _publish(clinic, MORNINGS[n % 2]))
        after = _rows(clinic)
        changed = [(*after[pk], pk) for pk in after if after[pk] != before[pk]]
        bare = _timed(lambda changed=changed: _bare(changed))
        print(f"rows {len(changed)}  ours {ours:.2f}s  bare {bare:.2f}s  ratio {ours / bare:.2f}")


def _publish(clinic: Clinic, morning: str) -> None:
    times = {
        "morning": morning,
        "late-morning": f"1{morning[1:]}",
        "evening": "18:30" if morning == "09:30" else "18:00",
    }
    edition = editions.publish(
        clinic, PROTOCOL, {**SETTINGS, **times}, reason="b", approved_by="b", actor=ACTOR, now=NOW
    )
    rollout = Rollout.objects.create(
        clinic=clinic, edition=edition, started_by=ACTOR, started_at=NOW, moved_at=NOW
    )
    carry_out(rollout, lambda: NOW)


def _rows(clinic: Clinic) -> dict[int, tuple[object, ...]]:
    adapt = connection.ops.adapt_datetimefield_value
    found = Reminder.objects.for_clinic(clinic).values_list("pk", "due_at", "due_local", "send_by", "try_at")
    return {pk: (adapt(due), local, adapt(by), adapt(again)) for pk, due, local, by, again in found}


def _bare(changed: list[tuple[object, ...]]) -> None:
    for first in range(0, len(changed), 7000):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(PER_ROW, changed[first : first + 7000])


def _timed(work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    measure(int(sys.argv[1]))
