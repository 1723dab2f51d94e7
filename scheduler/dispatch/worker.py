"""The worker: a loop that claims and posts, beside one that records and a timetable of periodic jobs.

It sleeps until the next due time, a second at the most: that is how it sees on SQLite what was enrolled
meanwhile. PostgreSQL tells it, and it looks by itself only now and then.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from scheduler.channels.base import TOO_LATE, Channel
from scheduler.dispatch.claim import LEASE, Batch, Claimed, claim
from scheduler.dispatch.clocks import Clocks, ClocksDiffer, Jumps, nothing_to_compare
from scheduler.dispatch.database import DatabaseAway, DatabaseThread
from scheduler.dispatch.due import queue_opens
from scheduler.dispatch.inquiry import Desk
from scheduler.dispatch.jobs import JOBS, Job
from scheduler.dispatch.listen import listen
from scheduler.dispatch.rate import AHEAD
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.recorder import Recorder
from scheduler.dispatch.release import release, unposted
from scheduler.dispatch.send import post
from scheduler.dispatch.timetable import Timetable

log = structlog.get_logger(__name__)

#: how many requests are under way at once
IN_FLIGHT = 50
#: how many may wait for one of these to end
NEXT = 25
#: how many are claimed in one transaction, and how many are looked at once more before they are posted
AT_ONCE = 300
GROUP = 50
#: with fewer left to post the next are claimed
CLAIM_BELOW = 100
#: seconds
LONGEST_SLEEP = 1.0
#: while it is told what is new: a connection may be dead without anybody having said so
LONGEST_WHILE_TOLD = 5.0
SHORT_SLEEP = 0.05
#: what is under way when the worker is told to stop gets this long; the process is gone within ten seconds
GRACE = 7.5


class Worker:
    """Any number may run, on any number of machines: the claim makes them safe."""

    def __init__(
        self,
        name: str,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        jobs: Sequence[Job] = JOBS,
        *,
        database_clock: Callable[[], datetime | None] = nothing_to_compare,
    ) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self._channels = channels
        self._live = frozenset(channels.keys() - {"outbox"})
        self._clock = clock
        self._clocks = Clocks(name, clock, database_clock)
        self._database = DatabaseThread()
        #: what is claimed next need not wait for what is posted now, unless there is only one writer anyway
        alone = not connection.features.has_select_for_update
        self._claim_thread = self._database if alone else DatabaseThread()
        self._claiming: asyncio.Task[Batch] | None = None
        #: so long before it is due a text is claimed: claiming takes longer than a text should be late
        self._ahead = AHEAD
        self._next_due: datetime | None = None
        self._stopping = asyncio.Event()
        self._woken = asyncio.Event()
        self._told = asyncio.Event()
        self._jumps = Jumps()
        #: claimed, and certain not to be posted
        self._given_up: list[Claimed] = []
        #: claimed, and not yet looked at once more
        self._taken: deque[Claimed] = deque()
        #: looked at, and waiting until it may be posted, by the attempt's id
        self._waiting: dict[UUID, Claimed] = {}
        #: of these, and of those that are posted
        self._under_way: set[asyncio.Task[None]] = set()
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._recorder = Recorder(name, self._database, clock, self._woken)
        self._timetable = Timetable(jobs, Desk(channels, self._database.run, clock, name), self._clocks)

    def stop(self) -> None:
        """Claim nothing more; finish, or give back, what is claimed."""
        self._stopping.set()
        self._woken.set()

    async def run(self, *, once: bool = False) -> None:
        """Until `stop`; with `once`, until nothing is due."""
        self._ahead = timedelta(0) if once else AHEAD
        for channel in self._channels.values():
            await channel.open()
        recording = asyncio.create_task(self._recorder.keep_recording())
        listener = asyncio.create_task(listen(self._woken, self._told))
        self._timetable.open()
        try:
            while not self._stopping.is_set():
                if self._jumps.happened():
                    log.warning("the time of day was set; the timetable begins anew")
                    self._timetable.begin_anew()
                    self._jumps = Jumps()
                if await self._turn_or_pause(once):
                    continue
                if once and not await self._queue_moves() and not await self._timetable.steps():
                    break
                await self._until_next_due()
        finally:
            self._timetable.close()
            listener.cancel()
            await self._wind_up(recording)

    async def _turn_or_pause(self, once: bool) -> bool:
        try:
            return await self._turn()
        except DatabaseAway as away:
            log.warning("database away", why=str(away))
        except ClocksDiffer:
            if once:
                raise
        except Exception:
            if once:
                raise
            # The edge: what is wrong with one turn must not end the worker.
            log.exception("turn failed")
        await self._sleep(LONGEST_SLEEP)
        return True

    async def _turn(self) -> bool:
        """Take what is due, and post a group of what was taken; false where there is neither."""
        # What was claimed a while ago does not know what has come back since: one more turn does.
        looked_at, is_old = 0, self._claiming is not None
        if not self._claiming and len(self._taken) < CLAIM_BELOW:
            self._claiming = asyncio.create_task(self._claim_thread.run(self._claim))
        if self._claiming and not self._taken:
            await self._one_of([self._claiming])
        if self._claiming and self._claiming.done():
            looked_at = await self._take()
        return bool(await self._post_some() or looked_at or is_old)

    async def _take(self) -> int:
        """Keep what the claim under way brings, to be posted; return how many it looked at."""
        assert self._claiming
        claiming, self._claiming = self._claiming, None
        batch = await claiming
        self.counts += batch.set_aside
        self._taken += batch.claimed
        self._next_due = batch.next_due
        return batch.looked_at

    def _claim(self) -> Batch:
        if self._stopping.is_set():
            return Batch()
        return claim(self._clocks.now(), worker=self.name, live=self._live, limit=AT_ONCE, ahead=self._ahead)

    async def _post_some(self) -> int:
        """Between the last look at a text and its request it waits for another's answer at the most.

        Returns how many were looked at.
        """
        wanted = min(len(self._taken), GROUP)
        while self._room() < wanted and not self._stopping.is_set():
            await self._one_of(self._under_way)
        group = [self._taken.popleft() for _ in range(wanted)]
        for one in await self._recheck(group):
            self._waiting[one.outgoing.attempt_id] = one
            task = asyncio.create_task(self._post_one(one))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(group)

    async def _one_of(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Wait until one of them has ended, or until told to stop."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    def _room(self) -> int:
        return IN_FLIGHT + NEXT - len(self._under_way)

    async def _recheck(self, group: Sequence[Claimed]) -> Sequence[Claimed]:
        while not self._stopping.is_set():
            try:
                # The time is read when the database gets to it: it may be busy with something else till then.
                return await self._database.run(lambda: recheck(group, self._clock(), worker=self.name))
            except DatabaseAway as away:
                # None of them was posted; when the database is back it decides whether one still may be.
                log.warning("database away", why=str(away))
                await self._sleep(LONGEST_SLEEP)
            except Exception:
                # One that cannot be looked at is in doubt when its lease ends, and no other.
                if len(group) == 1:
                    log.exception("not looked at", reminder=group[0].reminder_id)
                    return ()
                return [cleared for one in group for cleared in await self._recheck([one])]
        self._given_up += group
        return ()

    async def _post_one(self, one: Claimed) -> None:
        early = one.slot - self._clock()
        if timedelta(0) < early <= AHEAD:
            await asyncio.sleep(early.total_seconds())
        async with self._in_flight:
            if self._stopping.is_set():
                return
            del self._waiting[one.outgoing.attempt_id]
            outcome = await post(one, self._channels)
        if outcome is TOO_LATE:
            # It waited too long, or this process stood still since the last look; it looks again.
            self._taken.appendleft(one)
            self._woken.set()
            return
        self.counts[str(outcome.kind)] += 1
        self._recorder.take((one, outcome))

    async def _queue_moves(self) -> bool:
        """Whether something that is due only waits for its sender's rate, or to be looked at again."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._recorder.wait()
        if self._woken.is_set():
            return True
        now = self._clock()
        opens = await self._database.run(queue_opens, now)
        return opens is not None and opens <= now + LEASE

    async def _until_next_due(self) -> None:
        """As the claim found it that brought nothing: the database is not asked a second time."""
        due = self._next_due
        longest = LONGEST_WHILE_TOLD if self._told.is_set() else LONGEST_SLEEP
        wait = (due - self._clock()).total_seconds() if due else longest
        # Due already, yet not to be had: another worker is claiming it at this moment.
        left = min(wait, longest) if wait > 0 else SHORT_SLEEP
        while left > 0 and not await self._sleep(min(left, LONGEST_SLEEP)) and not self._jumps.happened():
            left -= LONGEST_SLEEP

    async def _sleep(self, seconds: float) -> bool:
        """Until told that something is new, or to stop, which it then returns; so long at the most."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        woken = self._woken.is_set()
        self._woken.clear()
        return woken

    async def _wind_up(self, recording: asyncio.Task[None]) -> None:
        """What is under way may finish; what does not is in doubt when its lease ends."""
        self._stopping.set()
        try:
            async with asyncio.timeout(GRACE):
                # Neither waits for the other, nor fails with it.
                done = await asyncio.gather(self._finish(), self._give_all_back(), return_exceptions=True)
            for fault in filter(None, done):
                log.error("not wound up", exc_info=fault)
        except TimeoutError:
            log.warning("stopped with requests under way", requests=len(self._under_way))
        for task in (recording, *self._under_way):
            task.cancel()
        for channel in self._channels.values():
            await channel.close()
        await asyncio.gather(*(thread.close() for thread in {self._claim_thread, self._database}))

    async def _finish(self) -> None:
        """Wait for what is posted, and for its record."""
        while self._under_way:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            await self._give_back()
        await self._recorder.wait()

    async def _give_all_back(self) -> None:
        """Also what is being claimed at this moment."""
        try:
            await self._give_back()
        finally:
            if self._claiming:
                await self._take()
                await self._give_back()

    async def _give_back(self) -> None:
        """What is claimed and certain not to be posted."""
        left = [*self._given_up, *self._taken, *self._waiting.values()]
        self._given_up.clear()
        self._taken.clear()
        self._waiting.clear()
        if given_up := list(unposted(left)):
            await self._database.insist(release, given_up, self._clock(), worker=self.name)
