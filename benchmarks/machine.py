"""What a measure ran on."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.support.postgres import start_postgres

PACKAGES = (
    "Django", "twilio", "aiohttp", "uvloop", "psycopg", "APScheduler", "procrastinate", "huey", "SQLAlchemy",
)  # fmt: skip


def described() -> dict[str, str]:
    return {
        "Processor": f"{_of('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "Memory": f"{int(_of('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GB",
        "Kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": f"{_postgres()}, on the same machine, as it is set without any change",
        "Packages": ", ".join(_packages()),
    }


def _of(file: str, name: str) -> str:
    """The first value of that name."""
    named = (line.partition(":") for line in Path(file).read_text().splitlines())
    return next((value.strip() for word, _, value in named if word.strip() == name), "unknown")


def _postgres() -> str:
    """The version of the server that the measures start, asked of itself."""
    import psycopg

    with psycopg.connect(start_postgres()) as server:
        return str(server.execute("SHOW server_version").fetchone()[0])


def _packages() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
