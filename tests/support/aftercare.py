"""The `aftercare` command as an operator runs it: a process of its own, with an environment of its own."""

import atexit
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

PROJECT = Path(__file__).resolve().parents[2]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """A fresh installation in `folder`."""
    base = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(PROJECT)}
    return {**base, "DATABASE_URL": f"sqlite:///{folder}/data/aftercare.sqlite3", **settings}


def installed(folder: Path) -> None:
    """As after `aftercare migrate` in `folder`: a copy of what it made elsewhere, once."""
    shutil.copytree(_migrated() / "data", folder / "data")


@cache
def _migrated() -> Path:
    folder = Path(mkdtemp(prefix="aftercare-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assert aftercare(folder, "migrate").returncode == 0
    return folder


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "scheduler", *words]


def aftercare(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*words),
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
