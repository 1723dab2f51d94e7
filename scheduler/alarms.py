"""What is wrong now: an alarm is opened once, however often it is found, and closed when it is over.

It is about a clinic, about a sender, or about the whole installation. Nothing in it is about a patient.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from scheduler.history import note
from scheduler.models import Alarm, Clinic, Sender
from scheduler.sets import conditional_update, stamp

log = structlog.get_logger(__name__)


class Kind(StrEnum):
    """The sentences for people are in SAYS."""

    NO_WORKER = "no-worker"
    CLOCK = "clock"
    LATE = "late"
    SENDER_HELD = "sender-held"
    TEXT_REFUSED = "text-refused"
    EMAIL_REFUSED = "email-refused"


SAYS = {
    Kind.NO_WORKER: gettext_lazy("No worker runs: nothing is sent. Start `aftercare worker`."),
    Kind.CLOCK: gettext_lazy(
        "A worker's clock and the database's differ, so that worker sends nothing. Set the clocks."
    ),
    Kind.LATE: gettext_lazy("Messages that should have gone have not."),
    Kind.SENDER_HELD: gettext_lazy(
        "Nothing leaves this sender until somebody has mended its account and released it."
    ),
    Kind.TEXT_REFUSED: gettext_lazy("The provider refuses texts for what they say or where they go."),
    Kind.EMAIL_REFUSED: gettext_lazy(
        "The mail server does not accept this installation's emails. Check EMAIL_URL."
    ),
}
OPEN = """
    INSERT INTO scheduler_alarm (kind, subject, clinic_id, sender_id, detail, opened_at, seen_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL
    DO UPDATE SET seen_at = excluded.seen_at, detail = excluded.detail
    RETURNING id, opened_at = seen_at
"""


def alarm(
    kind: str, *, now: datetime, clinic: Clinic | None = None, sender: Sender | None = None, detail: str = ""
) -> bool:
    """Say that it is so at `now`; return whether that is news. `detail` has figures and codes."""
    subject = subject_of(clinic, sender)
    values = [kind, subject, clinic and clinic.pk, sender and sender.pk, detail[:200], stamp(now), stamp(now)]
    ((_, new),) = conditional_update(OPEN, values)
    if new:
        log.error("alarm", kind=str(kind), about=subject, detail=detail)
    return bool(new)


def clear(kind: str, *, now: datetime, clinic: Clinic | None = None, sender: Sender | None = None) -> bool:
    """It is over; return whether it was so."""
    mine = open_alarms().filter(kind=kind, subject=subject_of(clinic, sender))
    over = bool(mine.update(closed_at=now))
    if over:
        log.info("alarm over", kind=str(kind), about=subject_of(clinic, sender))
    return over


def subject_of(clinic: Clinic | None, sender: Sender | None) -> str:
    if clinic is not None:
        return f"clinic-{clinic.pk}"
    return f"sender-{sender.pk}" if sender is not None else ""


def open_alarms() -> QuerySet[Alarm]:
    """The oldest first."""
    return Alarm.objects.filter(closed_at=None).order_by("opened_at", "pk")


def alarms_for(clinics: Iterable[Clinic]) -> QuerySet[Alarm]:
    """What the people of these clinics should know: of the clinics, of their senders, of everybody."""
    known = list(clinics)
    senders = {clinic.sender_id for clinic in known if clinic.sender_id}
    about = Q(clinic__in=known) | Q(sender__in=senders) | Q(clinic=None, sender=None)
    return open_alarms().filter(about).select_related("clinic", "sender")


@transaction.atomic
def acknowledge(clinic: Clinic, number: int, *, actor: str, now: datetime) -> bool:
    """Somebody of the clinic sees to it; False where it is over, or somebody does already.

    It stays open until it is over. When the same is found again later, nobody has seen that yet.
    """
    mine = alarms_for([clinic]).filter(pk=number, acknowledged_at=None).first()
    if mine is None:
        return False
    unseen = Alarm.objects.filter(pk=number, acknowledged_at=None, closed_at=None)
    if not unseen.update(acknowledged_by=actor, acknowledged_at=now):
        return False
    note(clinic, "alarm-acknowledged", actor=actor, now=now, reason=mine.kind, subject=mine.subject)
    return True


def says(found: Alarm) -> str:
    """An alarm in a sentence or two, for a page or an email."""
    about = found.clinic or found.sender
    words = str(SAYS[Kind(found.kind)]) if found.kind in set(Kind) else found.kind
    return " ".join(part for part in (f"{about}:" if about else "", words, found.detail) if part)
