"""Python's collector while a large step is at work."""

import gc
from contextlib import ExitStack

import pytest

from scheduler import collector


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
