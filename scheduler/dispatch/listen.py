"""Hearing on PostgreSQL that something new was planned, so that nobody has to look for it."""

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection

from scheduler.dispatch.database import PAUSE
from scheduler.wake import CHANNEL

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger(__name__)
#: Django's settings of its own, blocking connection
BLOCKING_ONLY = ("context", "cursor_factory")


async def listen(woken: asyncio.Event, listening: asyncio.Event) -> None:
    """Set `woken` at every notification, until cancelled; does nothing on SQLite.

    A connection of its own that breaks is opened again. `listening` is set while there is one.
    """
    if connection.vendor != "postgresql":
        return
    import psycopg

    while True:
        try:
            async with await psycopg.AsyncConnection.connect(autocommit=True, **_parameters()) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                listening.set()
                # What was planned while nobody listened.
                woken.set()
                while True:
                    await _readable(line)
                    async for _ in line.notifies(timeout=0):
                        woken.set()
        except (psycopg.OperationalError, OSError) as fault:
            listening.clear()
            log.warning("not listening", why=type(fault).__name__)
            await asyncio.sleep(PAUSE)


async def _readable(line: "psycopg.AsyncConnection[Any]") -> None:
    """Until the server has said something; waiting for it in psycopg takes ten looks a second."""
    loop, said, socket = asyncio.get_running_loop(), asyncio.Event(), line.fileno()
    loop.add_reader(socket, said.set)
    try:
        await said.wait()
    finally:
        loop.remove_reader(socket)


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in BLOCKING_ONLY}
