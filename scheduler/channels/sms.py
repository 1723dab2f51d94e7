"""SMS through the twilio package's asynchronous client."""

import json
import math
import time
from collections.abc import Awaitable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    TCPConnector,
)
from aiohttp.connector import Connection
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from scheduler.channels.base import (
    REQUEST_TIMEOUT,
    TOO_LATE,
    Listed,
    Outcome,
    Outgoing,
    SmsSender,
    Unanswered,
    Verdict,
    accepted,
    in_doubt,
    not_posted,
    rejected,
)
from scheduler.channels.twilio_codes import meaning

#: seconds
CONNECT_TIMEOUT = 4.0
CONNECTIONS = 50
#: an idle connection is not used again after so many seconds: closed by the other side while we write, it
#: would leave a text in doubt
KEPT_OPEN = 5.0
#: Twilio takes a validity of 1 to 36,000 whole seconds
LONGEST_VALIDITY = 36_000
#: one number's messages are read up to so many, in pages of the largest size that Twilio has
MOST_LISTED = 3_000
PAGE = 1_000
NOT_FOUND = 404
#: also an answer that cannot be read
BROKEN = (ClientError, OSError, ValueError, TypeError, AttributeError, KeyError)
T = TypeVar("T")


@dataclass(frozen=True)
class Account:
    """How to reach Twilio, or another host that speaks its API."""

    sid: str
    login: tuple[str, str]
    base_url: str
    #: where receipts are posted; the attempt's id is added to it
    callback_url: str


#: of the text that this task sends
POST_BY: ContextVar[float] = ContextVar("post_by", default=math.inf)


class TooLate(ClientError):
    """There is a connection, and nothing was written to it."""


class Punctual(TCPConnector):
    """Looks at the time when there is a connection, just before the request is written to it.

    A busy worker, or one that stood still, may get that far long after it knew that the text may go.
    """

    async def connect(self, *args: Any, **options: Any) -> Connection:
        connection = await super().connect(*args, **options)
        if time.monotonic() > POST_BY.get():
            connection.release()
            raise TooLate
        return connection


class TimedSession:
    """Adds the time-outs: the SDK's client takes one, and sends each request with none all the same."""

    def __init__(self, connections: int, timeout: ClientTimeout) -> None:
        self._timeout = timeout
        self._session = ClientSession(connector=Punctual(limit=connections, keepalive_timeout=KEPT_OPEN))

    def request(self, **request: Any) -> Awaitable[ClientResponse]:
        return self._session.request(**request | {"timeout": self._timeout})

    async def close(self) -> None:
        await self._session.close()


class Sms:
    """Made before any thread starts; opened inside the event loop that sends.

    The SDK's own retries stay off: they repeat a POST that may have been taken.
    """

    def __init__(
        self, account: Account, *, connections: int = CONNECTIONS, timeout: float = REQUEST_TIMEOUT
    ) -> None:
        self._connections = connections
        # Shorter than the whole, so that a connection that never opened is known as such.
        connect = min(CONNECT_TIMEOUT, timeout / 2)
        self._timeout = ClientTimeout(total=timeout, connect=connect, sock_connect=connect)
        self._http = AsyncTwilioHttpClient(pool_connections=False)
        self._callback = account.callback_url.rstrip("/")
        client = Client(*account.login, account_sid=account.sid, http_client=self._http)
        client.api.base_url = account.base_url
        self._messages = client.api.v2010.account.messages

    async def open(self) -> None:
        self._http.session = TimedSession(self._connections, self._timeout)

    async def close(self) -> None:
        await self._http.close()

    async def send(self, outgoing: Outgoing) -> Outcome:
        POST_BY.set(outgoing.post_by)
        try:
            message = await self._messages.create_async(**self._request(outgoing))
        except TooLate:
            return TOO_LATE
        except (TwilioRestException, TwilioServiceException) as refusal:
            return _refused(refusal)
        except (ClientConnectorError, ConnectionTimeoutError) as unreached:
            return not_posted(type(unreached).__name__)
        except BROKEN as broken:
            # The message may have been taken all the same.
            return in_doubt(type(broken).__name__)
        return accepted(message.sid) if message.sid else in_doubt("no-id")

    async def find(self, address: str, since: datetime) -> list[Listed]:
        """By the number alone: the date of sending, which Twilio filters by, misses what has not left yet."""
        found = await _answer(self._messages.list_async(to=address, limit=MOST_LISTED, page_size=PAGE))
        if len(found) >= MOST_LISTED:
            raise Unanswered("too-many")
        return [one for one in map(_listed, found) if one.created_at >= since]

    async def look_up(self, provider_id: str) -> Listed | None:
        try:
            return _listed(await _answer(self._messages(provider_id).fetch_async()))
        except Unanswered as unanswered:
            if _status(unanswered.__cause__) == NOT_FOUND:
                return None
            raise

    async def probe(self) -> None:
        await _answer(self._messages.list_async(limit=1))

    def _request(self, outgoing: Outgoing) -> dict[str, Any]:
        return {
            "to": outgoing.address,
            "body": outgoing.text,
            "status_callback": f"{self._callback}/{outgoing.attempt_id}",
            "validity_period": max(1, min(outgoing.valid_for, LONGEST_VALIDITY)),
            "smart_encoded": False,
            "shorten_urls": False,
            **_from(outgoing.sender or SmsSender()),
        }


def _from(sender: SmsSender) -> dict[str, str]:
    if sender.messaging_service_sid:
        return {"messaging_service_sid": sender.messaging_service_sid}
    return {"from_": sender.from_number}


def _refused(refusal: TwilioRestException | TwilioServiceException) -> Outcome:
    code = str(refusal.code or refusal.status)
    verdict = meaning(code)
    if refusal.status >= 500 or verdict is Verdict.IN_DOUBT:
        return in_doubt(code)
    return rejected(code, verdict)


def _status(fault: BaseException | None) -> int:
    return int(getattr(fault, "status", 0))


async def _answer(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except (TwilioException, TwilioServiceException) as refusal:
        raise Unanswered(_code(refusal)) from refusal
    except BROKEN as broken:
        raise Unanswered(type(broken).__name__) from broken


def _code(refusal: Exception) -> str:
    """Of a page that it could not have, the SDK only keeps the whole response."""
    if code := getattr(refusal, "code", None) or getattr(refusal, "status", None):
        return str(code)
    response = refusal.args[-1] if refusal.args else None
    try:
        return str(json.loads(response.text)["code"])  # type: ignore[union-attr]
    except (ValueError, TypeError, AttributeError, KeyError):
        return str(getattr(response, "status_code", type(refusal).__name__))


def _listed(message: Any) -> Listed:
    # What the SDK cannot read as a date it leaves as it came.
    if not (message.sid and isinstance(message.date_created, datetime)):
        raise Unanswered("unreadable")
    return Listed(
        provider_id=message.sid,
        body=message.body or "",
        created_at=message.date_created,
        reported=str(message.status or ""),
        code=str(message.error_code or ""),
        sender=message.messaging_service_sid or message.from_ or "",
    )
