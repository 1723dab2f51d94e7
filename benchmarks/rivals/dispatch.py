"""Another way of sending what is due, beside the same bare loop of the SMS package's own client as ours is.

One number stands for both, whatever else the machine did at that time: the part of the bare loop's speed.
"""

import argparse
import asyncio
import os
from datetime import UTC, datetime
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.dispatch import send_bare
from benchmarks.results import engine, report
from benchmarks.rivals import RIVALS, Rival, Text, request, rival
from benchmarks.rivals.plan import due_texts
from tests.support.provider import Provider, provider_process


class Round(NamedTuple):
    """Seconds by the clock, and of CPU of the process that sends; a database server's are not in it."""

    theirs: float
    bare: float
    cpu: float
    bare_cpu: float


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.rivals.dispatch", description=__doc__)
    words.add_argument("name", choices=RIVALS)
    words.add_argument("due", type=int, nargs="?", default=2000, help="texts that are due")
    words.add_argument("--rounds", type=int, default=3)
    given = words.parse_args()
    with provider_process() as twilio:
        os.environ["TWILIO_API_BASE_URL"] = twilio.url
        other = rival(given.name)
        seen = [one_round(given.name, other, given.due, twilio) for _ in range(given.rounds)]
    ratios = [one.bare / one.theirs for one in seen]
    report(
        "dispatch",
        engine(),
        way=given.name,
        due=given.due,
        ratio=median(ratios),
        rounds=ratios,
        per_second=given.due / median(one.theirs for one in seen),
        bare_per_second=given.due / median(one.bare for one in seen),
        cpu_us=median(one.cpu for one in seen) / given.due * 1e6,
        bare_cpu_us=median(one.bare_cpu for one in seen) / given.due * 1e6,
        settings=other.settings,
        lacks=other.lacks,
    )
    print(f"  {given.name}: {median(ratios):.2f} of the bare loop (median of {given.rounds})")


def one_round(name: str, other: Rival, due: int, twilio: Provider) -> Round:
    texts = due_texts(due, datetime.now(UTC))
    other.prepare(texts)
    before, worked = twilio.counts["accepted"], process_time()
    theirs = other.run()
    cpu = process_time() - worked
    must_be_each_once(texts, twilio.arrivals(since=before))
    requests = [request(text.to, text.body, text.id) for text in texts]
    began, worked = perf_counter(), process_time()
    asyncio.run(send_bare(twilio, requests))
    seen = Round(theirs, perf_counter() - began, cpu, process_time() - worked)
    print(
        f"  {name} {due / theirs:.0f}/s, bare loop {due / seen.bare:.0f}/s: {seen.bare / theirs:.2f};"
        f" CPU a text {cpu / due * 1e6:.0f} and {seen.bare_cpu / due * 1e6:.0f} us",
        flush=True,
    )
    return seen


def must_be_each_once(texts: list[Text], arrivals: list[tuple[str, float]]) -> None:
    if sorted(to for to, _ in arrivals) != sorted(text.to for text in texts):
        raise SystemExit(f"{len(arrivals)} texts arrived of {len(texts)}, or some twice")


if __name__ == "__main__":
    main()
