"""One round: `python -m tests.chaos.round --seed 7 --engine sqlite` ends with 0 if nothing was wrong."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.chaos.mail import Faulty, faulty_mail_server
from tests.chaos.plan import plan_of
from tests.support.aftercare import PROJECT
from tests.support.ports import free_port
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider_process

PEOPLE = 200


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos.round", description=__doc__)
    words.add_argument("--seed", type=int, required=True)
    words.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    words.add_argument("--people", type=int, default=PEOPLE)
    given = words.parse_args()
    plan, port = plan_of(given.seed, given.engine, given.people), free_port()
    with (
        tempfile.TemporaryDirectory(prefix="aftercare-chaos-") as folder,
        database_of(plan.engine, folder) as (url, take_away),
        provider_process("--seed", str(given.seed)) as twilio,
        faulty_mail_server(given.seed) as mail,
    ):
        settings(url, twilio, mail, port)
        # Only now: Django reads its settings when it is imported.
        from tests.chaos.course import Course

        return Course(plan, Path(folder), twilio, mail, port).run(take_away)


@contextmanager
def database_of(engine: str, folder: str) -> Iterator[tuple[str, Callable[[float], None]]]:
    """Its address, and what takes it away for so many seconds."""
    from tests.chaos.away import Restartable, keep_busy, restart

    if engine == "sqlite":
        file = f"{folder}/aftercare.sqlite3"
        yield f"sqlite:///{file}", partial(keep_busy, file)
        return
    with tempfile.TemporaryDirectory(prefix="aftercare-postgres-") as place:
        server = Restartable(place)
        try:
            yield server.url, partial(restart, server)
        finally:
            server.end()


def settings(url: str, twilio: Provider, mail: Faulty, port: int) -> None:
    """The settings of this process, and of all that it starts."""
    os.environ |= {
        "DATABASE_URL": url, "SECRET_KEY": "chaos-" * 8, "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+447700900990",
        "TWILIO_API_BASE_URL": twilio.url, "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}/?timeout=1",
        "DEFAULT_FROM_EMAIL": "care@example.com", "LOG_FORMAT": "json",
        "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(PROJECT),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
