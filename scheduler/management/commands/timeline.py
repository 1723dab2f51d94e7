"""`aftercare timeline`: print the timeline of a treatment. Needs no database and reads no clock."""

import json
from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from scheduler.calendar_feed import Due, Made, Titles, as_calendar
from scheduler.domain.message import Text, render
from scheduler.domain.timeline import PlannedReminder, Timeline, timeline_of
from scheduler.management.base import Command as BaseCommand
from scheduler.management.timeline_output import as_json, as_tables
from scheduler.management.treatment_args import (
    EXAMPLE_CLINIC,
    EXAMPLE_LINK,
    add_treatment_arguments,
    read_plan,
)


class Command(BaseCommand):
    help = "Print a treatment's timeline: which rules hold until when, and which texts are due when."
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_treatment_arguments(parser)
        parser.add_argument("--format", default="table", choices=["table", "json", "ics"])

    def handle(self, *args: Any, **options: Any) -> None:
        protocol, treatment = read_plan(options)
        timeline = timeline_of(protocol, treatment)
        texts = {reminder.key: text_of(timeline, reminder) for reminder in timeline.reminders}
        if options["format"] == "ics":
            made = Made(
                f"{protocol.id}.{treatment.treated_at:%Y%m%dT%H%M}@aftercare.invalid", treatment.enrolled_at
            )
            due = [Due(reminder.key, reminder.due_at) for reminder in timeline.reminders]
            self.stdout.write(as_calendar(timeline.courses, due, Titles(), made).decode(), ending="")
        elif options["format"] == "json":
            self.stdout.write(json.dumps(as_json(timeline, texts), indent=2, ensure_ascii=False))
        else:
            console = Console(soft_wrap=True)
            for table in as_tables(timeline, texts):
                console.print(table)


def text_of(timeline: Timeline, reminder: PlannedReminder) -> Text:
    """What the example clinic's patient would get at the moment when the reminder is due."""
    return render(timeline.course, reminder.content, EXAMPLE_CLINIC, EXAMPLE_LINK, reminder.due_at)
