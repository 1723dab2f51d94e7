"""Python's collector while a large step is at work, and in a process that goes on for weeks."""

import asyncio
import gc
from contextlib import ExitStack

import pytest

from scheduler import collector
from scheduler.dispatch.worker import Worker
from scheduler.management.commands import worker


def test_it_rests_during_the_step_and_works_again_after_it() -> None:
    with collector.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_where_the_step_fails() -> None:
    with pytest.raises(ValueError, match="a fault"), collector.paused():
        raise ValueError("a fault")
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with collector.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_works_again_after_the_last_of_several_steps() -> None:
    """Two threads pause it, and the first to begin is not the last to end."""
    with ExitStack() as second:
        with collector.paused():
            second.enter_context(collector.paused())
        assert not gc.isenabled()
    assert gc.isenabled()


def standing() -> tuple[bool, int, int]:
    """Whether it works, how many new values it waits for, and how many it never looks at."""
    return gc.isenabled(), gc.get_threshold()[0], gc.get_freeze_count()


def test_it_looks_at_less_and_more_seldom() -> None:
    before = standing()
    with collector.seldom():
        works, waits_for, frozen = standing()
    assert (works, waits_for, before[2]) == (True, collector.MANY, 0)
    assert frozen > 10_000
    assert standing() == before


def test_and_as_usual_again_whatever_happens() -> None:
    before = standing()
    with pytest.raises(ValueError, match="a fault"), collector.seldom():
        raise ValueError("a fault")
    assert standing() == before


def test_a_worker_runs_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before, seen = standing(), []

    async def run(self: Worker, *, once: bool) -> None:
        seen.append(standing())

    monkeypatch.setattr(Worker, "run", run)
    asyncio.run(worker.run({}, once=True))
    assert [(waits_for, frozen > 10_000) for _, waits_for, frozen in seen] == [(collector.MANY, True)]
    assert standing() == before
