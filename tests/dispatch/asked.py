"""The steps of a worker that ask the provider, one at a time, over the SDK and against the real wire."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from queue import Queue
from typing import Any

from scheduler.channels.base import Channel
from scheduler.channels.sms import Account, Sms
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.inquiry import Desk
from scheduler.models import Reminder
from tests.dispatch.plans import attempts_of
from tests.support.provider import ACCOUNT, TOKEN, Provider

WORKER = "worker here-1"
CALLBACK = "https://clinic.example.com/webhooks/twilio/status"


def texts(twilio: Provider, timeout: float = 2.0, password: str = TOKEN) -> dict[str, Channel]:
    account = Account(ACCOUNT, (ACCOUNT, password), twilio.url, CALLBACK)
    return {"sms": Sms(account, timeout=timeout)}


def send(twilio: Provider, now: datetime, timeout: float = 2.0) -> dict[str, int]:
    return dict(dispatch_once(now, texts(twilio, timeout), worker=WORKER).counts)


def ask(job: Callable[[Desk], Awaitable[Any]], channels: dict[str, Channel], now: datetime) -> Any:
    """One run of a job. The provider is asked in another thread, and the database in this one, inside the
    test's own transaction."""
    steps: Queue[tuple[Future[Any], Callable[[], Any]] | None] = Queue()

    async def database(step: Callable[..., Any], *args: Any, **options: Any) -> Any:
        answer: Future[Any] = Future()
        steps.put((answer, partial(step, *args, **options)))
        return await asyncio.wrap_future(answer)

    async def run() -> Any:
        for channel in channels.values():
            await channel.open()
        try:
            return await job(Desk(channels, database, lambda: now, WORKER))
        finally:
            for channel in channels.values():
                await channel.close()

    with ThreadPoolExecutor(max_workers=1) as other:
        done = other.submit(asyncio.run, run())
        done.add_done_callback(lambda _: steps.put(None))
        while asked := steps.get():
            answer, step = asked
            answer.set_result(step())
        return done.result()


def stands(reminder: Reminder) -> tuple[str, str]:
    """Its status and reason."""
    reminder.refresh_from_db()
    return reminder.status, reminder.status_reason


def tries(reminder: Reminder) -> list[str]:
    return [attempt.status for attempt in attempts_of(reminder)]
