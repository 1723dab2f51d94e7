"""Asking a provider what became of a text, with no transaction open while it answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.channels.base import Channel


@dataclass(frozen=True)
class Desk:
    """What a job has at hand that asks providers: it runs in the worker's event loop.

    `database` runs a step in the thread that talks to the database; `clock` gives the present instant, UTC.
    """

    channels: Mapping[str, Channel]
    database: Callable[..., Awaitable[Any]]
    clock: Callable[[], datetime]
    worker: str
