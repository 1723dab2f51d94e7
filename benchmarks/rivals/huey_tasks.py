"""Huey on SQLite with worker threads, and the SMS package's blocking client."""

from collections.abc import Iterable, Sequence
from itertools import count
from threading import Event
from time import perf_counter
from typing import Any

from huey import SqliteHuey
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR

from benchmarks.rivals import IN_FLIGHT, Text
from benchmarks.rivals.blocking import send


class Tasks:
    settings = (
        "one process, 50 threads, 50 kept connections, WAL with fsync, no results kept, no periodic tasks"
    )
    lacks = (
        "A task leaves the queue before its text is sent: a crash loses as many as there are threads.",
        "No attempt is kept: after a time-out or a crash nobody can tell whether a text went.",
        "The SMS package's blocking client has no time-out of its own: an answer that never comes keeps a"
        " thread for good.",
        "Opt-outs, sending hours and changed plans are not looked at before posting.",
        "What comes due is taken off the schedule once a second, then queued one by one: a crash in between"
        " loses the rest.",
    )

    def __init__(self, database: str) -> None:
        self._file = database.removeprefix("sqlite:///")
        self._waiting = 0

    def prepare(self, texts: Sequence[Text]) -> None:
        """Where tasks are that were given long before their time: on the schedule."""
        huey, task = self._open(durable=False)
        for text in texts:
            huey.add_schedule(task.s(text.to, text.body, text.id, eta=text.due))
        huey.storage.close()
        self._waiting = len(texts)

    def run(self) -> float:
        huey, _ = self._open(durable=True)
        ended, numbers = Event(), count(1)

        @huey.signal(SIGNAL_COMPLETE, SIGNAL_ERROR)
        def tick(*_: Any) -> None:
            if next(numbers) == self._waiting:
                ended.set()

        began = perf_counter()
        consumer = huey.create_consumer(workers=IN_FLIGHT, periodic=False)
        consumer.start()
        ended.wait()
        took = perf_counter() - began
        consumer.stop(graceful=True)
        return took

    def add(self, plans: Iterable[Sequence[Text]]) -> None:
        huey, task = self._open(durable=True)
        for texts in plans:
            for text in texts:
                task.schedule((text.to, text.body, text.id), eta=text.due)
        huey.storage.close()

    #: there is no other way
    add_in_bulk = add

    def _open(self, durable: bool) -> tuple[SqliteHuey, Any]:
        """Only preparing a round is not durable: it would take longer than the round."""
        huey = SqliteHuey("bench", filename=self._file, fsync=durable, results=False, timeout=60)
        return huey, huey.task(name="send")(send)
