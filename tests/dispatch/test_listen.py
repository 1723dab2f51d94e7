"""Hearing of what is new: on PostgreSQL at once, and without looking for it; on SQLite not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from unittest import mock

import pytest
import uvloop
from django.db import connection

from scheduler.dispatch import listen as module
from scheduler.dispatch.database import DatabaseThread
from scheduler.dispatch.listen import listen
from scheduler.wake import wake_workers
from tests.dispatch.test_worker import take_away

pytestmark = pytest.mark.django_db(transaction=True)
#: does something to the database from another thread
Elsewhere = Callable[[Callable[[], None]], Awaitable[None]]
#: what happens while somebody listens: with the events "woken" and "told"
Step = Callable[[asyncio.Event, asyncio.Event, Elsewhere], Awaitable[None]]


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def while_listening(request: pytest.FixtureRequest) -> Callable[[Step], None]:
    """Run a step while somebody listens; on SQLite nobody does."""
    return lambda step: request.param(_both(step))


async def _both(step: Step) -> None:
    woken, told, elsewhere = asyncio.Event(), asyncio.Event(), DatabaseThread()
    task = asyncio.create_task(listen(woken, told))
    try:
        if connection.vendor == "sqlite":
            await task
            assert (woken.is_set(), told.is_set()) == (False, False)
        else:
            # What was planned before: nobody may have listened then.
            await heard(woken)
            await step(woken, told, elsewhere.run)
    finally:
        task.cancel()
        await elsewhere.close()


async def heard(woken: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await woken.wait()
    woken.clear()


def test_it_hears_every_time(while_listening: Callable[[Step], None]) -> None:
    async def three_times(woken: asyncio.Event, told: asyncio.Event, elsewhere: Elsewhere) -> None:
        for _ in range(3):
            await elsewhere(wake_workers)
            await heard(woken)
        assert told.is_set()

    while_listening(three_times)


# Of the other loop nothing can be replaced.
@pytest.mark.parametrize("while_listening", [asyncio.run], indirect=True)
def test_while_nothing_is_said_it_does_nothing(while_listening: Callable[[Step], None]) -> None:
    async def half_a_second(woken: asyncio.Event, told: asyncio.Event, elsewhere: Elsewhere) -> None:
        await asyncio.sleep(0.1)
        with mock.patch.object(asyncio.get_running_loop(), "add_reader") as looks:
            await asyncio.sleep(0.5)
        assert not looks.called
        assert not woken.is_set()

    while_listening(half_a_second)


def test_a_connection_that_broke_is_opened_again(
    while_listening: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(woken: asyncio.Event, told: asyncio.Event, elsewhere: Elsewhere) -> None:
        await elsewhere(take_away)
        # What was planned meanwhile.
        await heard(woken)
        await elsewhere(wake_workers)
        await heard(woken)
        assert told.is_set()

    # All are taken away but the other thread's; this one's is needed for tidying up.
    connection.close()
    monkeypatch.setattr(module, "PAUSE", 0.1)
    while_listening(broken)
