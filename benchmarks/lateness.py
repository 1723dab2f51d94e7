"""How late texts leave that are due at different moments: a minute of them, sent by one real worker."""

import argparse
import time
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import quantiles
from urllib.parse import urlsplit

from benchmarks.place import place
from benchmarks.process import end
from benchmarks.results import engine, report
from tests.support.provider import Provider, provider_process

TEXTS, MINUTE = 600, 60.0
#: seconds: what a worker does when it starts is over by then; and how long the last text may take
SETTLED, PATIENCE = 10.0, 30.0
TARGET_MS = 10.0


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.lateness", description=__doc__)
    words.add_argument("texts", type=int, nargs="?", default=TEXTS, help="texts that become due")
    words.add_argument("--seconds", type=float, default=MINUTE, help="over which they are spread")
    given = words.parse_args()
    with provider_process() as twilio:
        late = sorted(_lateness(twilio, given.texts, given.seconds))
    percent = quantiles(late, n=100, method="inclusive")
    figures = {"p50_ms": percent[49], "p99_ms": percent[98], "max_ms": late[-1]}
    print(
        "  from due to the provider: " + ", ".join(f"{name} {value:.1f}" for name, value in figures.items())
    )
    report("lateness", engine(), texts=given.texts, seconds=given.seconds, target_ms=TARGET_MS, **figures)


def _lateness(twilio: Provider, texts: int, seconds: float) -> list[float]:
    """Milliseconds of each, from the moment at which it is due to that at which the provider has it."""
    with place("lateness", twilio.url) as where:
        reminders = where.do("live.enrol", texts)
        worker = where.aftercare("worker")
        try:
            begins, chance = datetime.now(UTC) + timedelta(seconds=SETTLED), Random(1)
            times = [begins + timedelta(seconds=chance.uniform(0, seconds)) for _ in reminders]
            where.do("live.make_due_at", list(zip(reminders, times, strict=True)))
            last = time.monotonic() + SETTLED + seconds + PATIENCE
            while twilio.counts["accepted"] < texts:
                running = worker.poll() is None and time.monotonic() < last
                assert running, where.said()
                time.sleep(1)
        finally:
            end(worker)
        due = where.do("live.due_by_attempt")
    return [(one["monotonic"] - due[_attempt(one["status_callback"])]) * 1000 for one in twilio.accepted]


def _attempt(callback: str) -> str:
    return urlsplit(callback).path.rpartition("/")[2]


if __name__ == "__main__":
    main()
