"""What every channel is given, and what it answers."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import UUID

#: seconds from the first byte to the last of a request to a provider; each answers in well under one
REQUEST_TIMEOUT = 8.0


@dataclass(frozen=True, slots=True)
class SmsSender:
    """Whom texts come from: a messaging service, else a number or name."""

    messaging_service_sid: str = ""
    from_number: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What an email has beside its subject and text."""

    from_name: str
    reply_to: str
    #: where emails can be stopped: a person is asked, a mail program need not (RFC 8058); empty: nowhere
    unsubscribe: str
    #: the same for every attempt of a reminder, so that mail programs see a repetition as one
    message_id: str
    #: the paragraph that has to stand out, and the number it names (E.164)
    emergency: str = ""
    urgent_phone: str = ""
    language: str = "en"


class Outgoing(NamedTuple):
    """One text on its way to one address; after `valid_for` whole seconds nobody may deliver it."""

    attempt_id: UUID
    address: str
    text: str
    subject: str = ""
    valid_for: int = 1
    sender: SmsSender | None = None
    letter: Letter | None = None
    #: nothing is written to the provider later than that, on the monotonic clock of this process
    post_by: float = math.inf


class Kind(StrEnum):
    """How a try to send ended."""

    #: the provider took it
    ACCEPTED = "accepted"
    #: it provably never reached the provider
    NOT_POSTED = "not-posted"
    #: the provider refused it
    REJECTED = "rejected"
    #: it may or may not have reached the provider
    IN_DOUBT = "in-doubt"


class Verdict(StrEnum):
    """What a refusal means, whoever the provider is."""

    #: may work later
    TEMPORARY = "temporary"
    #: never works for this address
    ADDRESS = "address"
    #: the recipient does not want messages
    OPTED_OUT = "opted-out"
    #: this text or this kind of recipient is refused
    TEXT = "text"
    #: it waited too long and was thrown away
    EXPIRED = "expired"
    #: the sender's account or settings are wrong
    CONFIGURATION = "configuration"
    #: it may have arrived; never repeated by itself
    INCONCLUSIVE = "inconclusive"
    #: the code is one of those that leave open whether it was taken
    IN_DOUBT = "in-doubt"
    #: nobody told us what it means: a person decides
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the provider's own, or a word of ours where it gave none."""

    kind: Kind
    provider_id: str | None = None
    code: str = ""
    verdict: Verdict | None = None


def accepted(provider_id: str | None) -> Outcome:
    return Outcome(Kind.ACCEPTED, provider_id=provider_id)


def not_posted(code: str) -> Outcome:
    return Outcome(Kind.NOT_POSTED, code=code)


#: `post_by` had passed; whether it may still be posted has to be looked at again
TOO_LATE = not_posted("too-late")


def rejected(code: str, verdict: Verdict) -> Outcome:
    return Outcome(Kind.REJECTED, code=code, verdict=verdict)


def in_doubt(code: str) -> Outcome:
    return Outcome(Kind.IN_DOUBT, code=code)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as the provider shows it afterwards; `reported` and `code` are the provider's own words.

    `body` is empty where it was redacted; `sender` is a number or name, or the messaging service.
    """

    provider_id: str
    body: str
    created_at: datetime
    reported: str
    code: str = ""
    sender: str = ""


class Unanswered(ConnectionError):
    """The provider did not say; ask again later. Its text is a code, not a sentence."""


class Channel(Protocol):
    """A way out. `open` and `close` are called inside the event loop that sends."""

    async def open(self) -> None: ...

    async def send(self, outgoing: Outgoing) -> Outcome: ...

    async def close(self) -> None: ...


@runtime_checkable
class Answering(Protocol):
    """A channel whose provider can be asked afterwards. All raise Unanswered."""

    async def find(self, address: str, since: datetime) -> list[Listed]:
        """All that it sent to this address and took at `since` (UTC) or later."""

    async def look_up(self, provider_id: str) -> Listed | None:
        """One message; None where the provider does not know it."""

    async def probe(self) -> None:
        """Ask for nothing but whether it lets us in."""


def answering(channel: object) -> Answering | None:
    """The channel, if its provider can be asked afterwards."""
    return channel if isinstance(channel, Answering) else None
