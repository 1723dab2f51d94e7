"""SMS through the twilio package's asynchronous client.

A text is posted by the part of it that speaks the API: what `messages.create` makes of the answer beside
the id, dates above all, takes a fifth of what posting a text costs, and nobody reads it.
"""

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import ClientError
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
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
from scheduler.channels.twilio_http import CONNECTIONS, POST_BY, LeanHttpClient, TooLate, Unposted

#: Twilio takes a validity of 1 to 36,000 whole seconds
LONGEST_VALIDITY = 36_000
#: one number's messages are read up to so many, in pages of the largest size that Twilio has
MOST_LISTED = 3_000
PAGE = 1_000
NOT_FOUND = 404
#: Twilio's have 34 characters
LONGEST_ID = 64
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
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


class Sms:
    """Made before any thread starts; opened inside the event loop that sends.

    The SDK's own retries stay off: they repeat a POST that may have been taken.
    """

    def __init__(
        self, account: Account, *, connections: int = CONNECTIONS, timeout: float = REQUEST_TIMEOUT
    ) -> None:
        self._http = LeanHttpClient(timeout, connections)
        self._callback = account.callback_url.rstrip("/")
        client = Client(*account.login, account_sid=account.sid, http_client=self._http)
        client.api.base_url = account.base_url
        self._api, self._path = client.api.v2010, f"/Accounts/{account.sid}/Messages.json"
        self._messages = self._api.account.messages

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    async def send(self, outgoing: Outgoing) -> Outcome:
        POST_BY.set(outgoing.post_by)
        try:
            fields = self._fields(outgoing)
            message = await self._api.create_async("POST", self._path, data=fields, headers=dict(FORM))
            provider_id = message.get("sid")
        except TooLate:
            return TOO_LATE
        except (TwilioRestException, TwilioServiceException) as refusal:
            return _refused(refusal)
        except Unposted as unposted:
            return not_posted(str(unposted))
        except BROKEN as broken:
            # The message may have been taken all the same.
            return in_doubt(type(broken).__name__)
        return accepted(provider_id) if _is_id(provider_id) else in_doubt("no-id")

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

    def _fields(self, outgoing: Outgoing) -> dict[str, Any]:
        """By their names in the API; its booleans are words."""
        return {
            "To": outgoing.address,
            "Body": outgoing.text,
            "StatusCallback": f"{self._callback}/{outgoing.attempt_id}",
            "ValidityPeriod": max(1, min(outgoing.valid_for, LONGEST_VALIDITY)),
            "SmartEncoded": "false",
            "ShortenUrls": "false",
            **_from(outgoing.sender or SmsSender()),
        }


def _is_id(found: object) -> bool:
    return isinstance(found, str) and 0 < len(found) <= LONGEST_ID


def _from(sender: SmsSender) -> dict[str, str]:
    if sender.messaging_service_sid:
        return {"MessagingServiceSid": sender.messaging_service_sid}
    return {"From": sender.from_number}


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
