"""Step three: ask the provider, with no transaction open."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import structlog

from scheduler.channels.base import TOO_LATE, Channel, Outcome, in_doubt, not_posted
from scheduler.dispatch.claim import Claimed
from scheduler.dispatch.recheck import HALF_LEASE

log = structlog.get_logger(__name__)


async def post(one: Claimed, channels: Mapping[str, Channel]) -> Outcome:
    """Ask the provider once. Whatever goes wrong on the way, nobody knows whether it was taken."""
    if time.monotonic() > one.outgoing.post_by:
        return TOO_LATE
    if time.monotonic() - one.claimed_at > HALF_LEASE.total_seconds():
        # Another worker may take over in a moment.
        return not_posted("half-the-lease-gone")
    try:
        return await channels[one.route.channel].send(one.outgoing)
    except Exception as fault:
        # The edge: one odd answer must not stop the others.
        log.exception("sending broke", attempt=str(one.outgoing.attempt_id))
        return in_doubt(type(fault).__name__)


async def post_all(
    claimed: Sequence[Claimed], channels: Mapping[str, Channel]
) -> list[tuple[Claimed, Outcome]]:
    """Post a batch at once; opens and closes the channels it needs."""
    used = [channels[name] for name in {one.route.channel for one in claimed}]
    for channel in used:
        await channel.open()
    try:
        outcomes = await asyncio.gather(*(post(one, channels) for one in claimed))
    finally:
        for channel in used:
            await channel.close()
    return list(zip(claimed, outcomes, strict=True))
