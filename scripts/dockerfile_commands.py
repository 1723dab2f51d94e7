"""`make image-check`: what the Dockerfile would do, without a container engine.

Its own COPY and RUN lines are carried out in a bare folder in place of /app, and the result is tried there.
Not tried: the base image, and running as another user.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"^(COPY|RUN|HEALTHCHECK) (.+)$", re.MULTILINE)
TIMELINE = (
    "timeline microsclerotherapy --treated 2026-11-20T15:00 --tz Europe/London"
    " --answer area=small --value no_flying=14d --format json"
)
PORT = 8000


def allowed() -> list[str]:
    """What .dockerignore lets through: everything is shut out but the names behind an exclamation mark."""
    lines = (PROJECT / ".dockerignore").read_text().split("\n")
    assert "*" in lines, ".dockerignore no longer begins by shutting everything out"
    return [line[1:] for line in lines if line.startswith("!")]


def copy(names: list[str], folder: Path) -> None:
    for name in names:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, folder / name)


def shell(command: str, folder: Path) -> str:
    print(f"  {command}", flush=True)
    environment = {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {command}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder: Path) -> str:
    """Carries the Dockerfile out; returns its health check."""
    health = ""
    for word, rest in LINE.findall((PROJECT / "Dockerfile").read_text()):
        if word == "HEALTHCHECK":
            health = rest.partition("CMD ")[2]
        elif word == "RUN" and "chown" in rest and os.geteuid():
            shell(rest.partition(" && ")[0], folder)
        elif word == "RUN":
            shell(rest, folder)
        elif not rest.startswith("--from"):
            copy(allowed() if rest == ". ." else [rest.split()[0]], folder)
    return health


def serve(folder: Path, port: int, health: str) -> None:
    """The image's own start, on a free port, and its own health check."""
    words = [f"{folder}/.venv/bin/aftercare", "web", "--bind", f"127.0.0.1:{port}"]
    environment = {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "HOME": str(folder)}
    pages = subprocess.Popen(words, cwd=folder, env=environment)
    try:
        wait(f"http://127.0.0.1:{port}/health/?format=json")
        shell(health.replace(f":{PORT}/", f":{port}/"), folder)
    finally:
        pages.terminate()
        pages.wait(30)


def wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urlopen(url, timeout=5).close()
            return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def main() -> None:
    sys.path.insert(0, str(PROJECT))
    from tests.support.ports import free_port

    with tempfile.TemporaryDirectory(prefix="aftercare-image-") as name:
        folder = Path(name)
        health = build(folder)
        shell("aftercare check schedules/microsclerotherapy.yaml", folder)
        shell(f"aftercare {TIMELINE}", folder)
        shell("aftercare migrate", folder)
        shell("aftercare worker --once", folder)
        shell("aftercare doctor --only database", folder)
        serve(folder, free_port(), health)
    print("The Dockerfile's commands work.")


if __name__ == "__main__":
    main()
