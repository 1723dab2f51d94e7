"""Storing patients' jobs, beside our own enrolment of the same people on the same machine in turn.

Theirs is the plan by dateutil and one job for each of its texts, and nothing else: no patient is stored, none
checked, no event kept.
"""

import argparse
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management import call_command

from benchmarks.enrol import enrol_each, enrol_in_bulk, next_ids, people, remove
from benchmarks.people import make_clinic
from benchmarks.results import engine, report
from benchmarks.rivals import RIVALS, Rival, rival
from benchmarks.rivals.plan import plans

ROUNDS = 3
#: theirs and ours
Seconds = tuple[float, float]
WAYS = {"in bulk": ("add_in_bulk", enrol_in_bulk), "one transaction each": ("add", enrol_each)}


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.rivals.enrol", description=__doc__)
    words.add_argument("name", choices=RIVALS)
    words.add_argument("patients", type=int, nargs="?", default=500)
    given = words.parse_args()
    call_command("migrate", verbosity=0)
    other = rival(given.name)
    rounds = [one_round(other, f"round-{number}", given.patients) for number in range(ROUNDS)]
    for case in WAYS:
        tell(given.name, other, case, given.patients, [one[case] for one in rounds])


def one_round(other: Rival, name: str, patients: int) -> dict[str, Seconds]:
    """Whoever has one way only is asked for it once."""
    took: dict[Callable[..., None], float] = {}
    seen = {}
    for case, (add, ours) in WAYS.items():
        theirs = getattr(other, add)
        if theirs not in took:
            took[theirs] = timed(lambda add=theirs, case=case: add(plans(patients, f"{name}-{case}")))
        enrolments = people(make_clinic(f"{name}-{case[:3]}"), patients)
        first = next_ids()
        seen[case] = took[theirs], timed(lambda ours=ours, all=enrolments: ours(all))
        remove(first)
    return seen


def tell(name: str, other: Rival, case: str, patients: int, seen: Sequence[Seconds]) -> None:
    times = [theirs / own for theirs, own in seen]
    per_second = patients / median(theirs for theirs, _ in seen)
    ours_per_second = patients / median(own for _, own in seen)
    print(f"  {case}: {name} {per_second:.0f}/s, ours {ours_per_second:.0f}/s: {median(times):.1f} times")
    report(
        "enrol",
        engine(),
        way=name,
        case=case,
        patients=patients,
        ours_ratio=median(times),
        rounds=times,
        per_second=per_second,
        ours_per_second=ours_per_second,
        settings=other.settings,
        lacks=other.lacks,
    )


def timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
