"""Workers that stop in the middle: after claiming, or after posting; and what providers report later."""

import asyncio

from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.dispatch.send import post_all
from scheduler.models import Attempt
from scheduler.receipts import Report, receive
from tests.plans.stateful_world import World

LIVE = {"sms", "email"}


def claim_and_hang(world: World) -> None:
    worker = f"worker {len(world.hanging) + 2}"
    batch = claim(world.now, worker=worker, live=LIVE)
    if batch.claimed:
        world.hanging.append((worker, list(batch.claimed)))


def wake_up(world: World, *, crash: bool) -> None:
    """It goes on where it stopped, whatever has become of its lease."""
    worker, claimed = world.hanging.pop()
    cleared = recheck(claimed, world.now, worker=worker)
    posted = asyncio.run(post_all(cleared, world.channels)) if cleared else []
    world.look_at_posts()
    if posted and not crash:
        record(posted, world.now, worker=worker)


def post_and_crash(world: World) -> None:
    """What it posted is with the provider, and nobody wrote that down."""
    claim_and_hang(world)
    if world.hanging:
        wake_up(world, crash=True)


def report(world: World, pick: int, word: str) -> None:
    """The provider reports of one of the texts that it was given, perhaps not for the first time."""
    arrived = [post for post in world.posts if post.may_have_arrived and post.kind == "sms"]
    if not arrived:
        return
    post = arrived[-1 - pick % len(arrived)]
    attempt = Attempt.objects.across_clinics().get(pk=post.outgoing.attempt_id)
    receive(
        Report(attempt.pk, f"SM{attempt.pk.hex}", word, "30008" if word == "undelivered" else ""), world.now
    )
