"""A database of its own, with the settings of an installation, and one process that works on it.

A measure has several of them side by side, or a real worker beside them; the settings of Django hold for a
whole process.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit

from tests.support.provider import ACCOUNT, TOKEN

#: nothing listens there; no letter is written in any measure
NOWHERE = "smtp://127.0.0.1:9/?timeout=1"


class Place:
    """`do` runs a function of this package in the place's own process, whose Django knows its database.

    Only that process imports it, which is why a name stands for it.
    """

    def __init__(
        self, name: str, settings: dict[str, str], process: ProcessPoolExecutor, log: IO[bytes]
    ) -> None:
        self.name, self.settings, self._process, self._log = name, settings, process, log

    def do(self, name: str, *args: Any) -> Any:
        return self._process.submit(_call, name, *args).result()

    def aftercare(self, *words: str) -> "subprocess.Popen[bytes]":
        """The command as an operator runs it."""
        command = [sys.executable, "-m", "scheduler", *words]
        return subprocess.Popen(command, env=os.environ | self.settings, stdout=self._log, stderr=self._log)

    def said(self) -> str:
        """By all commands so far, the last lines of it."""
        self._log.seek(0)
        return b"".join(self._log.readlines()[-20:]).decode()


def _settings(url: str, provider: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url, "SECRET_KEY": "benchmark-" * 6, "PUBLIC_URL": "http://127.0.0.1:8000",
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+447700900990",
        "TWILIO_API_BASE_URL": provider, "EMAIL_URL": NOWHERE, "LOG_FORMAT": "json",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip


@contextmanager
def place(name: str, provider: str) -> Iterator[Place]:
    """Beside the database that DATABASE_URL names: another file in its folder, or another on its server."""
    with database(os.environ["DATABASE_URL"], name) as url:
        settings = _settings(url, provider)
        alone = ProcessPoolExecutor(1, get_context("spawn"), _begin, [settings])
        with alone as process, TemporaryFile() as log:
            yield Place(name, settings, process, log)


def _call(name: str, *args: Any) -> Any:
    module, _, function = name.partition(".")
    return getattr(import_module(f"benchmarks.{module}"), function)(*args)


def _begin(settings: dict[str, str]) -> None:
    os.environ.update(settings)


@contextmanager
def database(beside: str, name: str) -> Iterator[str]:
    parts = urlsplit(beside)
    if parts.scheme == "sqlite":
        with TemporaryDirectory(prefix=f"aftercare-{name}-", dir=Path(parts.path[1:]).parent) as folder:
            yield f"sqlite:///{folder}/aftercare.sqlite3"
        return
    own = f"bench_{name}"
    _on_server(beside, f'DROP DATABASE IF EXISTS "{own}"')
    _on_server(beside, f'CREATE DATABASE "{own}"')
    try:
        yield parts._replace(path=f"/{own}").geturl()
    finally:
        _on_server(beside, f'DROP DATABASE "{own}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement)
