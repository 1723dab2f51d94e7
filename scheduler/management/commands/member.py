"""`aftercare member`: let somebody work at a clinic, or give a member another role."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from scheduler.accounts import add_member
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput
from scheduler.management.commands.enrol import ACTOR, find_clinic
from scheduler.models import Membership


class Command(BaseCommand):
    help = "Make somebody a member of a clinic, or change their role; prints a new account's password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--email", required=True, help="the address to sign in with")
        parser.add_argument(
            "--role", required=True, choices=Membership.Role.values, help="admins also change settings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        clinic, role = find_clinic(options["clinic"]), Membership.Role(options["role"])
        try:
            access = add_member(clinic, options["email"].strip(), role, actor=ACTOR, now=timezone.now())
        except ValueError as fault:
            raise WrongInput(f"--email: {fault}") from None
        was = access.role_before
        since = "already" if was == role else f"now, not {was}" if was else "now"
        self.stdout.write(f"{access.email} is {role} at {clinic.name} {since}.")
        if not was:
            self.stdout.write(f"  Sign in:   {settings.PUBLIC_URL}")
            password = f"{access.password}   (shown this once)" if access.password else "as before"
            self.stdout.write(f"  Password:  {password}")
