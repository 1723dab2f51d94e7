"""A loop beside the one that posts: outcomes wait in it, and are recorded many at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from scheduler.channels.base import Kind
from scheduler.dispatch.database import DatabaseThread
from scheduler.dispatch.record import Posted, record

log = structlog.get_logger(__name__)

#: seconds that the first of them waits for others, and how many there may be
RECORD_AFTER = 0.1
RECORD_BATCH = 200


class Recorder:
    """`woken` is set where something may go another way at once; `clock` gives the present instant, UTC."""

    def __init__(
        self, worker: str, database: DatabaseThread, clock: Callable[[], datetime], woken: asyncio.Event
    ) -> None:
        self._worker, self._database, self._clock, self._woken = worker, database, clock, woken
        self._posted: asyncio.Queue[Posted] = asyncio.Queue()

    def take(self, posted: Posted) -> None:
        """It is recorded in a moment."""
        self._posted.put_nowait(posted)

    async def wait(self) -> None:
        """Until all that it took is recorded."""
        await self._posted.join()

    async def keep_recording(self) -> None:
        """In batches, until cancelled: a transaction costs the same for one outcome and for two hundred."""
        while True:
            posted = [await self._posted.get()]
            try:
                async with asyncio.timeout(RECORD_AFTER):
                    while len(posted) < RECORD_BATCH:
                        posted.append(await self._posted.get())
            except TimeoutError:
                pass
            await self._record(posted)
            if any(outcome.kind is Kind.REJECTED for _, outcome in posted):
                # It may go another way, at once.
                self._woken.set()
            for _ in posted:
                self._posted.task_done()

    async def _record(self, posted: list[Posted]) -> None:
        try:
            await self._database.insist(record, posted, self._clock(), worker=self._worker)
        except Exception:
            # One outcome that cannot be written leaves its own reminder in doubt, and no other.
            if len(posted) == 1:
                log.exception("outcome not recorded", reminder=posted[0][0].reminder_id)
                return
            for one in posted:
                await self._record([one])
