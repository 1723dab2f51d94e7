"""aftercare worker: sends what is due, when it is due."""

import asyncio
import os
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Timer
from typing import Any

import structlog
import uvloop
from django.conf import settings

from scheduler import collector
from scheduler.dispatch.clocks import ClocksDiffer, database_now
from scheduler.dispatch.compose import channels_of
from scheduler.dispatch.due import awaits_provider
from scheduler.dispatch.durability import NotDurable, check_durability
from scheduler.dispatch.jobs import JOBS, Job
from scheduler.dispatch.worker import Worker
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure
from scheduler.senders import ensure_first_sender

log = structlog.get_logger(__name__)

#: seconds after it was told to stop
LAST_MOMENT = 9.7
#: a worker that took them would only turn them into failures
NO_WAY_OUT = (
    "texts or emails of enrolled patients have to leave, and no provider is set: "
    "set Twilio's variables or EMAIL_URL, as they were when the patients were enrolled"
)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "Send what is due, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        try:
            check_durability()
        except NotDurable as fault:
            raise Failure(fault) from None
        if settings.TWILIO:
            ensure_first_sender(settings.TWILIO, settings.SMS_RATE_PER_SECOND)
        channels = channels_of(settings)
        if channels.keys() == {"outbox"} and awaits_provider():
            raise Failure(NO_WAY_OUT)
        try:
            counts = uvloop.run(run(channels, once))
        except ClocksDiffer as fault:
            raise Failure(f"this machine's clock and the database's differ by {fault}") from None
        if once:
            self.stdout.write(summary(counts))


async def run(channels: Any, once: bool, jobs: Sequence[Job] = JOBS) -> dict[str, int]:
    name = f"worker {socket.gethostname()[:50]}-{os.getpid()}"
    worker = Worker(name, channels, utc_now, jobs, database_clock=database_now)

    def stop() -> None:
        worker.stop()
        last = Timer(LAST_MOMENT, _leave)
        last.daemon = True
        last.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    log.info("worker started", worker=worker.name, channels=sorted(channels))
    with collector.seldom():
        await worker.run(once=once)
    log.info("worker stopped", worker=worker.name)
    return worker.counts


def _leave() -> None:
    """What still hangs is a thread that waits for a host that is gone; all that is known is written down."""
    log.warning("worker left without waiting any longer")
    os._exit(0)


def summary(counts: dict[str, int]) -> str:
    """One line, whatever happened."""
    words = {
        "accepted": "sent",
        "rejected": "refused",
        "in-doubt": "in doubt",
        "not-posted": "to be tried again",
        "skipped": "skipped",
        "cancelled": "cancelled",
        "failed": "failed",
        "scheduled": "put off",
    }
    return ", ".join(f"{counts.get(kind, 0)} {word}" for kind, word in words.items())
