"""Python's collector of reference cycles, kept out of the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Pauses:
    """How many threads have paused it, and whether it was on before the first of them."""

    def __init__(self) -> None:
        self._lock, self._number, self._was_on = Lock(), 0, False

    def begin(self) -> None:
        with self._lock:
            if not self._number:
                self._was_on = gc.isenabled()
                gc.disable()
            self._number += 1

    def end(self) -> None:
        with self._lock:
            self._number -= 1
            if not self._number and self._was_on:
                gc.enable()


#: so many new values, many times the usual number, are waited for before they are looked through
MANY = 10_000
_pauses = _Pauses()


@contextmanager
def paused() -> Iterator[None]:
    """Planning some hundred patients makes a hundred thousand values, and no cycles.

    The collector would look through all of them again and again: nearly half of what a step costs.
    """
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()


@contextmanager
def seldom() -> Iterator[None]:
    """For the whole of a process that goes on for weeks: what it has loaded by now is not looked through
    again, and what comes next more seldom. Requests by the thousand cost a tenth less then.

    Not within itself: at its end everything is looked through as usual.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(MANY, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
