"""A worker as a process of its own, told to stop, or left without its database."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.postgres import Restartable
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

PLAN = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from scheduler.models import Reminder, Sender
from tests.dispatch.plans import live_clinic, patient_of
now = timezone.now()
clinic = live_clinic()
Sender.objects.update(segments_per_second={rate})
for number in range(2):
    patient_of(clinic, number, channels=("sms",))
Reminder.objects.across_clinics().update(
    try_at=now, due_at=now, send_by=now + timedelta(hours=1), any_hour=True)
"""
STATUSES = """
import django; django.setup()
from scheduler.models import Attempt, Reminder, Sender
Sender.objects.update(segments_per_second={rate})
print(*Reminder.objects.across_clinics().values_list("status", flat=True))
"""


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as server:
        yield server


class Installation:
    """Some two dozen texts that are due, of a sender with this rate."""

    def __init__(self, folder: Path, url: str, twilio: Provider, rate: float) -> None:
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": "x" * 50,
            "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+447700900001",
            "TWILIO_API_BASE_URL": twilio.url, "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        self.twilio = twilio
        self.run("-m", "scheduler", "migrate")
        self.run("-c", PLAN.format(rate=rate))

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment, check=True, timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def statuses(self, rate: float = 10_000) -> Counter[str]:
        """Of the reminders; the sender is as quick as that from then on."""
        return Counter(self.run("-c", STATUSES.format(rate=rate)).split())

    def end(self) -> None:
        """Whatever is left goes now, and each text went once."""
        self.statuses()
        self.run("-m", "scheduler", "worker", "--once")
        assert set(self.statuses()) == {"sent"}
        texts = [(one["to"], one["body"]) for one in self.twilio.accepted]
        assert len(texts) == len(set(texts)) == sum(self.statuses().values())

    @contextmanager
    def worker(self) -> Iterator["subprocess.Popen[bytes]"]:
        process = subprocess.Popen([sys.executable, "-m", "scheduler", "worker"], env=self.environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def embedded(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/aftercare.sqlite3"


@pytest.mark.parametrize("behaviour", ["accept", "slow"])
def test_told_to_stop_while_texts_wait_for_their_slots_it_leaves_none_in_doubt(
    tmp_path: Path, embedded: str, twilio: Provider, behaviour: str
) -> None:
    here = Installation(tmp_path, embedded, twilio, rate=8.0)
    twilio.behave(behaviour)
    with here.worker() as worker:
        wait_for(lambda: len(twilio.accepted) >= 3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    left = here.statuses()
    assert set(left) == {"sent", "scheduled"}
    assert left["sent"] == len(twilio.accepted)
    twilio.forget()
    here.end()


@pytest.fixture
def server() -> Iterator[Restartable]:
    with tempfile.TemporaryDirectory(prefix="aftercare-postgres-") as folder:
        server = Restartable(folder)
        yield server
        server.end()


def test_it_waits_for_a_database_that_was_away_and_goes_on(
    tmp_path: Path, server: Restartable, twilio: Provider
) -> None:
    here = Installation(tmp_path, server.url, twilio, rate=8.0)
    with here.worker() as worker:
        wait_for(lambda: len(twilio.accepted) >= 3)
        server.stop()
        time.sleep(2.5)
        before = len(twilio.accepted)
        server.start()
        here.statuses()
        wait_for(lambda: len(twilio.accepted) >= before + 10)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    here.end()


def test_it_stops_in_time_while_the_database_is_away(
    tmp_path: Path, server: Restartable, twilio: Provider
) -> None:
    here = Installation(tmp_path, server.url, twilio, rate=8.0)
    with here.worker() as worker:
        wait_for(lambda: len(twilio.accepted) >= 3)
        server.stop()
        time.sleep(0.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
