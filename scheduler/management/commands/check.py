"""`aftercare check`: validate a protocol file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from scheduler.domain.protocol_file import faults
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput


class Command(BaseCommand):
    help = "Check a protocol file: every fault with its line and column."
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PROTOCOL.yaml", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            found = faults(path)
        except OSError as fault:
            raise WrongInput(f"{path}: {fault.strerror}") from None
        if found:
            raise WrongInput("\n".join(f"{path}:{f.line}:{f.column}: {f.sentence}" for f in found))
        self.stdout.write(f"{path}: no faults")
