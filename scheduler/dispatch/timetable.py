"""A worker's periodic jobs, each at its own pace, beside the loop that posts."""

import asyncio
from collections.abc import Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.dispatch.clocks import Clocks, ClocksDiffer
from scheduler.dispatch.database import DatabaseAway
from scheduler.dispatch.inquiry import Desk
from scheduler.dispatch.jobs import Job, run_job

log = structlog.get_logger(__name__)


class Timetable:
    """Runs while it is open: `open` once, `begin_anew` after a jump of the clock, and `close` at the end."""

    def __init__(self, jobs: Sequence[Job], desk: Desk, clocks: Clocks) -> None:
        self._jobs, self._desk, self._clocks = jobs, desk, clocks

    def open(self) -> None:
        """Each job runs once now, and then from time to time."""
        usual = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=usual)
        for job in self._jobs:
            # Without a trigger: once.
            self._scheduler.add_job(self._run, args=[job])
            self._scheduler.add_job(self._run, "interval", args=[job], seconds=job.every.total_seconds())
        self._scheduler.start()

    def begin_anew(self) -> None:
        """The time of day was set: what was to come next was reckoned by the one before."""
        self.close()
        self.open()

    def close(self) -> None:
        """No job begins any more."""
        self._scheduler.shutdown(wait=False)

    async def steps(self) -> bool:
        """Do one of every job that goes on in steps; whether any had one to do."""
        found = [await self._do(job) for job in self._jobs if job.in_steps]
        return any(found)

    async def _do(self, job: Job) -> object:
        return await self._desk.database(lambda: job.run(self._clocks.now(), self._desk.worker))

    async def _run(self, job: Job) -> None:
        try:
            ran = await self._desk.database(lambda: run_job(job, self._clocks.now(), self._desk.worker))
            if ran and job.ask:
                await job.ask(self._desk)
        except DatabaseAway as away:
            log.warning("job missed", job=job.name, why=str(away))
        except ClocksDiffer:
            # The next claim says so.
            pass
        except asyncio.CancelledError:
            log.info("job cut short", job=job.name)
