"""What a worker costs as more and more reminders wait that are not due yet.

Beside each other: a database for each number of them, and on each the same work in turn, so that what else
the machine does meets them all alike.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.place import Place, place
from benchmarks.process import cpu_seconds, end, resident_megabytes
from benchmarks.results import engine, report
from tests.support.provider import Provider, provider_process

ROWS = (10_000, 1_000_000)
#: how often each is claimed or looked for, and how often a worker is started
CLAIMS, LOOKS, STARTS = 20, 10, 5
AT_ONCE = 50
#: seconds: until a worker has done all that it does at the beginning, and in which its CPU time is counted
SETTLED, IDLE = 15, 60
#: seconds that a worker may take to start
PATIENCE = 60


@dataclass
class House:
    """One database with so many rows; `unsent` are the texts that can be made due."""

    rows: int
    place: Place
    unsent: list[int]
    figures: dict[str, list[float]] = field(default_factory=dict)

    def take(self, number: int) -> list[int]:
        taken, self.unsent = self.unsent[:number], self.unsent[number:]
        return taken

    def note(self, name: str, figure: float) -> None:
        self.figures.setdefault(name, []).append(figure)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    words.add_argument("rows", type=int, nargs="*", default=list(ROWS), help="reminders that wait")
    words.add_argument("--idle", type=int, default=IDLE, help="seconds in which CPU time is counted")
    given = words.parse_args()
    with ExitStack() as stack:
        twilio = stack.enter_context(provider_process())
        places = [stack.enter_context(place(f"growth-{rows}", twilio.url)) for rows in given.rows]
        houses = [_house(rows, where) for rows, where in zip(given.rows, places, strict=True)]
        for _ in range(CLAIMS):
            _in_turn(houses, _claim)
        for _ in range(STARTS):
            _in_turn(houses, lambda house: _start(house, twilio))
        _in_turn(houses, lambda house: _idle(house, given.idle))
        _tell(houses)


def _house(rows: int, where: Place) -> House:
    began = time.perf_counter()
    unsent = where.do("live.enrol", CLAIMS * AT_ONCE + STARTS + 1)
    where.do("pending.fill", rows)
    print(f"  {rows:,} reminders written in {time.perf_counter() - began:.0f} s", flush=True)
    # The last one was the pattern of all the others.
    return House(rows, where, unsent[:-1])


def _in_turn(houses: Sequence[House], step: Callable[[House], None]) -> None:
    for house in houses:
        step(house)


def _claim(house: House) -> None:
    house.note("claim_ms", house.place.do("live.claim_of", house.take(AT_ONCE)) * 1000)
    for _ in range(LOOKS):
        house.note("look_ms", house.place.do("live.look_in_vain") * 1000)


def _start(house: House, twilio: Provider) -> None:
    """From the command to the first text that the provider has."""
    house.place.do("live.make_due", house.take(1))
    before, began = twilio.counts["accepted"], time.monotonic()
    worker = house.place.aftercare("worker")
    try:
        while twilio.counts["accepted"] == before:
            running = worker.poll() is None and time.monotonic() < began + PATIENCE
            assert running, house.place.said()
            time.sleep(0.01)
        house.note("start_seconds", twilio.taken(since=before)[0]["monotonic"] - began)
    finally:
        end(worker)


def _idle(house: House, seconds: float) -> None:
    """One worker, with nobody beside it: what shares a core with others takes more of its time."""
    worker = house.place.aftercare("worker")
    try:
        time.sleep(SETTLED)
        ours, servers = _spent(house, worker)
        time.sleep(seconds)
        assert worker.poll() is None, house.place.said()
        now = _spent(house, worker)
        house.note("idle_cpu_seconds", (now[0] - ours) * 60 / seconds)
        house.note("idle_server_cpu_seconds", (now[1] - servers) * 60 / seconds)
        house.note("memory_mb", resident_megabytes(worker.pid))
    finally:
        end(worker)


def _spent(house: House, worker: Any) -> tuple[float, float]:
    """CPU seconds of the worker, and of the processes that the server has for this database."""
    return cpu_seconds([worker.pid]), cpu_seconds(house.place.do("live.backends"))


def _tell(houses: Sequence[House]) -> None:
    names = list(houses[0].figures)
    medians = {name: [median(house.figures[name]) for house in houses] for name in names}
    for name, figures in medians.items():
        print(f"  {name}: " + ", ".join(f"{figure:.3g}" for figure in figures))
    growth = {f"{name}_ratio": max(figures) / figures[0] for name, figures in medians.items() if figures[0]}
    report("growth", engine(), rows=[house.rows for house in houses], **medians, **growth)


if __name__ == "__main__":
    main()
