"""What each clinic still has to set."""

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError

from scheduler import editions
from scheduler.doctor.finding import Finding, fail, ok, warn
from scheduler.models import Clinic, Membership, Rollout
from scheduler.plans.rollout import ABANDONED
from scheduler.senders import ways_out
from scheduler.team import team_of


def check_clinics(now: datetime) -> Iterator[Finding]:
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
        yield from _rollouts(clinic, now)


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
    yield from _said_of_itself(clinic)


def _rollouts(clinic: Clinic, now: datetime) -> Iterator[Finding]:
    """Editions that are still on their way to everybody enrolled."""
    unfinished = Rollout.objects.for_clinic(clinic).filter(finished_at=None).select_related("edition")
    for rollout in unfinished.order_by("pk"):
        done, of = (counts.get("patients", 0) for counts in (rollout.done, rollout.expected))
        text = (
            f"edition {rollout.edition.number} of {rollout.edition.protocol_id} is on its way to everybody: "
            f"{done} of {of} patients done"
        )
        if rollout.moved_at < now - ABANDONED:
            mend = "nobody carries it on: start a worker, or run `aftercare worker --once`"
            yield fail(clinic.slug, f"{text}, the last at {rollout.moved_at:%Y-%m-%d %H:%M} UTC", mend)
        else:
            yield warn(clinic.slug, text, "a worker carries it on; leave one running")


def _said_of_itself(clinic: Clinic) -> Iterator[Finding]:
    where = editions.where_to_set(clinic)
    if clinic.urgent_hours and not clinic.out_of_hours_phone:
        text = f"its urgent number is answered {clinic.urgent_hours}, and it names none for other times"
        yield warn(clinic.slug, text, f"`aftercare clinic {clinic.slug} --out-of-hours-phone NUMBER`")
    if clinic.segment_price is None and "sms" in ways_out(clinic):
        yield warn(clinic.slug, "no price of a segment is set: pages cannot say what texts cost", where)
    if not any(one.joined and one.role == Membership.Role.ADMIN for one in team_of(clinic)):
        text = "no admin of it has come yet: nobody can change its settings"
        yield warn(clinic.slug, text, f"`aftercare member --clinic {clinic.slug} --email EMAIL --role admin`")
