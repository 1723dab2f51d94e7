"""What each clinic still has to set."""

from collections.abc import Iterator

from django.db import DatabaseError

from scheduler import editions
from scheduler.doctor.finding import Finding, ok, warn
from scheduler.models import Clinic


def check_clinics() -> Iterator[Finding]:
    try:
        clinics = list(Clinic.objects.order_by("slug"))
    except DatabaseError:
        # The database's own findings say why.
        return
    if not clinics:
        yield warn("clinics", "there is none yet", "`aftercare run --demo` makes one to try things with")
    for clinic in clinics:
        yield from _clinic(clinic)


def _clinic(clinic: Clinic) -> Iterator[Finding]:
    for protocol in editions.available_protocols():
        missing = editions.missing(clinic, protocol)
        if missing:
            labels = ", ".join(value.label for value in missing)
            yield warn(
                clinic.slug, f"nobody can be enrolled for {protocol}: {labels} not set", missing[0].where
            )
        else:
            yield ok(clinic.slug, f"ready to enrol for {protocol}")
    if not clinic.live:
        yield warn(
            clinic.slug, "not live: its texts and emails go to the outbox", "set it live on its settings page"
        )
