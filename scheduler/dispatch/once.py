"""One turn of the dispatcher from claim to record, for a command, a simulated clock or a test."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.channels.base import Channel
from scheduler.channels.outbox import Outbox
from scheduler.dispatch.claim import claim
from scheduler.dispatch.due import next_due
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.dispatch.send import post_all


@dataclass(frozen=True, slots=True)
class Turn:
    """`found` is how many were due; `next_due` when the next one is, None where none is scheduled.

    `counts` says what became of them: accepted, rejected, in-doubt, not-posted, or the status without a try.
    """

    found: int
    next_due: datetime | None
    counts: Counter[str] = field(default_factory=Counter)


def dispatch_once(
    now: datetime, channels: Mapping[str, Channel] | None = None, *, worker: str = "dispatcher"
) -> Turn:
    """Send what is due at `now` (aware UTC), a batch at most; without `channels`, into the outbox."""
    channels = {"outbox": Outbox()} | dict(channels or {})
    batch = claim(now, worker=worker, live=channels.keys() - {"outbox"})
    cleared = recheck(batch.claimed, now, worker=worker)
    posted = asyncio.run(post_all(cleared, channels)) if cleared else []
    if posted:
        record(posted, now, worker=worker)
    counts = batch.set_aside + Counter(str(outcome.kind) for _, outcome in posted)
    return Turn(batch.looked_at, next_due(now), counts)
