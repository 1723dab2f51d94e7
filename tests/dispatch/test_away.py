"""A worker as a process of its own, told to stop, or left without its database."""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dispatch.installation import GONE, Installation
from tests.support.postgres import Restartable
from tests.support.provider import Provider, provider


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as server:
        yield server


def wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
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
        assert worker.wait(GONE) == 0
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
        assert worker.wait(GONE) == 0
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
        assert worker.wait(GONE) == 0
