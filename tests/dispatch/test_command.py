"""The worker as an operator runs it: a process of its own, settings from the environment."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.dispatch.installation import GONE, Installation
from tests.support.provider import Provider, provider


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, twilio: Provider) -> Installation:
    return Installation(tmp_path, f"sqlite:///{tmp_path}/aftercare.sqlite3", twilio)


def test_once_sends_what_is_due_says_so_and_ends(here: Installation, twilio: Provider) -> None:
    first, second = here.once(), here.once()
    sent = len(twilio.accepted)
    assert sent > 10
    assert first.startswith(f"{sent} sent, 0 refused, 0 in doubt")
    assert second.startswith("0 sent")
    assert len(twilio.accepted) == sent


def until_one_is_taken(twilio: Provider, worker: "subprocess.Popen[bytes]") -> None:
    while not twilio.accepted:
        assert worker.poll() is None
        time.sleep(0.01)


def test_killed_in_the_middle_it_sends_nothing_twice(here: Installation, twilio: Provider) -> None:
    twilio.behave("slow")
    with here.worker() as worker:
        until_one_is_taken(twilio, worker)
    here.once()
    reminders = reminders_of(here, twilio)
    assert len(reminders) == len(twilio.accepted) == len(set(reminders))


def reminders_of(here: Installation, twilio: Provider) -> list[int]:
    """For which reminder each message was that the provider took, by the attempt that its request names."""
    taken = [message["asked"]["StatusCallback"].rpartition("/")[2] for message in twilio.accepted]
    attempts = dict(here.ask("SELECT id, reminder_id FROM scheduler_attempt"))
    return [attempts[UUID(attempt).hex] for attempt in taken]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_when_it_is_told_to(
    here: Installation, twilio: Provider, how: signal.Signals
) -> None:
    with here.worker() as worker:
        until_one_is_taken(twilio, worker)
        worker.send_signal(how)
        assert worker.wait(GONE) == 0


def test_it_does_not_start_without_a_way_out_for_what_must_leave(here: Installation) -> None:
    bare = {name: value for name, value in here.environment.items() if not name.startswith("TWILIO_")}
    command = [sys.executable, "-m", "scheduler", "worker", "--once"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no provider is set: set Twilio's variables or EMAIL_URL" in done.stderr
    assert set(here.statuses()) == {"scheduled"}
