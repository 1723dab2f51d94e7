"""Planning everybody anew for a new edition, beside a bare UPDATE of the same rows with the same values.

The bare UPDATE knows already which row gets which values: it is the least that any way of doing it costs. It
is done row by row with the driver's `executemany`, in as many transactions as the job has steps. On SQLite
the job leaves every third second to others, who could not write else; the ratio is told without that too.
"""

import os
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, sleep

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from benchmarks.people import ACTOR, NOW, PROTOCOL, SETTINGS, enrol_many, make_clinic  # noqa: E402
from benchmarks.results import engine, report  # noqa: E402
from scheduler import editions  # noqa: E402
from scheduler.models import Clinic, Reminder, Rollout  # noqa: E402
from scheduler.plans.everybody import STEP  # noqa: E402
from scheduler.plans.rollout import carry_out  # noqa: E402

ROUNDS = 3
TIMES = (
    {"morning": "09:30", "late-morning": "10:30", "evening": "18:30"},
    {"morning": "09:00", "late-morning": "10:00", "evening": "18:00"},
)
UPDATE = """
    UPDATE scheduler_reminder SET due_at = %s, due_local = %s, send_by = %s, try_at = %s
    WHERE id = %s AND status = 'scheduled'
"""
Values = tuple[object, ...]


def main(patients: int) -> None:
    call_command("migrate", verbosity=0)
    for slug, days in {"new": 1, "on-the-way": 28}.items():
        clinic = make_clinic(slug)
        enrol_many(clinic, patients, days)
        with connection.cursor() as cursor:
            # As a server does by itself within a minute; else the measure depends on whether it has.
            cursor.execute("ANALYZE")
        rounds = [compare(clinic, TIMES[number % 2], patients) for number in range(ROUNDS)]
        ratio, at_work = (median(ratios) for ratios in zip(*rounds, strict=True))
        print(f"  {patients} patients treated in the last {days} days: {ratio:.1f} times (median)")
        if at_work < ratio:
            print(f"    without what is left to others: {at_work:.1f} times (median)")
        report(
            "renew", engine(), case=slug, patients=patients, days=days, ratio=ratio, at_work=at_work,
            rounds=[one for one, _ in rounds],
        )  # fmt: skip


def compare(clinic: Clinic, times: dict[str, str], patients: int) -> tuple[float, float]:
    """How many times as long it takes, with and without what is left to others."""
    before, rests = rows(clinic), list[float]()
    ours = timed(lambda: publish(clinic, times, lambda seconds: rests.append(timed(lambda: sleep(seconds)))))
    after = rows(clinic)
    changed = [(*values, pk) for pk, values in after.items() if values != before[pk]]
    bare = timed(lambda: update(changed, steps=-(-patients // STEP)))
    print(f"  {len(changed)} rows: planned anew {ours:.2f} s, updated {bare:.2f} s: {ours / bare:.1f} times")
    return ours / bare, (ours - sum(rests)) / bare


def publish(clinic: Clinic, times: dict[str, str], rest: Callable[[float], None] = sleep) -> None:
    edition = editions.publish(
        clinic, PROTOCOL, SETTINGS | times, reason="bench", approved_by="Dr Bench", actor=ACTOR, now=NOW
    )
    rollout = Rollout.objects.create(
        clinic=clinic, edition=edition, started_by=ACTOR, started_at=NOW, moved_at=NOW
    )
    carry_out(rollout, lambda: NOW, rest=rest)


def rows(clinic: Clinic) -> dict[int, Values]:
    adapt = connection.ops.adapt_datetimefield_value
    found = Reminder.objects.for_clinic(clinic).values_list("pk", "due_at", "due_local", "send_by", "try_at")
    return {pk: (adapt(due), local, adapt(by), adapt(again)) for pk, due, local, by, again in found}


def update(changed: list[Values], steps: int) -> None:
    size = -(-len(changed) // steps)
    for first in range(0, len(changed), size):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(UPDATE, changed[first : first + size])


def timed(work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]))
