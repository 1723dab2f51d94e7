"""`aftercare demo`: something to look at on the first start."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from scheduler.demo import PEOPLE, create_if_empty
from scheduler.management.base import Command as BaseCommand


class Command(BaseCommand):
    help = "Make a demonstration clinic with patients who do not exist, where there is no clinic yet."

    def handle(self, *args: Any, **options: Any) -> None:
        access = create_if_empty(timezone.now())
        if access is None:
            self.stdout.write("There is a clinic already: no demonstration was made.")
            return
        self.stdout.write(f"A demonstration clinic was made, with {len(PEOPLE)} patients who do not exist.")
        self.stdout.write(f"  Address:   {settings.PUBLIC_URL}")
        self.stdout.write(f"  Sign in:   {access.email}")
        self.stdout.write(f"  Password:  {access.password}   (shown this once)")
