"""The waits of the product, all shorter, and in proportion: minutes would pass in every round otherwise.

Nothing of the product is there for that. A name is given its new value in every module that imported it.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from scheduler.dispatch.jobs import JOBS, Job

SECOND = timedelta(seconds=1)
LEASE = 6 * SECOND
TIMEOUT = 1.2
WAITS: dict[str, Any] = {
    "scheduler.dispatch.claim.LEASE": LEASE,
    "scheduler.dispatch.recheck.HALF_LEASE": LEASE / 2,
    "scheduler.channels.base.REQUEST_TIMEOUT": TIMEOUT,
    "scheduler.dispatch.matching.SKEW": 2 * SECOND,
    "scheduler.dispatch.reconcile.BETWEEN": (SECOND, SECOND),
    "scheduler.dispatch.reconcile.SILENCE": SECOND / 2,
    "scheduler.dispatch.reconcile.PATIENCE": 15 * SECOND,
    "scheduler.dispatch.backoff.FIRST": SECOND / 3,
    "scheduler.dispatch.backoff.LONGEST": 2 * SECOND,
    "scheduler.dispatch.undelivered.REST": SECOND / 2,
    "scheduler.dispatch.hold.REST": SECOND,
    "scheduler.dispatch.database.PAUSE": 0.3,
    "scheduler.receipts.UNHEARD": 2 * SECOND,
}
#: seldom enough to stay as they are
USUAL = ("heartbeat", "watchdog", "summaries", "prune")


def hurry() -> None:
    """From here on, in this process. Fails where the product knows a name no longer."""
    for path, short in WAITS.items():
        home, _, name = path.rpartition(".")
        usual = getattr(import_module(home), name)
        for module in [module for key, module in sys.modules.items() if key.startswith("scheduler.")]:
            if getattr(module, name, None) is usual:
                setattr(module, name, short)


def quick_jobs() -> Sequence[Job]:
    return tuple(job if job.name in USUAL else replace(job, every=SECOND) for job in JOBS)
