"""aftercare simulate: what the patient would have received, and when."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import IO, Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.domain import localtime
from scheduler.domain.echo import quoted
from scheduler.management.base import Command as BaseCommand
from scheduler.management.treatment_args import EXAMPLE_CLINIC, add_treatment_arguments, read_plan
from scheduler.simulation import Received, Simulation, simulate


def whole_days(word: str) -> int:
    if not word.isascii() or not word.isdecimal() or int(word) > 366:
        raise ArgumentTypeError(f"{quoted(word)} is not a number of days from 0 to 366")
    return int(word)


class Command(BaseCommand):
    help = "Run the real dispatcher over a simulated clock, and print what the patient would have received."
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_treatment_arguments(parser)
        parser.add_argument(
            "--days", type=whole_days, default=28, metavar="N", help="until the end of this day (28)"
        )
        parser.add_argument("--channel", default="sms", choices=["sms", "email"])
        parser.add_argument("--format", default="table", choices=["table", "json"])

    def handle(self, *args: Any, **options: Any) -> None:
        protocol, treatment = read_plan(options)
        done = simulate(protocol, treatment, EXAMPLE_CLINIC, kind=options["channel"], days=options["days"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(done), indent=2, ensure_ascii=False))
            return
        console = Console(file=cast(IO[str], self.stdout))
        console.print(as_table(done))
        for key, reason in done.withheld:
            console.print(f"Not sent: {key} ({reason})")


def as_table(done: Simulation) -> Table:
    table = Table(title=f"{len(done.received)} messages", show_lines=True)
    table.add_column("Received", no_wrap=True)
    table.add_column("Message", overflow="fold")
    for one in done.received:
        when = f"{localtime.short_date(one.local.date())} {localtime.clock(one.local)}"
        size = f"{one.segments} segments" if one.segments else one.subject
        table.add_row(when, Text.assemble((f"{one.label} ({size})", "bold"), "\n", one.text))
    return table


def as_json(done: Simulation) -> dict[str, Any]:
    return {
        "received": [_received(one) for one in done.received],
        "not_planned": [{"key": one.key, "reason": one.reason, "into": one.into} for one in done.not_planned],
        "withheld": [{"key": key, "reason": reason} for key, reason in done.withheld],
    }


def _received(one: Received) -> dict[str, Any]:
    return {
        "key": one.key,
        "at": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local": one.local.isoformat(timespec="minutes"),
        "subject": one.subject,
        "text": one.text,
        "segments": one.segments,
    }
