"""APScheduler with one date job per text in SQLAlchemyJobStore, and the SMS package's blocking client."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import count
from threading import Event
from time import perf_counter
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, create_engine, event

from benchmarks.rivals import IN_FLIGHT, Text
from benchmarks.rivals.blocking import send


class DateJobs:
    settings = (
        "one process, 50 threads, 50 kept connections, misfire_grace_time=None (its default drops what is a"
        " second late), durable commits, WAL on SQLite, psycopg 3 on PostgreSQL"
    )
    lacks = (
        "A job leaves the store before its text is sent: a crash loses all that wait in the thread pool.",
        "No attempt is kept: after a time-out or a crash nobody can tell whether a text went.",
        "The SMS package's blocking client has no time-out of its own: an answer that never comes keeps a"
        " thread for good.",
        "Opt-outs, sending hours and changed plans are not looked at before posting.",
        "Two schedulers on one store send everything twice: it is one process, on one machine.",
        "The store has no bulk insert: one transaction for each job, so that a crash leaves half a plan.",
    )

    def __init__(self, database: str) -> None:
        self._database = database.replace("postgresql://", "postgresql+psycopg://")
        self._waiting = 0

    def prepare(self, texts: Sequence[Text]) -> None:
        self._waiting = len(texts)
        self._store([texts], durable=False)

    def run(self) -> float:
        scheduler, ended, numbers = self._scheduler(durable=True), Event(), count(1)

        def tick(_: Any) -> None:
            if next(numbers) == self._waiting:
                ended.set()

        scheduler.add_listener(tick, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        began = perf_counter()
        scheduler.start()
        ended.wait()
        scheduler.shutdown()
        return perf_counter() - began

    def add(self, plans: Iterable[Sequence[Text]]) -> None:
        self._store(plans, durable=True)

    #: there is no other way
    add_in_bulk = add

    def _store(self, plans: Iterable[Sequence[Text]], *, durable: bool) -> None:
        scheduler = self._scheduler(durable)
        scheduler.start(paused=True)
        for texts in plans:
            for text in texts:
                words = (text.to, text.body, text.id)
                scheduler.add_job(send, "date", run_date=text.due, args=words, id=text.id)
        # It stays paused until the process ends: when stopped it would look once more at what is due.

    def _scheduler(self, durable: bool) -> BackgroundScheduler:
        return BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=_engine(self._database, durable))},
            executors={"default": ThreadPoolExecutor(IN_FLIGHT)},
            job_defaults={"misfire_grace_time": None},
            timezone=UTC,
        )


def _engine(database: str, durable: bool) -> Engine:
    """Only preparing a round is not durable: it would take longer than the round."""
    engine = create_engine(database)
    level = "FULL" if durable else "OFF"
    words = (
        ("PRAGMA journal_mode=WAL", f"PRAGMA synchronous={level}")
        if engine.dialect.name == "sqlite"
        else (f"SET synchronous_commit = {'on' if durable else 'off'}",)
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _: Any) -> None:
        for word in words:
            connection.execute(word)
        connection.commit()

    return engine
