"""What becomes of a text, and the signed posts that tell of it."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from twilio.request_validator import RequestValidator

from tests.support.provider.behaviour import Behaviour, Step
from tests.support.provider.logins import ACCOUNT, TOKEN
from tests.support.provider.messages import VERSION, Message

LOOPBACK = ("127.0.0.1", "localhost")
LONGEST = 5.0
CONNECTIONS = 20


class Reporter:
    """Posts are never repeated by themselves: one that fails is lost."""

    def __init__(self, callbacks_to: str | None, tasks: set[asyncio.Task[None]]) -> None:
        self.callbacks_to = callbacks_to
        #: every post: sid, status, error_code, url, monotonic, and http: what was answered, None for nothing
        self.posted: list[dict[str, Any]] = []
        #: lives that go on and posts on their way
        self.pending = 0
        self._tasks = tasks
        self._session: ClientSession | None = None
        self._validator = RequestValidator(TOKEN)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self.pending += 1
        task = asyncio.get_running_loop().create_task(self._counted(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self.pending -= 1

    async def live(self, message: Message, how: Behaviour) -> None:
        passed: list[Step] = []
        for step in how.life:
            await asyncio.sleep(step[0])
            message.become(*step[1:])
            if how.reversed:
                passed.insert(0, step)
            else:
                await self._tell(message, step, how)
        for step in passed:
            await self._tell(message, step, how)

    async def _tell(self, message: Message, step: Step, how: Behaviour) -> None:
        if how.hidden or not how.reports:
            return
        if how.report_delay:
            # It has happened all the same, and life goes on meanwhile.
            self.start(self._tell_late(message, step, how))
            return
        for _ in range(how.reports):
            await self.post(message, *step[1:])

    async def _tell_late(self, message: Message, step: Step, how: Behaviour) -> None:
        await asyncio.sleep(how.report_delay)
        for _ in range(how.reports):
            await self.post(message, *step[1:])

    async def post(self, message: Message, status: str, error_code: int | None = None) -> None:
        public = message.asked.get("StatusCallback")
        url = self._reachable(public) if public else None
        if public is None or url is None:
            return
        form = form_of(message, status, error_code)
        entry: dict[str, Any] = {"sid": message.sid, "status": status, "error_code": error_code, "url": url}
        # Noted before it is posted: whoever receives it finds it here.
        entry |= {"monotonic": time.monotonic(), "http": None}
        self.posted.append(entry)
        signature = self._validator.compute_signature(public, form)
        try:
            headers = {"X-Twilio-Signature": signature}
            async with self._client().post(url, data=form, headers=headers) as response:
                entry["http"] = response.status
        except (ClientError, OSError, TimeoutError):
            return

    def _reachable(self, public: str) -> str | None:
        """Nothing is ever posted to another machine."""
        parts = urlsplit(public)
        if self.callbacks_to:
            here = urlsplit(self.callbacks_to)
            parts = parts._replace(scheme=here.scheme, netloc=here.netloc)
        return urlunsplit(parts) if parts.hostname in LOOPBACK else None

    def _client(self) -> ClientSession:
        if self._session is None:
            connector = TCPConnector(limit=CONNECTIONS, force_close=True)
            self._session = ClientSession(connector=connector, timeout=ClientTimeout(total=LONGEST))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def form_of(message: Message, status: str, error_code: int | None) -> dict[str, str]:
    form = {
        "AccountSid": ACCOUNT,
        "ApiVersion": VERSION,
        "From": message.asked.get("From", ""),
        "To": message.to,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
    }
    if "MessagingServiceSid" in message.asked:
        form["MessagingServiceSid"] = message.asked["MessagingServiceSid"]
    if error_code is not None:
        form["ErrorCode"] = str(error_code)
    return form
