"""Procrastinate on PostgreSQL: one job per text, its asynchronous worker, the SMS package's async client."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any

import procrastinate
from procrastinate.jobs import Job
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from benchmarks.rivals import IN_FLIGHT, Text, request
from tests.support.provider import ACCOUNT, TOKEN

CONNECTIONS = 10
#: patients whose jobs are one statement, as many as our own bulk enrolment takes together
TOGETHER = 500


class Tasks:
    settings = (
        "one process, concurrency 50, a pool of 10 connections, ended jobs deleted, no notifications"
        " (all is due)"
    )
    lacks = (
        "A crash leaves jobs in 'doing' until somebody retries them: what had gone is then sent again.",
        "No attempt is kept: after a time-out nobody can tell whether a text went.",
        "Opt-outs, sending hours and changed plans are not looked at before posting.",
    )

    def __init__(self, database: str) -> None:
        self._database = database
        self._messages: Any = None
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=database, min_size=CONNECTIONS, max_size=CONNECTIONS
            )
        )
        self._task = self._app.task(name="send")(self._send)
        asyncio.run(self._apply_schema())

    async def _apply_schema(self) -> None:
        async with self._app.open_async():
            if not await self._app.job_manager.check_connection_async():
                await self._app.schema_manager.apply_schema_async()

    async def _send(self, to: str, body: str, id: str) -> None:
        await self._messages.create_async(**request(to, body, id))

    def prepare(self, texts: Sequence[Text]) -> None:
        self.add_in_bulk([texts])

    def run(self) -> float:
        return asyncio.run(self._work())

    async def _work(self) -> float:
        began = perf_counter()
        http = AsyncTwilioHttpClient()
        client = Client(ACCOUNT, TOKEN, http_client=http)
        client.api.base_url = os.environ["TWILIO_API_BASE_URL"]
        self._messages = client.messages
        async with self._app.open_async():
            await self._app.run_worker_async(
                concurrency=IN_FLIGHT,
                wait=False,
                delete_jobs="always",
                listen_notify=False,
                install_signal_handlers=False,
            )
        await http.close()
        return perf_counter() - began

    def add(self, plans: Iterable[Sequence[Text]]) -> None:
        self._defer([*texts] for texts in plans)

    def add_in_bulk(self, plans: Iterable[Sequence[Text]]) -> None:
        self._defer(_together(plans))

    def _defer(self, batches: Iterable[list[Text]]) -> None:
        # In its bulk call every job is due at the same time; the manager below it takes them as they are.
        app = self._app.with_connector(procrastinate.SyncPsycopgConnector(conninfo=self._database))
        with app.open():
            for texts in batches:
                app.job_manager.batch_defer_jobs([self._job(text) for text in texts])

    def _job(self, text: Text) -> Job:
        words = {"to": text.to, "body": text.body, "id": text.id}
        return self._task.configure(schedule_at=text.due).make_new_job(**words)


def _together(plans: Iterable[Sequence[Text]]) -> Iterator[list[Text]]:
    rest = iter(plans)
    while some := list(islice(rest, TOGETHER)):
        yield [text for texts in some for text in texts]
