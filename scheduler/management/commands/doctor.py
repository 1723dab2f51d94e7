"""`aftercare doctor`: what is well, and what to mend."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from scheduler.doctor.clinics import check_clinics
from scheduler.doctor.database import check_database
from scheduler.doctor.finding import Finding, Level
from scheduler.doctor.installation import check_settings
from scheduler.doctor.providers import check_email, check_sms
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure

PARTS = ("settings", "database", "sms", "email", "clinics")


class Command(BaseCommand):
    examines_database = True
    help = "Check settings, database, providers and clinics; says what to mend."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=PARTS, help="this part alone")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, only: str | None, format: str, **options: Any) -> None:
        found = list(_examine([only] if only else list(PARTS), datetime.now(UTC)))
        if format == "json":
            self.stdout.write(json.dumps([finding.as_json() for finding in found], indent=1))
        else:
            for finding in found:
                self.stdout.write(_line(finding))
        failed = sum(finding.level is Level.FAIL for finding in found)
        if failed:
            raise Failure(f"{failed} to mend" if failed > 1 else "one thing to mend")


def _examine(parts: list[str], now: datetime) -> Iterator[Finding]:
    checks: dict[str, Callable[[], Iterable[Finding]]] = {
        "settings": check_settings,
        "database": lambda: check_database(now),
        "sms": check_sms,
        "email": check_email,
        "clinics": lambda: check_clinics(now),
    }
    for part in parts:
        yield from checks[part]()


def _line(finding: Finding) -> str:
    return f"{finding.level:<5}{finding.subject}: {finding.text}" + (
        f" -> {finding.mend}" if finding.mend else ""
    )
