"""Where a worker can be told to die, and nobody gets to say goodbye; or to stand still for a while."""

import os
import signal
import time
from collections.abc import Callable
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any

from tests.chaos.plan import Fault

#: the function that is reached, and whether it happens before it begins or after it has ended
PLACES = {
    # in the middle of the transaction that claims
    "claiming": ("scheduler.dispatch.claim.insert", "before"),
    # claimed, and not looked at again
    "claimed": ("scheduler.dispatch.worker.recheck", "before"),
    "checked": ("scheduler.dispatch.worker.recheck", "after"),
    # about to ask the database something, with what was known then
    "asking": ("scheduler.dispatch.database._guarded", "before"),
    # in the middle of a batch: some posted, some not, some under way
    "sending": ("scheduler.dispatch.worker.post", "before"),
    "sent": ("scheduler.dispatch.worker.post", "after"),
    # in the middle of the transaction that records
    "recording": ("scheduler.dispatch.record.was_taken", "before"),
    # the provider has said what it took
    "concluding": ("scheduler.dispatch.reconcile.conclude", "before"),
}


def install(fault: Fault) -> None:
    """Count how often this process gets there."""
    path, when = PLACES[fault.point]
    home, _, name = path.rpartition(".")
    module = import_module(home)
    usual, reached = getattr(module, name), _countdown(fault)
    before, after = (reached, _nothing) if when == "before" else (_nothing, reached)

    def stand_in(*args: Any, **options: Any) -> Any:
        before()
        answer = usual(*args, **options)
        after()
        return answer

    async def awaited(*args: Any, **options: Any) -> Any:
        before()
        answer = await usual(*args, **options)
        after()
        return answer

    setattr(module, name, awaited if iscoroutinefunction(usual) else stand_in)


def _countdown(fault: Fault) -> Callable[[], None]:
    left = fault.times

    def reached() -> None:
        nonlocal left
        left -= 1
        if left:
            return
        if fault.stalls:
            time.sleep(fault.stalls)
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def _nothing() -> None:
    pass
