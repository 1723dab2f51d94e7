"""Workers in processes of their own that send what is due when they are told to, all at once.

They stay from one round to the next, as workers do.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic, process_time
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import uvloop  # noqa: E402

from benchmarks.people import NOW  # noqa: E402
from scheduler import collector  # noqa: E402
from scheduler.channels.sms import Account, Sms  # noqa: E402
from scheduler.dispatch.worker import Worker  # noqa: E402
from tests.support.provider import ACCOUNT, TOKEN  # noqa: E402

CALLBACK = "https://clinic.example.com/webhooks/twilio/status"
#: seconds until all have heard that it begins
BEGIN = 0.2
PATIENCE = 600.0


class Crew(NamedTuple):
    """The other ends of the workers' lines."""

    lines: list[Connection]

    def send(self, due: int) -> tuple[float, float]:
        """Seconds by the clock until the last has nothing more to do, and of CPU of all together."""
        begins = monotonic() + BEGIN
        for line in self.lines:
            line.send(begins)
        answers = [line.recv() for line in self.lines if line.poll(PATIENCE)]
        taken, ends, cpu = zip(*answers, strict=True)
        assert sum(taken) == due, f"{sum(taken)} of {due} were taken"
        return max(ends) - begins, sum(cpu)


@contextmanager
def crew(number: int, url: str) -> Iterator[Crew]:
    """So many workers, ready to begin."""
    context = get_context("spawn")
    pairs = [context.Pipe() for _ in range(number)]
    workers = [
        context.Process(target=_work, args=(theirs, url, f"bench-{n}"), daemon=True)
        for n, (_, theirs) in enumerate(pairs)
    ]
    for worker in workers:
        worker.start()
    lines = [ours for ours, _ in pairs]
    for line in lines:
        line.recv()
    try:
        yield Crew(lines)
    finally:
        for line in lines:
            line.send(None)
        for worker in workers:
            worker.join()


def _work(line: Connection, url: str, name: str) -> None:
    line.send("ready")
    while begins := line.recv():
        while monotonic() < begins:
            pass
        worked = process_time()
        taken = uvloop.run(_send_all(url, name, begins))
        line.send((taken, monotonic(), process_time() - worked))


async def _send_all(url: str, name: str, begins: float) -> int:
    """It is noon when it begins, for all of them."""

    def clock() -> datetime:
        return NOW + timedelta(seconds=monotonic() - begins)

    sms = Sms(Account(ACCOUNT, (ACCOUNT, TOKEN), url, CALLBACK))
    worker = Worker(name, {"sms": sms}, clock, jobs=())
    # As `aftercare worker` runs it.
    with collector.seldom():
        await worker.run(once=True)
    assert worker.counts.keys() <= {"accepted"}, worker.counts
    return worker.counts["accepted"]
