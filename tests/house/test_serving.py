"""Pages and worker as processes: how they start, answer and stop."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from pytest_django.fixtures import Settings

from config.environment import Environment
from scheduler.management.base import Failure
from scheduler.management.commands.run import public_url, supervise
from tests.support.aftercare import aftercare, command, environment
from tests.support.ports import free_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def answer(url: str, seconds: float = 60) -> int:
    """The status once the server answers at all."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=5) as response:
                return int(response.status)
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    bind = f"127.0.0.1:{free_port()}"
    with (tmp_path / "log").open("wb") as log, (tmp_path / "said").open("wb") as said:
        words = command("run", "--demo", "--bind", bind)
        process = subprocess.Popen(words, env=environment(tmp_path), stdout=said, stderr=log)
    yield f"http://{bind}", process
    process.terminate()
    process.wait(30)


def test_it_runs_pages_and_worker_until_it_is_stopped(
    running: tuple[str, "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    url, process = running
    assert answer(f"{url}/health/?format=json") == 200
    # What the parts take for their own address is where the pages are.
    assert f"  Address:   {url}\n" in (tmp_path / "said").read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    with pytest.raises(URLError):
        answer(url, seconds=0)


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("0.0.0.0:8123", "http://127.0.0.1:8123"),
        ("[::]:8123", "http://127.0.0.1:8123"),
        ("[::1]:8123", "http://[::1]:8123"),
    ],
)
def test_links_lead_to_where_the_pages_are(bind: str, url: str) -> None:
    assert public_url(bind) == {"PUBLIC_URL": url}


def test_links_lead_where_the_operator_says(settings: Settings) -> None:
    settings.ENV = Environment(public_url="https://care.example.com")
    assert public_url("127.0.0.1:8123") == {}


def test_it_refuses_an_address_in_use(tmp_path: Path, mailbox: object) -> None:
    bind = f"127.0.0.1:{mailbox.port}"  # type: ignore[attr-defined]
    done = aftercare(tmp_path, "web", "--bind", bind)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"aftercare: cannot serve on {bind} (Address already in use); choose another with --bind\n"
    )


def test_it_stops_the_rest_when_one_part_ends() -> None:
    began = time.monotonic()
    with pytest.raises(Failure, match=r"worker ended by itself \(exit 3\)"):
        supervise({"web": SLEEP, "worker": [sys.executable, "-c", "raise SystemExit(3)"]}, {})
    assert time.monotonic() - began < 10
