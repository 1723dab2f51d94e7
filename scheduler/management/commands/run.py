"""`aftercare run`: pages and worker together, on one machine."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser

from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure
from scheduler.management.commands.web import DEFAULT_BIND, require_free, split_bind

STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PATIENCE = 30  # seconds: longer than either part takes to finish what it has begun


class Command(BaseCommand):
    help = "Bring the database up to date, and run pages and worker together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="create a demonstration clinic if there is no clinic"
        )
        parser.add_argument(
            "--bind", default=DEFAULT_BIND, metavar="HOST:PORT", help=f"default {DEFAULT_BIND}"
        )

    def handle(self, *args: Any, demo: bool, bind: str, **options: Any) -> None:
        require_free(bind)
        environment = {**os.environ, **public_url(bind)}
        call_command("migrate", verbosity=0)
        if demo and subprocess.run(_command("demo"), env=environment, check=False).returncode:
            raise Failure("the demonstration clinic could not be created")
        parts = {"web": ["web", "--bind", bind], "worker": ["worker"]}
        self.stdout.write(f"Aftercare answers at http://{bind} (Ctrl-C stops it)")
        self.stdout.flush()
        supervise({name: _command(*words) for name, words in parts.items()}, environment)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "scheduler", *words]


def public_url(bind: str) -> dict[str, str]:
    """Links in texts lead to where the pages are, unless the operator said where."""
    if "public_url" in settings.ENV.model_fields_set:
        return {}
    host, port = split_bind(bind)
    if host in ("0.0.0.0", "::"):  # noqa: S104
        host = "127.0.0.1"
    return {"PUBLIC_URL": f"http://{f'[{host}]' if ':' in host else host}:{port}"}


def supervise(commands: dict[str, list[str]], environment: dict[str, str]) -> None:
    """Runs all until one ends or a signal comes, then stops the rest; Failure if one ended by itself."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in STOP}
    # A session each: a Ctrl-C at the terminal then reaches them once, from here.
    running = {
        name: subprocess.Popen(words, env=environment, start_new_session=True)
        for name, words in commands.items()
    }
    try:
        while not asked and not (
            ended := [name for name, part in running.items() if part.poll() is not None]
        ):
            time.sleep(0.2)
    finally:
        _stop(running)
        for number, handler in before.items():
            signal.signal(number, handler)
    if not asked:
        raise Failure(
            f"{ended[0]} ended by itself (exit {running[ended[0]].returncode}); the rest was stopped"
        )


def _stop(running: dict[str, "subprocess.Popen[bytes]"]) -> None:
    for part in running.values():
        if part.poll() is None:
            part.terminate()
    deadline = time.monotonic() + PATIENCE
    for part in running.values():
        try:
            part.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
