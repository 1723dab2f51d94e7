"""Sending what is due to a fast provider on loopback, beside a bare loop of the SMS package's own client.

The bare loop knows already which text goes to whom, keeps nothing, and asks no database: it is the most that
this client can do on this machine. Both send the same texts with as many requests under way, in one run.
"""

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from twilio.http.async_http_client import AsyncTwilioHttpClient  # noqa: E402
from twilio.rest import Client  # noqa: E402

from benchmarks.people import NOW, enrol_many, make_clinic  # noqa: E402
from scheduler.channels.sms import Account, Sms  # noqa: E402
from scheduler.dispatch.worker import IN_FLIGHT, Worker  # noqa: E402
from scheduler.domain.status import Status  # noqa: E402
from scheduler.models import Attempt, Clinic, Episode, Reminder, Sender  # noqa: E402
from scheduler.sets import stamp  # noqa: E402
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider_process  # noqa: E402

CALLBACK = "https://clinic.example.com/webhooks/twilio/status"
#: nobody waits for a rate here
SEGMENTS_PER_SECOND = 1_000_000.0
LATER = timedelta(days=400)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__)
    words.add_argument("due", type=int, nargs="?", default=2000, help="reminders that are due")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--pending", type=int, default=0, help="patients beside them, whose texts come later")
    given = words.parse_args()
    call_command("migrate", verbosity=0)
    clinic = crowd(given.due, given.pending)
    with provider_process() as twilio:
        ratios = list(rounds(given, clinic, twilio))
    print(f"  {median(ratios):.2f} of the bare loop (median of {given.rounds})")


def crowd(number: int, pending: int) -> Clinic:
    """As many patients, none with anything due yet; all texts of `pending` others come later."""
    clinic = make_clinic("bench")
    clinic.sender = Sender.objects.create(
        name="bench", from_number="+447700900001", segments_per_second=SEGMENTS_PER_SECOND
    )
    clinic.save()
    enrol_many(clinic, number, days=2)
    Episode.objects.for_clinic(clinic).update(outbox_only=False)
    if pending:
        enrol_many(clinic, pending, days=1)
    waiting = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED)
    count = waiting.count()
    waiting.filter(episode__outbox_only=False).update(try_at=NOW + LATER)
    waiting.filter(try_at__lte=NOW + timedelta(hours=1)).update(try_at=NOW + timedelta(hours=2))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  {count} reminders pending")
    return clinic


def rounds(given: argparse.Namespace, clinic: Clinic, twilio: Provider) -> Iterator[float]:
    for _ in range(given.rounds):
        yield one_round(given.due, clinic, twilio)


def one_round(due: int, clinic: Clinic, twilio: Provider) -> float:
    make_due(clinic)
    ours, our_work = timed(lambda: send_ours(twilio, due))
    texts = list(Attempt.objects.for_clinic(clinic).order_by("-created_at")[:due])
    requests = [request(text) for text in texts]
    bare, bare_work = timed(lambda: asyncio.run(send_bare(twilio, requests)))
    print(
        f"  worker {due / ours:.0f}/s, bare loop {due / bare:.0f}/s: {bare / ours:.2f};"
        f" CPU a text {our_work / due * 1e6:.0f} and {bare_work / due * 1e6:.0f} us:"
        f" {bare_work / our_work:.2f}",
        flush=True,
    )
    return bare / ours


def timed(send: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of this process's CPU: a machine that does other things spoils the first."""
    began, worked = perf_counter(), process_time()
    send()
    return perf_counter() - began, process_time() - worked


def make_due(clinic: Clinic) -> None:
    """The next text of every patient."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduler_reminder SET due_at = %s, try_at = %s, send_by = %s WHERE id IN ("
            " SELECT MIN(r.id) FROM scheduler_reminder r JOIN scheduler_episode e ON e.id = r.episode_id"
            " WHERE r.status = 'scheduled' AND NOT e.outbox_only AND r.clinic_id = %s GROUP BY e.id)",
            [stamp(NOW), stamp(NOW), stamp(NOW + timedelta(hours=8)), clinic.pk],
        )
    # The clock begins anew in every round: what an earlier one reserved would have to be waited for.
    Sender.objects.update(reserved_until=None)


def send_ours(twilio: Provider, due: int) -> None:
    account = Account(ACCOUNT, (ACCOUNT, TOKEN), twilio.url, CALLBACK)
    began = perf_counter()

    def clock() -> datetime:
        return NOW + timedelta(seconds=perf_counter() - began)

    async def work() -> dict[str, int]:
        worker = Worker("bench", {"sms": Sms(account)}, clock, jobs=())
        await worker.run(once=True)
        return worker.counts

    counts = asyncio.run(work())
    assert counts == {"accepted": due}, counts


async def send_bare(twilio: Provider, requests: list[dict[str, Any]]) -> None:
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
