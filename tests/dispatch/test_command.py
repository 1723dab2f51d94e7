"""The worker as an operator runs it: a process of its own, settings from the environment."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

PLAN = """
from datetime import timedelta
from django.utils import timezone
from scheduler.models import Clinic, Reminder
from tests.dispatch.plans import live_clinic, patient_of
now = timezone.now()
episode = patient_of(live_clinic())
Reminder.objects.across_clinics().update(
    try_at=now, due_at=now, send_by=now + timedelta(hours=1), any_hour=True)
"""


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path, twilio: Provider) -> dict[str, str]:
    chosen = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/aftercare.sqlite3",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+447700900001",
        "TWILIO_API_BASE_URL": twilio.url,
        "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **chosen}
    aftercare(environment, "migrate")
    made = f"import django; django.setup()\n{PLAN}"
    subprocess.run([sys.executable, "-c", made], env=environment, check=True, timeout=60)
    return environment


def aftercare(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scheduler", *words]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)


def test_once_sends_what_is_due_says_so_and_ends(environment: dict[str, str], twilio: Provider) -> None:
    first, second = (aftercare(environment, "worker", "--once").stdout for _ in range(2))
    sent = len(twilio.accepted)
    assert sent > 10
    assert first.startswith(f"{sent} sent, 0 refused, 0 in doubt")
    assert second.startswith("0 sent")
    assert len(twilio.accepted) == sent


def test_killed_in_the_middle_it_sends_nothing_twice(environment: dict[str, str], twilio: Provider) -> None:
    twilio.behave("slow")
    worker = subprocess.Popen([sys.executable, "-m", "scheduler", "worker"], env=environment)
    while not twilio.accepted:
        assert worker.poll() is None
        time.sleep(0.01)
    worker.kill()
    worker.wait(10)
    aftercare(environment, "worker", "--once")
    reminders = reminders_of(environment, twilio)
    assert len(reminders) == len(twilio.accepted) == len(set(reminders))


def reminders_of(environment: dict[str, str], twilio: Provider) -> list[int]:
    """For which reminder each message was that the provider took, by the attempt that its request names."""
    taken = [message["asked"]["StatusCallback"].rpartition("/")[2] for message in twilio.accepted]
    with closing(sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"))) as database:
        attempts = dict(database.execute("SELECT id, reminder_id FROM scheduler_attempt").fetchall())
    return [attempts[UUID(attempt).hex] for attempt in taken]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_when_it_is_told_to(
    environment: dict[str, str], twilio: Provider, how: signal.Signals
) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "scheduler", "worker"], env=environment)
    while not twilio.accepted:
        assert worker.poll() is None
        time.sleep(0.01)
    worker.send_signal(how)
    assert worker.wait(10) == 0


def test_it_does_not_start_without_a_way_out_for_what_must_leave(environment: dict[str, str]) -> None:
    environment = {name: value for name, value in environment.items() if not name.startswith("TWILIO_")}
    command = [sys.executable, "-m", "scheduler", "worker", "--once"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no provider is set: set Twilio's variables or EMAIL_URL" in done.stderr
    with closing(sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"))) as database:
        rows = database.execute("SELECT DISTINCT status FROM scheduler_reminder").fetchall()
    assert rows == [("scheduled",)]
