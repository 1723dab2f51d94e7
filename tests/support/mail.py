"""A real SMTP server on loopback that keeps what it receives."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.support.ports import free_port

# Its thread tells of every connection, also after a test has closed the stream that it writes to.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass
class Mailbox:
    """What arrived; `refuse` is an answer such as "550 no such user" for every message from then on."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    messages: list[EmailMessage] = field(default_factory=list)
    refuse: str | None = None

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        content = cast(bytes, envelope.content)
        self.messages.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    server = Controller(mailbox, hostname=mailbox.host, port=mailbox.port)
    server.start()
    try:
        yield mailbox
    finally:
        server.stop()
