"""Workers that stop in the middle, and what providers report later."""

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
    """What it claimed is its own for a minute, then in doubt; it may go on at any time."""
    worker = f"worker {len(world.hanging) + 2}"
    batch = claim(world.now, worker=worker, live=LIVE)
    if batch.claimed:
        world.hanging.append((worker, list(batch.claimed)))
        world.look_at_claims(batch.claimed)


def go_on(world: World) -> None:
    """The one that hangs longest, whatever has become of its lease."""
    _post(world)
    _record(world)


def post_and_crash(world: World) -> None:
    """What it posts is with the provider, and nobody writes that down."""
    _claim_something(world)
    _post(world)
    world.unrecorded.clear()


def post_and_hang(world: World) -> None:
    """It is written down later, perhaps after others took over."""
    _claim_something(world)
    _post(world)


def _claim_something(world: World) -> None:
    if not world.hanging:
        claim_and_hang(world)


def _post(world: World) -> None:
    if not world.hanging:
        return
    worker, claimed = world.hanging.pop(0)
    cleared = recheck(claimed, world.now, worker=worker)
    posted = asyncio.run(post_all(cleared, world.channels)) if cleared else []
    world.look_at_posts()
    if posted:
        world.unrecorded.append((worker, posted))


def _record(world: World) -> None:
    for worker, posted in world.unrecorded:
        record(posted, world.now, worker=worker)
    world.unrecorded.clear()


TROUBLE = {"claims": claim_and_hang, "goes on": go_on, "crashes": post_and_crash, "hangs": post_and_hang}


def report(world: World, pick: int, word: str) -> None:
    """The provider reports of one of the texts that it was given, perhaps not for the first time."""
    arrived = [post for post in world.posts if post.may_have_arrived and post.kind == "sms"]
    if not arrived:
        return
    post = arrived[-1 - pick % len(arrived)]
    attempt = Attempt.objects.across_clinics().get(pk=post.outgoing.attempt_id)
    code = "30008" if word == "undelivered" else ""
    receive(Report(attempt.pk, f"SM{attempt.pk.hex}", word, code), world.now)
