"""`aftercare clinic`: found a clinic, with its first admin."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from scheduler.clinics import Founding, Refused, open_clinic
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput

OPTIONS = {"slug": "SLUG", "timezone": "--tz", "sms_name": "--sms-name"}


class Command(BaseCommand):
    help = "Found a clinic and its first admin; prints the admin's password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name in addresses: vein-clinic")
        parser.add_argument("--name", required=True, help="as patients know it")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="who sets its values first")
        parser.add_argument("--sms-name", help="begins every text, 20 characters; default: --name")
        parser.add_argument("--tz", default="Europe/London", metavar="ZONE", help="default Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        sms_name = options["name"] if options["sms_name"] is None else options["sms_name"]
        asked = Founding(options["slug"], options["name"], options["admin"], sms_name, options["tz"])
        try:
            clinic, access = open_clinic(asked, actor="command line", now=timezone.now())
        except Refused as refused:
            lines = [f"{OPTIONS.get(field, f'--{field}')}: {why}" for field, why in refused.faults.items()]
            raise WrongInput("\n".join(f"clinic: {line}" for line in lines)) from None
        self.stdout.write(f"{clinic.name} is founded; its values are set at:")
        self.stdout.write(f"  Address:   {settings.PUBLIC_URL}/c/{clinic.slug}/settings")
        self.stdout.write(f"  Sign in:   {access.email}")
        password = f"{access.password}   (shown this once)" if access.password else "as before"
        self.stdout.write(f"  Password:  {password}")
