"""`aftercare apikey`: let another system enrol patients at a clinic."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from scheduler.api.keys import create_key, revoke_key
from scheduler.domain.echo import quoted
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput
from scheduler.management.commands.enrol import ACTOR, find_clinic

NAME_LENGTH = 80


class Command(BaseCommand):
    help = "Make a clinic's key for the API, and print it once; or revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--name", help="the system that is to use the new key")
        what.add_argument("--revoke", metavar="PREFIX", help="the beginning of a key: ac_1a2b3c4d")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic, now = find_clinic(options["clinic"]), timezone.now()
        if options["revoke"] is None:
            name = options["name"].strip()
            if not 0 < len(name) <= NAME_LENGTH:
                raise WrongInput(f"--name: say which system uses the key, in up to {NAME_LENGTH} characters")
            self.stdout.write(create_key(clinic, name, actor=ACTOR, now=now))
        elif not revoke_key(clinic, options["revoke"], actor=ACTOR, now=now):
            raise WrongInput(f"--revoke: {clinic.name} has no key {quoted(options['revoke'])} in force")
