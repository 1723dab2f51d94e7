"""Sending what is due to a fast provider on loopback, beside a bare loop of the SMS package's own client.

The bare loop is one process. It knows already which text goes to whom, keeps nothing, and asks no database:
it is the most that this client can do in one process. Any number of workers may run, so ours is measured with
one and with as many as there are cores; each has as many requests under way as the bare loop. All send the
same number of texts, in one run, to a provider in a process of its own.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from twilio.http.async_http_client import AsyncTwilioHttpClient  # noqa: E402
from twilio.rest import Client  # noqa: E402

from benchmarks.pending import fill  # noqa: E402
from benchmarks.people import NOW, enrol_many, make_clinic  # noqa: E402
from benchmarks.results import engine, report  # noqa: E402
from benchmarks.senders import CALLBACK, Crew, crew  # noqa: E402
from scheduler.dispatch.worker import IN_FLIGHT  # noqa: E402
from scheduler.domain.status import Status  # noqa: E402
from scheduler.models import Attempt, Clinic, Episode, Reminder, Sender  # noqa: E402
from scheduler.sets import stamp  # noqa: E402
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider_process  # noqa: E402

#: nobody waits for a rate here
SEGMENTS_PER_SECOND = 1_000_000.0
LATER = timedelta(days=400)


class Cost(NamedTuple):
    """Seconds by the clock, and of CPU, that all texts of a round took."""

    wall: float
    cpu: float


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__)
    words.add_argument("due", type=int, nargs="?", default=2000, help="reminders that are due")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--workers", type=int, help="one number of workers; else one, and one for each core")
    words.add_argument("--pending", type=int, default=0, help="reminders beside them that are not due")
    given = words.parse_args()
    numbers = [given.workers] if given.workers else sorted({1, os.cpu_count() or 1})
    call_command("migrate", verbosity=0)
    clinic = crowd(given.due, given.pending)
    subprocess.run([sys.executable, "-m", "tests.support.provider.capacity", "--seconds", "2"], check=True)
    with provider_process() as twilio:
        for number in numbers:
            measure(given, number, clinic, twilio)


def measure(given: argparse.Namespace, workers: int, clinic: Clinic, twilio: Provider) -> None:
    with crew(workers, twilio.url) as ready:
        # What a process does only once, for a new protocol or minute, is done before the first round.
        one_round(given.due, clinic, twilio, ready)
        costs = [one_round(given.due, clinic, twilio, ready) for _ in range(given.rounds)]
    ratios = [bare.wall / ours.wall for ours, bare in costs]
    print(
        f"  {workers} workers: {median(ratios):.2f} of the bare loop (median of {given.rounds})", flush=True
    )
    beside = f", {given.pending:,} pending" if given.pending else ""
    report(
        "dispatch", engine(), case=f"workers={workers}{beside}", due=given.due, pending=given.pending,
        workers=workers, ratio=median(ratios), rounds=ratios,
        worker_per_second=median(given.due / ours.wall for ours, _ in costs),
        bare_per_second=median(given.due / bare.wall for _, bare in costs),
        cpu_us=median(ours.cpu / given.due * 1e6 for ours, _ in costs),
        bare_cpu_us=median(bare.cpu / given.due * 1e6 for _, bare in costs),
    )  # fmt: skip


def crowd(number: int, pending: int) -> Clinic:
    """As many patients, none with anything due yet; all texts of `pending` others come later."""
    clinic = make_clinic("bench")
    clinic.sender = Sender.objects.create(
        name="bench", from_number="+447700900001", segments_per_second=SEGMENTS_PER_SECOND
    )
    clinic.save()
    enrol_many(clinic, number + bool(pending), days=2)
    # In the order of their ids; the one more is there to be copied, and never due.
    due = list(Episode.objects.for_clinic(clinic).order_by("pk").values_list("pk", flat=True))[:number]
    Episode.objects.for_clinic(clinic).filter(pk__lte=due[-1]).update(outbox_only=False)
    ours = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED)
    ours.update(try_at=NOW + LATER)
    if pending:
        Attempt.objects.for_clinic(clinic).filter(reminder__episode__pk__gt=due[-1]).delete()
        fill(pending, NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT COUNT(*) FROM scheduler_reminder WHERE status = 'scheduled'")
        print(f"  {cursor.fetchone()[0]} reminders pending", flush=True)
    return clinic


def one_round(due: int, clinic: Clinic, twilio: Provider, ready: Crew) -> tuple[Cost, Cost]:
    make_due(clinic, due)
    ours = Cost(*ready.send(due))
    texts = list(Attempt.objects.for_clinic(clinic).order_by("-created_at")[:due])
    requests = [request(text) for text in texts]
    with timed() as bare:
        asyncio.run(send_bare(twilio, requests))
    wall, cpu = bare
    print(
        f"  {due / ours.wall:.0f}/s, bare loop {due / wall:.0f}/s: {wall / ours.wall:.2f};"
        f" CPU a text {ours.cpu / due * 1e6:.0f} and {cpu / due * 1e6:.0f} us",
        flush=True,
    )
    return ours, Cost(wall, cpu)


@contextmanager
def timed() -> Iterator[list[float]]:
    """Filled when it is over: a machine that does other things spoils the time by the clock."""
    cost: list[float] = []
    began, worked = perf_counter(), process_time()
    yield cost
    cost += [perf_counter() - began, process_time() - worked]


def make_due(clinic: Clinic, number: int) -> None:
    """The next text of every patient who is not there to be copied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduler_reminder SET due_at = %s, try_at = %s, send_by = %s WHERE id IN ("
            " SELECT MIN(r.id) FROM scheduler_reminder r JOIN scheduler_episode e ON e.id = r.episode_id"
            " WHERE r.status = 'scheduled' AND NOT e.outbox_only AND r.clinic_id = %s GROUP BY e.id)",
            [stamp(NOW), stamp(NOW), stamp(NOW + timedelta(hours=8)), clinic.pk],
        )
        assert cursor.rowcount == number, "the plans are at their end: fewer rounds"
    # The clock begins anew in every round: what an earlier one reserved would have to be waited for.
    Sender.objects.update(reserved_until=None)


async def send_bare(twilio: Provider, requests: Sequence[dict[str, Any]]) -> None:
    http = AsyncTwilioHttpClient()
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = twilio.url
    rest = iter(requests)

    async def keep_sending() -> None:
        for one in rest:
            await client.messages.create_async(**one)

    await asyncio.gather(*(keep_sending() for _ in range(IN_FLIGHT)))
    await http.close()


def request(text: Attempt) -> dict[str, Any]:
    return {
        "to": text.address,
        "from_": "+447700900001",
        "body": text.text,
        "status_callback": f"{CALLBACK}/{text.pk}",
        "validity_period": 28_000,
        "smart_encoded": False,
        "shorten_urls": False,
    }


if __name__ == "__main__":
    main()
