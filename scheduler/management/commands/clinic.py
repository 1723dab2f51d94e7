"""`aftercare clinic`: found a clinic with its first admin, or change what a clinic says of itself."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scheduler import clinic_settings, senders
from scheduler.clinics import Founding, Refused, open_clinic
from scheduler.domain.echo import quoted
from scheduler.management.base import Command as BaseCommand
from scheduler.management.base import WrongInput
from scheduler.models import Clinic

ACTOR = "command line"
OPTIONS = {"slug": "SLUG", "timezone": "--tz"}
ZONE = "Europe/London"
#: field -> (placeholder, help)
SAYS = {
    "name": ("NAME", "as patients know it"),
    "sms_name": ("NAME", "begins every text, 20 characters; default: --name"),
    "timezone": ("ZONE", f"default {ZONE}; who is enrolled already keeps theirs"),
    "urgent_phone": ("NUMBER", "answered in urgent cases; every text names it"),
    "urgent_hours": ("WORDS", 'when it is answered: "Mon to Fri, 9 am to 5 pm"; empty: always'),
    "out_of_hours_phone": ("NUMBER", "answered at all other times; empty: none"),
    "reply_to": ("EMAIL", "a mailbox that somebody reads"),
    "website": ("URL", "empty: none"),
    "emergency_number": ("999,112", "if texts shall name one; empty: none"),
    "detail": ("full,minimal", "how much texts say where nothing else is chosen at enrolment"),
    "segment_price": ("PRICE", "of one SMS segment: 0.0412"),
    "currency": ("CODE", "of the price: GBP"),
}


class Command(BaseCommand):
    help = (
        "With --admin: found a clinic and its first admin; prints the admin's password once. "
        "Without: change what a clinic says of itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name in addresses: vein-clinic")
        parser.add_argument("--admin", metavar="EMAIL", help="found it; who sets its values first")
        for field, (placeholder, help_text) in SAYS.items():
            parser.add_argument(_option(field), dest=field, metavar=placeholder, help=help_text)
        parser.add_argument(
            "--sender",
            metavar="NUMBER",
            help="texts come from it: +447700900123, a name in letters, or a messaging service MG...",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = {name: options[name] for name in SAYS if options[name] is not None}
        now = timezone.now()
        try:
            if options["admin"] is None:
                self._change(options["slug"], given, options["sender"], now)
            else:
                self._found(options["slug"], options["admin"], given, options["sender"], now)
        except Refused as refused:
            lines = [f"clinic: {_option(field)}: {why}" for field, why in refused.faults.items()]
            raise WrongInput("\n".join(lines)) from None

    def _found(
        self, slug: str, admin: str, given: Mapping[str, str], sender: str | None, now: datetime
    ) -> None:
        if "name" not in given:
            raise WrongInput("clinic: --name is missing: patients know the clinic by it")
        name, zone = given["name"], given.get("timezone", ZONE)
        asked = Founding(slug, name, admin, given.get("sms_name", name), zone)
        more = {one: text for one, text in given.items() if one not in ("name", "sms_name", "timezone")}
        with transaction.atomic():
            clinic, access = open_clinic(asked, actor=ACTOR, now=now)
            _store(clinic, more, sender, now)
        self.stdout.write(f"{clinic.name} is founded; its values are set at:")
        self.stdout.write(f"  Address:   {settings.PUBLIC_URL}/c/{clinic.slug}/settings")
        self.stdout.write(f"  Sign in:   {access.email}")
        password = f"{access.password}   (shown this once)" if access.password else "as before"
        self.stdout.write(f"  Password:  {password}")

    def _change(self, slug: str, given: Mapping[str, str], sender: str | None, now: datetime) -> None:
        clinic = Clinic.objects.filter(slug=slug).first()
        if clinic is None:
            raise WrongInput(f"clinic: there is no clinic {quoted(slug)}; --admin and --name found it")
        if not given and sender is None:
            raise WrongInput(
                "clinic: say what to change, for example --urgent-phone; or found one with --admin"
            )
        with transaction.atomic():
            changed = _store(clinic, given, sender, now)
        if changed:
            self.stdout.write(f"{clinic.name}: changed {', '.join(map(_option, changed))}.")
            self.stdout.write(
                "Messages that are planned are written when they leave: they say what is set then."
            )
        else:
            self.stdout.write(f"{clinic.name}: nothing was different, so nothing was changed.")


def _store(clinic: Clinic, given: Mapping[str, str], sender: str | None, now: datetime) -> list[str]:
    """What was changed. Raises Refused with all that cannot be read."""
    faults, values = {}, {}
    zone = given.get("timezone", clinic.timezone)
    for name, text in given.items():
        try:
            values[name] = clinic_settings.read(name, text, zone)
        except ValueError as wrong:
            faults[name] = str(wrong)
    if faults:
        raise Refused(faults)
    changed = [*clinic_settings.change(clinic, values, actor=ACTOR, now=now)]
    if sender is not None:
        try:
            moved = senders.assign(clinic, sender.strip(), settings.SMS_RATE_PER_SECOND, actor=ACTOR, now=now)
        except ValueError as wrong:
            raise Refused({"sender": str(wrong)}) from None
        changed += ["sender"] if moved else []
    return changed


def _option(field: str) -> str:
    """A field as it is typed: urgent_phone is --urgent-phone."""
    return OPTIONS.get(field, f"--{field.replace('_', '-')}")
