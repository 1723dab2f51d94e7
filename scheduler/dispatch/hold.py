"""A sender whose account or settings are wrong: its queue is held until somebody, or the provider, says that
it works again. Nothing of it is lost meanwhile, and what a text must leave by still counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from scheduler.alarms import Kind, alarm, clear, open_alarms
from scheduler.channels.base import Unanswered, answering
from scheduler.channels.twilio_codes import SHUT_OUT
from scheduler.dispatch.inquiry import Desk
from scheduler.domain.status import Status
from scheduler.history import note
from scheduler.models import Clinic, Reminder, Sender
from scheduler.wake import wake_workers

log = structlog.get_logger(__name__)

#: why a reminder waits whose sender is held
REASON = "configuration"
#: a sender is not tried again before that
REST = timedelta(minutes=5)
DAY = timedelta(days=1)


@transaction.atomic
def hold(senders: Iterable[int], code: str, now: datetime, *, actor: str) -> int:
    """Nothing more leaves these senders; return how many were not held already. `code` is the provider's."""
    held = 0
    for sender in Sender.objects.filter(pk__in=list(senders), held_at=None):
        new = Sender.objects.filter(pk=sender.pk, held_at=None).update(held_at=now, held_reason=code)
        if new:
            held += 1
            alarm(Kind.SENDER_HELD, now=now, sender=sender, detail=f"code {code}")
            _tell(sender, "sender-held", code, actor, now)
            log.warning("sender held", sender=sender.pk, code=code)
    return held


@transaction.atomic
def let_go(sender: Sender, now: datetime, *, actor: str, why: str = "") -> bool:
    """Texts leave it again, and what waited is looked at at once; False where it was not held."""
    if not Sender.objects.filter(pk=sender.pk).exclude(held_at=None).update(held_at=None, held_reason=""):
        return False
    waiting = Reminder.objects.across_clinics().filter(
        clinic__sender=sender, status=Status.SCHEDULED, status_reason=REASON
    )
    waiting.update(try_at=now)
    clear(Kind.SENDER_HELD, now=now, sender=sender)
    _tell(sender, "sender-released", why, actor, now)
    wake_workers()
    return True


def _tell(sender: Sender, kind: str, why: str, actor: str, now: datetime) -> None:
    for clinic in Clinic.objects.filter(sender=sender):
        note(clinic, kind, actor=actor, now=now, sender=sender.name, why=why)


def forget_refusals(now: datetime, worker: str) -> None:
    """An alarm about refused texts or emails is over when a day brought no other."""
    old = open_alarms().filter(kind__in=[Kind.TEXT_REFUSED, Kind.EMAIL_REFUSED], seen_at__lt=now - DAY)
    old.update(closed_at=now)


def held_since(now: datetime) -> list[Sender]:
    """Those that may be tried again by asking the provider."""
    return list(Sender.objects.filter(held_at__lte=now - REST, held_reason__in=SHUT_OUT))


async def probe(desk: Desk) -> int:
    """Let go the senders that the provider lets in again; return how many."""
    channel = answering(desk.channels.get("sms"))
    if channel is None:
        return 0
    held = await desk.database(held_since, desk.clock())
    if not held:
        return 0
    try:
        await channel.probe()
    except Unanswered as unanswered:
        log.info("still held", senders=len(held), code=str(unanswered))
        return 0
    for sender in held:
        await desk.database(let_go, sender, desk.clock(), actor=desk.worker, why="probe")
    return len(held)
