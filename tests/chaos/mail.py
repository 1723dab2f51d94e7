"""A mail server that refuses, dawdles and breaks off at random, and knows what it took."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from random import Random
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.support.ports import free_port

#: what it does, and how often in a hundred
WAYS = {
    "take": 80,
    "refuse-for-now": 6,
    "refuse": 3,
    "break-off-before": 4,
    "break-off-after": 4,
    "dawdle": 3,
}


@dataclass(frozen=True)
class Letter:
    message_id: str
    to: str
    body: str
    monotonic: float
    wall: float
    #: since the greeting
    lasted: float


@dataclass
class Faulty:
    seed: int
    #: while it lasts
    storm: bool = True
    port: int = field(default_factory=free_port)
    taken: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = Random(f"mail {self.seed}")

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name, session.began = hostname, time.monotonic()
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        way = self._chance.choices(list(WAYS), list(WAYS.values()))[0] if self.storm else "take"
        if way.startswith("refuse"):
            return "451 later" if way == "refuse-for-now" else "550 not here"
        if way == "break-off-before":
            server.transport.abort()
            return "421 gone"
        self._take(envelope, session.began)
        if way == "break-off-after":
            server.transport.abort()
        if way == "dawdle":
            await asyncio.sleep(1.3)
        return "250 OK"

    def _take(self, envelope: Envelope, began: float) -> None:
        letter = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        body = str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        to = str(envelope.rcpt_tos[0])
        now = time.monotonic()
        self.taken.append(Letter(letter["Message-ID"], to, body, now, time.time(), now - began))


@contextmanager
def faulty_mail_server(seed: int) -> Iterator[Faulty]:
    mail = Faulty(seed)
    server = Controller(mail, hostname="127.0.0.1", port=mail.port)
    server.start()
    try:
        yield mail
    finally:
        server.stop()
