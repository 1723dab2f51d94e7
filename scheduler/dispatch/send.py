"""Step three: ask the provider, with no transaction open."""

import asyncio
from collections.abc import Mapping, Sequence

from scheduler.channels.base import Channel, Outcome, in_doubt
from scheduler.dispatch.claim import Claimed


async def post(one: Claimed, channels: Mapping[str, Channel]) -> Outcome:
    """Ask the provider once. Whatever goes wrong on the way, nobody knows whether it was taken."""
    try:
        return await channels[one.channel].send(one.outgoing)
    except Exception as fault:  # noqa: BLE001 - the edge: one odd answer must not stop the others
        return in_doubt(type(fault).__name__)


async def post_all(
    claimed: Sequence[Claimed], channels: Mapping[str, Channel]
) -> list[tuple[Claimed, Outcome]]:
    """Post a batch at once; opens and closes the channels it needs."""
    used = [channels[name] for name in {one.channel for one in claimed}]
    for channel in used:
        await channel.open()
    try:
        outcomes = await asyncio.gather(*(post(one, channels) for one in claimed))
    finally:
        for channel in used:
            await channel.close()
    return list(zip(claimed, outcomes, strict=True))
