"""A thread that talks to the database, with a connection of its own, and what it does when that goes away."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)
T = TypeVar("T")
#: seconds between two looks at a database that does not answer
PAUSE = 1.0
#: seconds that are left to it when the worker stops
PATIENCE = 1.0


class DatabaseAway(ConnectionError):
    """It does not answer, or it broke off; what was asked may or may not have been done."""


class DatabaseThread:
    """Runs the steps that need the database one after the other, beside the event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")

    async def run(self, step: Callable[..., T], *args: Any, **options: Any) -> T:
        """Raises DatabaseAway; the next step begins with a new connection then."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: _guarded(step, *args, **options)
        )

    async def insist(self, step: Callable[..., T], *args: Any, **options: Any) -> T:
        """Repeat a step that may be repeated until the database is there."""
        while True:
            try:
                return await self.run(step, *args, **options)
            except DatabaseAway as away:
                log.warning("database away", why=str(away))
                await asyncio.sleep(PAUSE)

    async def close(self) -> bool:
        """Whether it ended; a thread that waits for a host that is gone does not."""
        # Looked up over there: the connection belongs to the thread that opened it.
        closing = self._thread.submit(lambda: connection.close())
        self._thread.shutdown(wait=False)
        try:
            await asyncio.wait_for(asyncio.wrap_future(closing), PATIENCE)
        except TimeoutError:
            return False
        return True


def _guarded(step: Callable[..., T], *args: Any, **options: Any) -> T:
    try:
        return step(*args, **options)
    except (OperationalError, InterfaceError) as fault:
        connection.close()
        raise DatabaseAway(type(fault).__name__) from fault
