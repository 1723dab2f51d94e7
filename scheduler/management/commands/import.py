"""`aftercare import`: enrol many patients from a file."""  # noqa: N999 - the command is called so

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from scheduler import editions
from scheduler.enrolment import Enrolled, Enrolment, Refused, enrol_many
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput
from scheduler.management.commands.enrol import ACTOR, channels, find_clinic
from scheduler.management.counted import counted
from scheduler.management.csv_file import COLUMNS, Line, read_lines
from scheduler.models import Clinic


class Command(BaseCommand):
    help = "Enrol many patients from a CSV file; a line is enrolled as a whole or named with what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help=f"columns: {', '.join(COLUMNS)}, the questions")
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--protocol", help="needed where there are several")
        parser.add_argument(
            "--confirm-late", action="store_true", help="yes, some were treated more than 24 hours ago"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic, protocol = find_clinic(options["clinic"]), _protocol(options["protocol"])
        questions = editions.find_protocol(protocol).questions
        lines = read_lines(options["file"], questions)
        asked = [
            _asked(line, clinic, protocol, questions, late_confirmed=options["confirm_late"])
            for line in lines
        ]
        try:
            outcomes = self._enrol(asked, timezone.now(), dry=options["dry_run"])
        except Refused as refused:
            raise WrongInput("\n".join(refused.faults.values())) from refused
        self._say(lines, outcomes, dry=options["dry_run"])

    def _enrol(self, asked: list[Enrolment], now: datetime, *, dry: bool) -> list[Enrolled | Refused]:
        console = Console(file=sys.stderr)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Enrolling", total=len(asked))

            def tell(done: int) -> None:
                progress.update(task, completed=done)

            if not dry:
                return enrol_many(asked, ACTOR, now, tell=tell)
            # Done and taken back: so a line meets what those before it would have left.
            with transaction.atomic():
                outcomes = enrol_many(asked, ACTOR, now, tell=tell)
                transaction.set_rollback(True)
            return outcomes

    def _say(self, lines: Sequence[Line], outcomes: Sequence[Enrolled | Refused], *, dry: bool) -> None:
        counts = Counter(_what(outcome) for outcome in outcomes)
        would = "would be " if dry else ""
        self.stdout.write(
            f"{counted(counts['enrolled'], 'patient')} {would}enrolled, {counts['before']} enrolled before, "
            f"{counts['refused']} refused."
        )
        faults = [
            f"line {line.number}: {name}: {sentence}"
            for line, outcome in zip(lines, outcomes, strict=True)
            if isinstance(outcome, Refused)
            for name, sentence in _faults(outcome).items()
        ]
        if faults:
            raise WrongInput("\n".join(faults))


def _protocol(asked: str | None) -> str:
    known = list(editions.available_protocols())
    if asked is None and len(known) == 1:
        return known[0]
    if asked not in known:
        raise WrongInput(f"--protocol: say which of {', '.join(known)}")
    return asked


def _asked(line: Line, clinic: Clinic, protocol: str, questions: Any, *, late_confirmed: bool) -> Enrolment:
    given = {name: line.values.get(name, "") for name in COLUMNS}
    return Enrolment(
        clinic=clinic,
        protocol_id=protocol,
        name=given["name"],
        mobile=given["mobile"],
        email=given["email"],
        treated=given["treated"],
        answers={name: line.values.get(name, "").strip() for name in questions},
        channels=channels(given | {"channel": given["channel"].strip() or None}),
        site=given["site"].strip(),
        late_confirmed=late_confirmed,
        fold=given["fold"].strip(),
        patient=given["patient"].strip(),
        detail=given["detail"].strip().lower(),
        fewer_texts=given["fewer_texts"].strip().lower(),
        language=given["language"].strip(),
    )


def _what(outcome: Enrolled | Refused) -> str:
    if isinstance(outcome, Refused):
        return "refused"
    return "enrolled" if outcome.created else "before"


def _faults(refused: Refused) -> dict[str, str]:
    """By the column that mends it."""
    faults = {name.removeprefix("answers."): sentence for name, sentence in refused.faults.items()}
    if refused.patients:
        faults["patient"] += " Put the number of the record, or new, into the column."
    if "late_confirmed" in faults:
        faults["treated"] = faults.pop("late_confirmed").replace(
            "Confirm that this", "Say --confirm-late if it"
        )
    return faults
