"""What is in doubt is looked up at the provider: when no request of it can be under way any more, and then
two and ten minutes later. What it does not have then may be tried once more, or a person decides.

Nothing is done again by itself while the answer is unclear, or there is none.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from scheduler.channels.base import Answering, Listed, Unanswered, answering
from scheduler.dispatch.again import Onward, carry_on, once_more, posted
from scheduler.dispatch.inquiry import Desk
from scheduler.dispatch.matching import SKEW, Open, settle
from scheduler.dispatch.row import load
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt
from scheduler.plans.renewal import lock
from scheduler.receipts import of_twilio, receive
from scheduler.sets import CHUNK

log = structlog.get_logger(__name__)

#: from one look to the next: the list may lag behind
BETWEEN = (timedelta(minutes=2), timedelta(minutes=8))
#: how long until a provider is asked again that did not answer
SILENCE = timedelta(minutes=2)
#: numbers asked for in one go, and how many at once
NUMBERS = 200
AT_ONCE = 10
NO_ANSWER, UNCLEAR, MISSING = "no-clear-answer", "unclear-list", "not-found"
#: longer than all looks together take
PATIENCE = timedelta(minutes=15)
# The statuses stand in the text: a partial index is not used for parameters.
UNSETTLED = "scheduler_attempt.status IN ('open', 'in_doubt')"


@dataclass(frozen=True, slots=True)
class Doubt:
    """The tries to one number that are looked into now, and those that stand beside them."""

    address: str
    tries: tuple[Open, ...]
    #: try -> how often it was looked for
    due: Mapping[UUID, int]

    @property
    def since(self) -> datetime:
        return min(one.claimed_at for one in self.tries) - SKEW


async def reconcile(desk: Desk) -> int:
    """Look up what is due to be looked up; return for how many numbers."""
    channel = answering(desk.channels.get("sms"))
    doubts = await desk.database(doubts_at, desk.clock())
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(doubt: Doubt) -> None:
        async with limit:
            listed = await _listed(channel, doubt)
        await desk.database(conclude, doubt, listed, desk.clock(), actor=desk.worker)

    await asyncio.gather(*(one(doubt) for doubt in doubts))
    return len(doubts)


async def _listed(channel: Answering | None, doubt: Doubt) -> list[Listed] | None:
    """None where the provider does not say."""
    if channel is None:
        return None
    try:
        return await channel.find(doubt.address, doubt.since)
    except Unanswered as unanswered:
        log.warning("provider does not say what it took", code=str(unanswered))
        return None


def doubts_at(now: datetime) -> list[Doubt]:
    """The numbers to ask about, each with all tries that may claim one of its messages."""
    in_doubt = Attempt.objects.across_clinics().filter(channel="sms", status=AttemptStatus.IN_DOUBT)
    due = in_doubt.filter(look_at__lte=now).order_by("look_at")
    numbers = list(dict.fromkeys(due.values_list("address", flat=True)[: 2 * NUMBERS]))[:NUMBERS]
    tried = Attempt.objects.across_clinics().filter(address__in=numbers, channel="sms")
    beside = tried.extra(where=[UNSETTLED])  # noqa: S610 - words of our own
    by_number: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in beside.select_related("sender").order_by("created_at", "pk"):
        by_number[attempt.address].append(attempt)
    return [_doubt(number, by_number[number], now) for number in numbers if number in by_number]


def _doubt(number: str, attempts: Sequence[Attempt], now: datetime) -> Doubt:
    due = {
        one.pk: one.looks
        for one in attempts
        if one.status == AttemptStatus.IN_DOUBT and one.look_at and one.look_at <= now
    }
    return Doubt(number, tuple(map(_open, attempts)), due)


def _open(attempt: Attempt) -> Open:
    sender = attempt.sender
    known = (sender.messaging_service_sid or sender.from_number) if sender else ""
    return Open(attempt.pk, attempt.text, known, attempt.created_at)


def conclude(doubt: Doubt, listed: Sequence[Listed] | None, now: datetime, *, actor: str) -> None:
    """What the provider's list says of these tries; None: it gave none."""
    if listed is None:
        _later(doubt.due, now + SILENCE)
        return
    settled = settle(doubt.tries, _unbound(listed))
    for attempt, message in settled.bound.items():
        receive(of_twilio(attempt, message.provider_id, message.reported, message.code), now)
    last = set()
    for attempt, looks in doubt.due.items():
        if attempt not in settled.bound and looks < len(BETWEEN):
            _later([attempt], now + BETWEEN[looks], looks + 1)
        elif attempt not in settled.bound:
            last.add(attempt)
    if last:
        _end(last, settled.missing, now, actor)


def _unbound(listed: Sequence[Listed]) -> list[Listed]:
    """What belongs to no try yet, in the order in which it was taken."""
    ids = [message.provider_id for message in listed]
    known = Attempt.objects.across_clinics().filter(provider_id__in=ids)
    bound = set(known.values_list("provider_id", flat=True))
    free = [message for message in listed if message.provider_id not in bound]
    return sorted(free, key=lambda message: message.created_at)


def _later(attempts: Iterable[UUID], look_at: datetime, looks: int | None = None) -> None:
    values: dict[str, Any] = {"look_at": look_at} | ({} if looks is None else {"looks": looks})
    _in_doubt(attempts).update(**values)


@transaction.atomic
def _end(attempts: Collection[UUID], missing: Collection[UUID], now: datetime, actor: str) -> None:
    """The last look at these tries. What the provider does not have may go once more."""
    found = _in_doubt(attempts).select_related("reminder__episode")
    tried = _held(list(found))
    rows = {row.reminder.pk: row for row in load([one.reminder_id for one in tried])}
    times = posted(rows.keys())
    decided = []
    for one in tried:
        gone = one.pk in missing
        onward = once_more(rows[one.reminder_id], times[one.reminder_id], MISSING, now)
        decided.append((one, onward if gone else Onward(Status.FAILED, UNCLEAR)))
    _in_doubt(one.pk for one in tried if one.pk in missing).update(
        status=AttemptStatus.NOT_FOUND, look_at=None
    )
    _in_doubt(one.pk for one in tried).update(look_at=None)
    carry_on(Status.IN_DOUBT, decided, now, actor=actor)


@transaction.atomic
def give_up(now: datetime, worker: str) -> int:
    """Emails, and texts that no provider said anything about in time, are a person's; return how many."""
    in_doubt = Attempt.objects.across_clinics().filter(status=AttemptStatus.IN_DOUBT)
    # Found by the time of the next look, which is never further away.
    waiting = in_doubt.filter(look_at__lte=now + PATIENCE).select_related("reminder__episode")
    emails = ~Q(channel="sms") & Q(look_at__lte=now)
    too_late = Q(channel="sms", reminder__send_by__lte=now, created_at__lte=now - PATIENCE)
    tried = _held(list(waiting.filter(emails | too_late, reminder__status=Status.IN_DOUBT)[:CHUNK]))
    _in_doubt(one.pk for one in tried if one.channel != "sms").update(look_at=None)
    failed = Onward(Status.FAILED, NO_ANSWER)
    return len(carry_on(Status.IN_DOUBT, [(one, failed) for one in tried], now, actor=worker))


def _held(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    """Their patients are held before any reminder is, as by whoever else plans them."""
    lock({one.reminder.episode.patient_id for one in attempts})
    return attempts


def _in_doubt(attempts: Iterable[UUID]) -> "QuerySet[Attempt]":
    return Attempt.objects.across_clinics().filter(pk__in=list(attempts), status=AttemptStatus.IN_DOUBT)
