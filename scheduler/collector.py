"""Python's collector of reference cycles, kept out of the way of work in large steps."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Planning some hundred patients makes a hundred thousand values, and no cycles.

    The collector would look through all of them again and again: nearly half of what a step costs.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
