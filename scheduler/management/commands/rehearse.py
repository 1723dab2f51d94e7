"""`aftercare rehearse`: what other timings would have sent, beside today's edition. Writes nothing."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import IO, Any, cast

from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from scheduler.management.base import Command as BaseCommand
from scheduler.management.commands.enrol import find_clinic
from scheduler.management.rehearsal_args import how_many, local_date, price, read_editions, read_sample
from scheduler.management.rehearsal_figures import Heading
from scheduler.management.rehearsal_json import as_json
from scheduler.management.rehearsal_tables import as_tables
from scheduler.rehearsal import Progress as Told
from scheduler.rehearsal import rehearse

#: seconds without a word, before a bar shows how far it is
QUICK = 1.0


class Command(BaseCommand):
    help = "Rehearse a draft over past or made-up enrolments, beside today's edition; changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--protocol", required=True, help="a protocol's id, or a YAML file to rehearse")
        parser.add_argument(
            "--from", dest="first", type=local_date, metavar="DATE", help="treatments from this date on"
        )
        parser.add_argument(
            "--until", dest="last", type=local_date, metavar="DATE", help="and to the end of this one (today)"
        )
        parser.add_argument(
            "--made", type=how_many, metavar="N", help="so many made-up treatments of a normal week instead"
        )
        parser.add_argument(
            "--edition", type=how_many, metavar="N", help="this edition, and not the draft or today's"
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="on top of it: morning=10:00"
        )
        parser.add_argument("--price", type=price, metavar="AMOUNT", help="what a segment costs: 0.04")
        parser.add_argument("--format", default="table", choices=["table", "json"])

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        clinic = find_clinic(options["clinic"])
        compared = read_editions(clinic, options)
        sample, over = read_sample(clinic, compared, options, now)
        with _bar() as progress:
            done = rehearse(clinic, compared.today, compared.rehearsed, sample, now, progress)
        heading = Heading(clinic, compared, over, sample, options["price"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(heading, done), indent=2, ensure_ascii=False))
            return
        # What stands in brackets in a name or a text is no markup.
        console = Console(file=cast(IO[str], self.stdout), markup=False, highlight=False)
        for part in as_tables(heading, done):
            console.print(part)


@contextmanager
def _bar() -> Iterator[Told]:
    """A bar for people, once it takes longer than a moment."""
    bar = Progress(console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty())
    task, begun = bar.add_task("Rehearsing"), monotonic()

    def told(done: int, total: int) -> None:
        if done % 50 == 0 and monotonic() - begun > QUICK:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield told
    finally:
        bar.stop()
