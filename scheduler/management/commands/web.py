"""`aftercare web`: serves the pages and the API."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure, WrongInput

DEFAULT_BIND = "127.0.0.1:8000"
GUNICORN = Path(__file__).resolve().parents[3] / "config" / "gunicorn.py"


def split_bind(bind: str) -> tuple[str, int]:
    """HOST:PORT as two; raises WrongInput."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise WrongInput(f"--bind {bind}: must be HOST:PORT; for example --bind {DEFAULT_BIND}")
    return host.strip("[]"), int(port)


def require_free(bind: str) -> None:
    """Raises Failure where something else listens there already, before anything is started."""
    host, port = split_bind(bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Failure(f"cannot serve on {bind} ({fault.strerror}); choose another with --bind") from None


class Command(BaseCommand):
    help = "Serve the pages and the API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bind", default=DEFAULT_BIND, metavar="HOST:PORT", help=f"default {DEFAULT_BIND}"
        )

    def handle(self, *args: Any, bind: str, **options: Any) -> None:
        require_free(bind)
        command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), "--bind", bind]
        # The same process from here on, so that signals and exit codes are gunicorn's own.
        os.execv(command[0], command)
