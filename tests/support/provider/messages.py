"""The texts that were taken: as Twilio shows one, and the truth about it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from scheduler.domain.gsm7 import segments
from tests.support.provider.logins import ACCOUNT

VERSION = "2010-04-01"
MESSAGES = f"/{VERSION}/Accounts/{ACCOUNT}/Messages"
#: the date of sending is set when one of these is reached
ON_ITS_WAY = ("sent", "delivered", "undelivered")


@dataclass(slots=True, eq=False)
class Message:
    """`number` is its place among all that were taken; `wall` and `monotonic` say when, in seconds."""

    number: int
    asked: dict[str, str]
    sid: str = field(default_factory=lambda: f"SM{uuid4().hex}")
    wall: float = field(default_factory=time.time)
    monotonic: float = field(default_factory=time.monotonic)
    status: str = "queued"
    error_code: int | None = None
    updated: float = 0.0
    sent: float | None = None
    answered: str = ""
    redacted: bool = False
    hidden: bool = False
    #: on the monotonic clock
    listed_from: float = 0.0
    #: every further status: wall time, monotonic time, status, code
    history: list[tuple[float, float, str, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.updated = self.wall
        if "MessagingServiceSid" in self.asked:
            self.status = "accepted"

    @property
    def to(self) -> str:
        return self.asked["To"]

    @property
    def is_listed(self) -> bool:
        return not self.hidden and time.monotonic() >= self.listed_from

    def become(self, status: str, error_code: int | None) -> None:
        self.status, self.error_code, self.updated = status, error_code, time.time()
        if status in ON_ITS_WAY and self.sent is None:
            self.sent = self.updated
        self.history.append((self.updated, time.monotonic(), status, error_code))

    def resource(self, *, redacted: bool = False) -> dict[str, Any]:
        """With a messaging service a sender is found only later: until then nobody can say from where, nor
        in how many segments."""
        uri = f"{MESSAGES}/{self.sid}"
        body = self.asked.get("Body", "")
        service = self.asked.get("MessagingServiceSid")
        return {
            "account_sid": ACCOUNT,
            "api_version": VERSION,
            "body": "" if redacted or self.redacted else body,
            "date_created": rfc2822(int(self.wall)),
            "date_sent": None if self.sent is None else rfc2822(int(self.sent)),
            "date_updated": rfc2822(int(self.updated)),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else f"Error {self.error_code}",
            "from": self.asked.get("From"),
            "messaging_service_sid": service,
            "num_media": str(int("MediaUrl" in self.asked)),
            "num_segments": "0" if service and self.sent is None else str(segments(body)),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }

    def truth(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "sid": self.sid,
            "to": self.to,
            "body": self.asked.get("Body", ""),
            "status_callback": self.asked.get("StatusCallback"),
            "asked": self.asked,
            "accepted_at": datetime.fromtimestamp(self.wall, UTC).isoformat(),
            "monotonic": self.monotonic,
            "answered": self.answered,
            "status": self.status,
            "error_code": self.error_code,
            "hidden": self.hidden,
            "history": [list(step) for step in self.history],
        }


@lru_cache(maxsize=1024)
def rfc2822(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


class Taken:
    """All that was taken, in order; nothing ever leaves."""

    def __init__(self) -> None:
        self.all: list[Message] = []
        self.by_sid: dict[str, Message] = {}
        self._by_number: dict[str, list[Message]] = {}

    def add(self, asked: dict[str, str]) -> Message:
        message = Message(len(self.all), asked)
        self.all.append(message)
        self.by_sid[message.sid] = message
        self._by_number.setdefault(message.to, []).append(message)
        return message

    def to(self, number: str | None) -> list[Message]:
        return self.all if number is None else self._by_number.get(number, [])
