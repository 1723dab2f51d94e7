"""What a worker does from time to time. However many workers run, each slot of a job is run once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.dispatch.claim import give_up_outlived
from scheduler.dispatch.expire import expire_leases
from scheduler.dispatch.hold import forget_refusals, probe
from scheduler.dispatch.inquiry import Desk
from scheduler.dispatch.notices import alarm_notices, post_from_loop
from scheduler.dispatch.poll import poll
from scheduler.dispatch.reconcile import give_up, reconcile
from scheduler.dispatch.slots import take_slot
from scheduler.dispatch.summary import summary_notices
from scheduler.dispatch.undelivered import follow_up
from scheduler.dispatch.watchdog import watch
from scheduler.models import Heartbeat, JobSlot
from scheduler.plans.rollout import carry_on
from scheduler.receipts import adopt

SLOTS_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` gets the present instant and the worker's name."""

    name: str
    every: timedelta
    run: Callable[[datetime, str], object]
    #: every worker does it for itself
    each_worker: bool = False
    #: what it then asks providers, beside the thread that talks to the database
    ask: Callable[[Desk], Awaitable[object]] | None = None
    #: `run` does a step and returns how many it did: one that is to end with its work goes on until it is 0
    in_steps: bool = False


def beat(now: datetime, worker: str) -> None:
    """Tell the others that this worker is alive."""
    Heartbeat.objects.update_or_create(
        worker=worker, defaults={"seen_at": now}, create_defaults={"started_at": now, "seen_at": now}
    )


def prune(now: datetime, worker: str) -> None:
    """Forget slots that nobody can take any more, and workers long gone."""
    JobSlot.objects.filter(slot__lt=now - SLOTS_KEPT).delete()
    Heartbeat.objects.filter(seen_at__lt=now - SLOTS_KEPT).delete()


async def tell_of_alarms(desk: Desk) -> None:
    await post_from_loop(await desk.database(alarm_notices, desk.clock()), desk.database)


async def tell_of_yesterday(desk: Desk) -> None:
    await post_from_loop(await desk.database(summary_notices, desk.clock(), desk.worker), desk.database)


JOBS = (
    Job("heartbeat", timedelta(seconds=10), beat, each_worker=True),
    Job("expired-leases", timedelta(seconds=15), lambda now, worker: expire_leases(now, actor=worker)),
    Job("in-doubt", timedelta(seconds=15), give_up, ask=reconcile),
    Job("undelivered", timedelta(seconds=5), follow_up, each_worker=True),
    Job("unheard", timedelta(minutes=1), lambda now, worker: adopt(now), ask=poll),
    Job("held-senders", timedelta(minutes=1), forget_refusals, ask=probe),
    Job("queues", timedelta(minutes=1), give_up_outlived),
    # Who carries one on is settled on its own row, step by step.
    Job("rollouts", timedelta(seconds=2), carry_on, each_worker=True, in_steps=True),
    Job("watchdog", timedelta(minutes=1), watch, ask=tell_of_alarms),
    Job("summaries", timedelta(minutes=5), lambda now, worker: None, ask=tell_of_yesterday),
    Job("prune", timedelta(hours=1), prune),
)


def run_job(job: Job, now: datetime, worker: str) -> bool:
    """Run a job for the slot that `now` lies in, unless another worker took it; return whether it ran."""
    if not job.each_worker and not _take_slot(job, now, worker):
        return False
    job.run(now, worker)
    return True


def _take_slot(job: Job, now: datetime, worker: str) -> bool:
    seconds = int(job.every.total_seconds())
    slot = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    return take_slot(job.name, slot, worker)
