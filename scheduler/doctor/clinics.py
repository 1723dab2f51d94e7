"""What each clinic still has to set."""

from collections.abc import Iterator

from django.db import DatabaseError

from scheduler import editions
from scheduler.doctor.finding import Finding, fail, ok, warn
from scheduler.models import Clinic
from scheduler.senders import ways_out


def check_clinics() -> Iterator[Finding]:
    try:
        protocols = list(editions.available_protocols())
        clinics = list(Clinic.objects.select_related("sender").order_by("slug"))
    except editions.BrokenProtocols as broken:
        for line in str(broken).splitlines():
            yield fail("schedules", line, "mend the file; `aftercare check` says when it is well")
        return
    except DatabaseError:
        # The database's own findings say why.
        return
    if not clinics:
        yield warn(
            "clinics", "there is none yet", "`aftercare clinic SLUG --name NAME --admin EMAIL` founds one"
        )
    for clinic in clinics:
        yield from _clinic(clinic, protocols)


def _clinic(clinic: Clinic, protocols: list[str]) -> Iterator[Finding]:
    for protocol in protocols:
        missing = editions.missing(clinic, protocol)
        if missing:
            labels = ", ".join(value.label for value in missing)
            text = f"nobody can be enrolled for {protocol}: {labels} not set"
            yield warn(clinic.slug, text, editions.where_to_set(clinic))
        else:
            yield ok(clinic.slug, f"ready to enrol for {protocol}")
    if clinic.live and not ways_out(clinic):
        text = "live, and none of its channels can leave: neither texts nor emails are set up for it"
        yield fail(clinic.slug, text, "set EMAIL_URL, or the TWILIO_ settings and a sender for this clinic")
    if not clinic.live:
        yield warn(
            clinic.slug, "not live: its texts and emails go to the outbox", "set it live on its settings page"
        )
