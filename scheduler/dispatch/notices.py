"""Emails to the people who run a clinic: alarms, and the summary of a day. None is about a patient."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from scheduler.alarms import open_alarms, says
from scheduler.models import Alarm, Clinic, Membership, User

log = structlog.get_logger(__name__)

#: an alarm that is over in less was none to write about
PATIENCE = timedelta(minutes=1)
#: while it lasts, it is written about once more after so long
AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """Each address gets one of its own. `undo` makes it due again, where it reached nobody."""

    to: tuple[str, ...]
    subject: str
    body: str
    undo: Callable[[], object]


def admins_of(clinics: Iterable[Clinic]) -> tuple[str, ...]:
    """Their addresses, each once."""
    found = Membership.objects.across_clinics().filter(
        clinic__in=list(clinics), role=Membership.Role.ADMIN, user__is_active=True
    )
    return tuple(sorted(set(found.values_list("user__email", flat=True))))


def alarm_notices(now: datetime) -> list[Notice]:
    """For every alarm once, and once more each day while it lasts; whoever asks first gets them all."""
    if not settings.EMAIL_LIVE:
        return []
    due = Q(mailed_at=None, opened_at__lte=now - PATIENCE) | Q(mailed_at__lte=now - AGAIN)
    notices: list[Notice] = []
    for found in open_alarms().filter(due).select_related("clinic", "sender"):
        mine = Alarm.objects.filter(pk=found.pk, mailed_at=found.mailed_at)
        if mine.update(mailed_at=now) and (to := _told_of(found)):
            notices.append(_about(found, to))
    return notices


def _about(found: Alarm, to: tuple[str, ...]) -> Notice:
    words = says(found)
    body = f"{words}\n\nSince {found.opened_at:%Y-%m-%d %H:%M} UTC.\n\n{settings.PUBLIC_URL}\n"
    subject = f"Aftercare: {words.partition('.')[0]}"

    def undo() -> None:
        Alarm.objects.filter(pk=found.pk).update(mailed_at=found.mailed_at)

    return Notice(to, subject, body, undo)


def _told_of(found: Alarm) -> tuple[str, ...]:
    if found.clinic is not None:
        return admins_of([found.clinic])
    if found.sender is not None:
        return admins_of(Clinic.objects.filter(sender=found.sender))
    operators = User.objects.filter(is_superuser=True, is_active=True).values_list("email", flat=True)
    return tuple(sorted({*admins_of(Clinic.objects.all()), *operators}))


def post_notices(notices: Iterable[Notice]) -> None:
    """Those that reach nobody are due again."""
    for notice in notices:
        if not _post(notice):
            notice.undo()


async def post_from_loop(notices: Iterable[Notice], database: Callable[..., Awaitable[object]]) -> None:
    """The same beside an event loop; `database` runs a step in the thread that talks to the database."""
    for notice in notices:
        if not await asyncio.to_thread(_post, notice):
            await database(notice.undo)


def _post(notice: Notice) -> int:
    """How many were reached. No transaction is open; the mail server has the time that EMAIL_URL gives it."""
    return sum(_reaches(address, notice) for address in notice.to)


def _reaches(address: str, notice: Notice) -> bool:
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(notice.subject, notice.body, to=[address], headers=headers).send()
    except (OSError, AnymailError, ValueError) as fault:
        # smtplib's own errors are OSErrors.
        log.warning("notice not sent", why=type(fault).__name__)
        return False
    return True
