"""`aftercare attention`: what waits for somebody's decision, and deciding about one."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from scheduler.attention import CHOICES, Waiting, choose, waiting, waiting_rows
from scheduler.changes import Refused
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure, WrongInput
from scheduler.management.commands.change import number
from scheduler.management.commands.enrol import ACTOR, find_clinic
from scheduler.plans.wording import WHY_NOT

#: what was typed cannot be right
TYPED = {"no-reason": "--reason", "long-reason": "--reason", "wrong-reason": "--reason"}
LONGEST = 200


class Command(BaseCommand):
    help = "List what waits for a person: failed, in doubt or stuck messages; with --do, decide about one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--reminder", type=number, metavar="N", help="its number, as the list shows it")
        parser.add_argument("--do", choices=list(CHOICES), help="send again, told by phone, or let it go")
        parser.add_argument("--reason", default="", help="what was done, or why; asked for with --do")
        parser.add_argument("--format", default="table", choices=["table", "json"])

    def handle(self, *args: Any, **options: Any) -> None:
        clinic, now = find_clinic(options["clinic"]), timezone.now()
        if (options["do"] is None) != (options["reminder"] is None):
            raise WrongInput("--do and --reminder go together")
        if options["do"] is None:
            self._show(waiting_rows(waiting(clinic, now)[:LONGEST]), options["format"])
            return
        choice, why = CHOICES[options["do"]], options["reason"]
        try:
            reminder = choose(clinic, options["reminder"], choice, now, actor=ACTOR, why=why)
        except Refused as refused:
            option = TYPED.get(refused.code)
            raise WrongInput(f"{option}: {refused}") if option else Failure(refused) from None
        self.stdout.write(f"{reminder.pk}: {reminder.status}")

    def _show(self, rows: list[Waiting], form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps([_fields(row) for row in rows], indent=2))
            return
        for row in rows:
            said = _fields(row)
            self.stdout.write(
                f"{said['reminder']:>8}  episode {said['episode']}  {said['key']:<14} {said['due']}  "
                f"{said['status']}: {said['why'] or '-'}"
            )
        if not rows:
            self.stdout.write("Nothing waits.")


def _fields(row: Waiting) -> dict[str, Any]:
    """Nothing that says who the patient is."""
    reminder = row.reminder
    return {
        "reminder": reminder.pk,
        "episode": reminder.episode_id,
        "key": reminder.key,
        "due": reminder.due_local,
        "critical": reminder.critical,
        "status": reminder.status,
        "reason": reminder.status_reason,
        "why": str(WHY_NOT.get(reminder.status_reason, reminder.status_reason)),
        "tries": len(row.attempts),
        "may_have_arrived": row.may_have_arrived,
    }
