"""An installation of its own for a worker that is a process of its own: some two dozen texts, all due."""

import atexit
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from tests.support.provider import ACCOUNT, TOKEN, Provider

PLAN = """
import django; django.setup()
from tests.dispatch.plans import live_clinic, patient_of
clinic = live_clinic()
for number in range(2):
    patient_of(clinic, number, channels=("sms",))
"""
DUE = "UPDATE scheduler_reminder SET try_at = '{now}', due_at = '{now}', send_by = '{later}', any_hour = true"
RATE = "UPDATE scheduler_sender SET segments_per_second = {rate}"
STATUSES = "SELECT status FROM scheduler_reminder"


#: seconds; where the machine is quiet it is gone within ten, see `scheduler.dispatch.worker.GRACE`
GONE = 20


class Installation:
    """Every text is due now, of a sender with this rate."""

    def __init__(self, folder: Path, url: str, twilio: Provider, rate: float = 10_000) -> None:
        self.twilio = twilio
        self.environment = _environment(folder, url, twilio.url)
        self.url = url
        if path := _file(url):
            shutil.copy(_filled(), path)
        else:
            _fill(self.environment)
        now = datetime.now(UTC).replace(tzinfo=None)
        self.ask(DUE.format(now=now, later=now + timedelta(hours=1)))
        self.ask(RATE.format(rate=rate))

    def run(self, *words: str) -> str:
        return _run(self.environment, *words)

    def once(self) -> str:
        return self.run("-m", "scheduler", "worker", "--once")

    def ask(self, query: str) -> list[Any]:
        """Its rows, from the database itself: a command would take a second."""
        with closing(_connect(self.url)) as database, database:
            asked = database.execute(query)
            return asked.fetchall() if asked.description else []

    def statuses(self, rate: float = 10_000) -> Counter[str]:
        """Of the reminders; the sender is as quick as that from then on."""
        self.ask(RATE.format(rate=rate))
        return Counter(status for (status,) in self.ask(STATUSES))

    def end(self) -> None:
        """Whatever is left goes now, and each text went once."""
        self.statuses()
        self.once()
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


def _environment(folder: Path, url: str, provider: str = "http://127.0.0.1:9") -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": "x" * 50,
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+447700900001",
        "TWILIO_API_BASE_URL": provider, "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip


def _run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, *words]
    done = subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True, text=True)
    return done.stdout


def _fill(environment: dict[str, str]) -> None:
    _run(environment, "-m", "scheduler", "migrate")
    _run(environment, "-c", PLAN)


@cache
def _filled() -> Path:
    """Tables and patients, made once; every installation has a copy."""
    folder = Path(mkdtemp(prefix="aftercare-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "filled.sqlite3"
    _fill(_environment(folder, f"sqlite:///{file}"))
    return file


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///") if url.startswith("sqlite:") else ""


def _connect(url: str) -> Any:
    path = _file(url)
    return sqlite3.connect(path, timeout=20) if path else psycopg.connect(url)
