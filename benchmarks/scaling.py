"""One to four workers that share a queue, while each answer of the provider takes a while.

A worker has 50 requests under way, so with answers after 100 ms it sends 500 texts a second at the most. The
same again with answers that take longer: a few cores are enough for four workers then, and what is missing
is owed to their sharing.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.place import Place, place
from benchmarks.process import busy_seconds, cpu_seconds, end
from benchmarks.results import engine, report
from tests.support.provider import Provider, provider_process

WORKERS = (1, 2, 3, 4)
#: seconds until the provider answers: as it is asked for, and so long that the cores are idle
DELAYS = (0.1, 0.4)
ROUNDS = 3
TARGET = 0.9
#: seconds: until workers that have started are at rest; that a round is to take; and that it may take
SETTLED, LASTS, PATIENCE = 5.0, 10.0, 120.0
IN_FLIGHT = 50


@dataclass(frozen=True)
class Round:
    per_second: float
    #: CPU seconds a second: of each worker, of the server, and of everything on this machine
    workers: Sequence[float]
    server: float
    machine: float

    def __str__(self) -> str:
        each = ", ".join(f"{share:.2f}" for share in self.workers)
        return (
            f"{self.per_second:.0f}/s; cores busy: workers {each}, server {self.server:.2f},"
            f" all {self.machine:.2f} of {os.cpu_count()}"
        )


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--seconds", type=float, default=LASTS, help="that a round is to take")
    given = words.parse_args()
    for delay in DELAYS:
        print(f"  answers after {delay * 1000:.0f} ms", flush=True)
        _tell(delay, _rounds(delay, given.rounds, round(IN_FLIGHT / delay * given.seconds)))


def _rounds(delay: float, rounds: int, each: int) -> Mapping[int, list[Round]]:
    seen: dict[int, list[Round]] = defaultdict(list)
    with provider_process() as twilio, place("scaling", twilio.url) as where:
        twilio.behave("slow", delay=delay)
        texts = where.do("live.enrol", each * max(WORKERS))
        for _ in range(rounds):
            for number in WORKERS:
                seen[number].append(_round(where, twilio, number, texts[: each * number]))
                print(f"    {number}: {seen[number][-1]}", flush=True)
    return seen


def _round(where: Place, twilio: Provider, number: int, texts: Sequence[int]) -> Round:
    where.do("live.forget_sending")
    workers = [where.aftercare("worker") for _ in range(number)]
    try:
        _wait_until_ready(where, number)
        return _send(where, twilio, [worker.pid for worker in workers], texts)
    finally:
        end(*workers)


def _wait_until_ready(where: Place, workers: int) -> None:
    """Each has a connection to work with and one to listen on; what it does at the beginning is over soon."""
    began = time.monotonic()
    while len(where.do("live.backends")) < 2 * workers:
        assert time.monotonic() < began + PATIENCE, where.said()
        time.sleep(0.2)
    time.sleep(SETTLED)


def _send(where: Place, twilio: Provider, workers: Sequence[int], texts: Sequence[int]) -> Round:
    groups = [[worker] for worker in workers] + [where.do("live.backends")]
    taken, cpu, busy = twilio.counts["accepted"], list(map(cpu_seconds, groups)), busy_seconds()
    where.do("live.make_due", texts)
    began = time.monotonic()
    while twilio.counts["accepted"] < taken + len(texts):
        assert time.monotonic() < began + PATIENCE, where.said()
        time.sleep(0.1)
    lasted = time.monotonic() - began
    shares = [(cpu_seconds(group) - before) / lasted for group, before in zip(groups, cpu, strict=True)]
    busy = (busy_seconds() - busy) / lasted
    times = [one["monotonic"] for one in twilio.taken(since=taken)]
    return Round(_speed(times), shares[:-1], shares[-1], busy)


def _speed(times: Sequence[float]) -> float:
    """A second, without the first and the last tenth."""
    tenth = len(times) // 10
    return (len(times) - 2 * tenth) / (times[-tenth - 1] - times[tenth])


def _tell(delay: float, seen: Mapping[int, Sequence[Round]]) -> None:
    speed = {number: median(one.per_second for one in rounds) for number, rounds in seen.items()}
    ratios = [speed[number] / number / speed[1] for number in seen]
    busy = [median(one.machine for one in rounds) for rounds in seen.values()]
    for number, ratio in zip(seen, ratios, strict=True):
        print(f"  {number} workers: {speed[number]:.0f}/s, {ratio:.2f} of linear")
    report(
        "scaling", engine(), case=f"after {delay * 1000:.0f} ms", workers=list(seen),
        texts_per_second=list(speed.values()),
        of_linear=ratios, ratio=min(ratios), cores_busy=busy, cores=os.cpu_count(), target=TARGET,
        worker_cpu=[median(map(_mean, (one.workers for one in rounds))) for rounds in seen.values()],
        server_cpu=[median(one.server for one in rounds) for rounds in seen.values()],
    )  # fmt: skip


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares)


if __name__ == "__main__":
    main()
