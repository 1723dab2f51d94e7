"""Reports get lost: of a text that the provider took and nobody heard of since, it is asked what became."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from scheduler.channels.base import Answering, Listed, Unanswered, answering
from scheduler.dispatch.inquiry import Desk
from scheduler.domain.status import RANK, AttemptStatus
from scheduler.models import Attempt
from scheduler.receipts import REPORTED, UNHEARD, of_twilio, receive

log = structlog.get_logger(__name__)

#: counted from when it was taken; each wait is twice the one before
GIVEN_UP_AFTER = timedelta(days=1)
#: texts asked about in one go, and how many at once
TEXTS = 200
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Unheard:
    """A text that was taken, and of which nothing final is known."""

    attempt: UUID
    provider_id: str
    created_at: datetime
    looks: int


async def poll(desk: Desk) -> int:
    """Ask about the texts that it is time to ask about; return how many."""
    channel = answering(desk.channels.get("sms"))
    if channel is None:
        return 0
    unheard = await desk.database(unheard_at, desk.clock())
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(text: Unheard) -> None:
        async with limit:
            listed = await _look_up(channel, text)
        await desk.database(hear, text, listed, desk.clock())

    await asyncio.gather(*(one(text) for text in unheard))
    return len(unheard)


async def _look_up(channel: Answering, text: Unheard) -> Listed | None:
    """None where the provider does not say, or does not know it any more."""
    try:
        return await channel.look_up(text.provider_id)
    except Unanswered as unanswered:
        log.info("provider does not say what became of a text", code=str(unanswered))
        return None


def unheard_at(now: datetime) -> list[Unheard]:
    """The texts to ask about, the longest unheard of first."""
    waiting = Attempt.objects.across_clinics().filter(status=AttemptStatus.SENT, look_at__lte=now)
    asked = waiting.exclude(provider_id=None).order_by("look_at")
    values = asked.values_list("pk", "provider_id", "created_at", "looks")[:TEXTS]
    return [Unheard(pk, sid, created_at, looks) for pk, sid, created_at, looks in values if sid]


def hear(text: Unheard, listed: Listed | None, now: datetime) -> None:
    """What the provider said is a report like any other, where it says something new."""
    status = REPORTED.get(listed.reported) if listed else None
    if listed and status and RANK[status] > RANK[AttemptStatus.SENT]:
        receive(of_twilio(text.attempt, text.provider_id, listed.reported, listed.code), now)
        return
    next_look = now + UNHEARD * 2 ** (text.looks + 1)
    given_up = next_look - text.created_at > GIVEN_UP_AFTER
    mine = Attempt.objects.across_clinics().filter(pk=text.attempt, status=AttemptStatus.SENT)
    mine.update(look_at=None if given_up else next_look, looks=text.looks + 1)
