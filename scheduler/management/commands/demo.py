"""`aftercare demo`: something to look at on the first start."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from scheduler.demo import PEOPLE, create_if_empty
from scheduler.management.base import Command as BaseCommand
from scheduler.models import Membership

#: the first admins are enough to remember by
SHOWN = 3


class Command(BaseCommand):
    help = "Make a demonstration clinic with patients who do not exist, where there is no clinic yet."

    def handle(self, *args: Any, **options: Any) -> None:
        access = create_if_empty(timezone.now())
        if access is None:
            self.stdout.write("There is a clinic already: no demonstration was made.")
            self._who_signs_in()
            return
        self.stdout.write(f"A demonstration clinic was made, with {len(PEOPLE)} patients who do not exist.")
        self.stdout.write(f"  Address:   {settings.PUBLIC_URL}")
        self.stdout.write(f"  Sign in:   {access.email}")
        self.stdout.write(f"  Password:  {access.password}   (shown this once)")

    def _who_signs_in(self) -> None:
        """A second start has no password to show; it tells whose to use, and how to make a new one."""
        admins = Membership.objects.across_clinics().filter(role=Membership.Role.ADMIN)
        emails = admins.order_by("pk").values_list("user__email", flat=True)[:SHOWN]
        self.stdout.write(f"  Address:   {settings.PUBLIC_URL}")
        for email in dict.fromkeys(emails):
            self.stdout.write(f"  Sign in:   {email}")
        self.stdout.write("  Password:  as before; forgotten: aftercare changepassword EMAIL")
