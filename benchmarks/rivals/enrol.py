"""Storing patients' jobs, beside our own enrolment of the same people on the same machine in turn.

Theirs is the plan by dateutil and one job for each of its texts, and nothing else: no patient is stored, none
checked, no event kept.
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management import call_command

from benchmarks.enrol import enrol_each, enrol_in_bulk, next_ids, people, remove
from benchmarks.people import make_clinic
from benchmarks.results import engine, report
from benchmarks.rivals import RIVALS, rival
from benchmarks.rivals.plan import plans

ROUNDS = 3
WAYS = {"in bulk": ("add_in_bulk", enrol_in_bulk), "one transaction each": ("add", enrol_each)}


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.rivals.enrol", description=__doc__)
    words.add_argument("name", choices=RIVALS)
    words.add_argument("patients", type=int, nargs="?", default=500)
    given = words.parse_args()
    call_command("migrate", verbosity=0)
    other = rival(given.name)
    for case, (add, ours) in WAYS.items():
        seen = [
            one_round(f"{add}-{number}", getattr(other, add), ours, given.patients)
            for number in range(ROUNDS)
        ]
        times = [theirs / own for theirs, own in seen]
        report(
            "enrol",
            engine(),
            way=given.name,
            case=case,
            patients=given.patients,
            ours_ratio=median(times),
            rounds=times,
            per_second=given.patients / median(theirs for theirs, _ in seen),
            ours_per_second=given.patients / median(own for _, own in seen),
            settings=other.settings,
            lacks=other.lacks,
        )
        print(f"  {given.name}, {case}: ours is {median(times):.1f} times as fast (median of {ROUNDS})")


def one_round(
    name: str, add: Callable[..., None], ours: Callable[..., None], patients: int
) -> tuple[float, float]:
    """Seconds for theirs and for ours."""
    theirs = timed(lambda: add(plans(patients, name)))
    enrolments = people(make_clinic(name.replace("_", "-")), patients)
    first = next_ids()
    own = timed(lambda: ours(enrolments))
    remove(first)
    print(f"  theirs {patients / theirs:.0f}/s, ours {patients / own:.0f}/s", flush=True)
    return theirs, own


def timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
