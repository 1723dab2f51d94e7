"""`aftercare change`: change a running plan, after a look at what that does."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import IO, Any, cast

from django.utils import timezone

from scheduler.changes import Change, MoveReminder, PlanEffect, Refused, change_plan, effect_of
from scheduler.domain.echo import quoted
from scheduler.domain.row_number import row_number
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import Failure, WrongInput
from scheduler.management.change_args import add_change_arguments, option, read_change
from scheduler.management.change_output import effect_json, show_effect
from scheduler.management.commands.enrol import ACTOR, find_clinic

#: what was typed cannot be right; everything else could not be done as things stand
TYPED = {
    "wrong-input", "fold", "confirm-late", "future", "over", "past", "unknown-episode", "unknown-reminder",
    "no-reason", "long-reason", "wrong-reason",
}  # fmt: skip
#: wrong input as well where the time is typed, and not the one that it is
TIMES = {"past-send-by", "outside-hours", "nothing-to-say"}


def number(word: str) -> int:
    found = row_number(word)
    if not found:
        raise ArgumentTypeError(f"{quoted(word)} is not a number")
    return found


class Command(BaseCommand):
    help = "Change a running plan, its treatment, a message or the address; without --yes, show the effect."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "episode", type=number, metavar="EPISODE", help="its number, as `enrol` printed it"
        )
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        add_change_arguments(parser)
        parser.add_argument("--reason", default="", help="why; asked for with --yes")
        parser.add_argument("--yes", action="store_true", help="do it; else the effect is shown only")
        parser.add_argument(
            "--revision", type=number, metavar="N", help="refuse if the plan is no longer at it"
        )
        parser.add_argument("--format", default="table", choices=["table", "json"])

    def handle(self, *args: Any, **options: Any) -> None:
        change = read_change(options)
        try:
            effect = self._done(change, options) if options["yes"] else self._effect(change, options)
        except Refused as refused:
            lines = [f"{option(field, change)}{said}" for field, said in refused.faults.items()]
            raise _kind(refused.code, change)("\n".join(lines)) from None
        if options["format"] == "json":
            answer = effect_json(options["episode"], effect, done=options["yes"])
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
            return
        show_effect(cast(IO[str], self.stdout), effect, done=options["yes"])

    def _effect(self, change: Change, options: dict[str, Any]) -> PlanEffect:
        clinic, now = find_clinic(options["clinic"]), timezone.now()
        return effect_of(clinic, options["episode"], change, now, seen_revision=options["revision"])

    def _done(self, change: Change, options: dict[str, Any]) -> PlanEffect:
        revision, seen = options["revision"], ""
        if revision is None:
            effect = self._effect(change, options)
            revision, seen = effect.revision, effect.seen
        return change_plan(
            find_clinic(options["clinic"]),
            options["episode"],
            change,
            timezone.now(),
            actor=ACTOR,
            why=options["reason"],
            seen_revision=revision,
            seen=seen,
        )


def _kind(code: str, change: Change) -> type[WrongInput | Failure]:
    typed = TYPED | TIMES if isinstance(change, MoveReminder) else TYPED
    return WrongInput if code in typed else Failure
