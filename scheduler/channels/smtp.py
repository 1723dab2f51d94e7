"""Django's SMTP backend, which here also tells whether the server may have taken the message."""

import smtplib
import time
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from scheduler.channels.base import Outcome, Verdict, in_doubt, not_posted, rejected

#: seconds from the beginning of the connection: each step has its own time-out, and all together could take
#: longer than a worker holds what it claimed
BEFORE_DATA = 20.0


class TakenPerhaps(OSError):
    """The connection broke, or time ran out, after the message had begun to be handed over."""


class Dialogue:
    """Mixed into smtplib's clients: `handing_over` is true from DATA until the server's answer."""

    handing_over = False

    def __init__(self, *where: Any, **options: Any) -> None:
        self._began = time.monotonic()
        super().__init__(*where, **options)

    def data(self, message: Any) -> tuple[int, bytes]:
        if time.monotonic() - self._began > BEFORE_DATA:
            raise TimeoutError
        self.handing_over = True
        try:
            reply: tuple[int, bytes] = super().data(message)  # type: ignore[misc]
        except smtplib.SMTPDataError:
            self.handing_over = False
            raise
        self.handing_over = False
        return reply


class Plain(Dialogue, smtplib.SMTP):
    pass


class Tls(Dialogue, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    @property
    def connection_class(self) -> type[Plain | Tls]:
        return Tls if self.use_ssl else Plain

    def _send(self, email_message: EmailMessage) -> bool:
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]
        except OSError as broken:
            if getattr(self.connection, "handing_over", False):
                raise TakenPerhaps(type(broken).__name__) from broken
            raise

    def close(self) -> None:
        # The message is with the server by now, whatever becomes of the farewell.
        with suppress(OSError):
            super().close()


def outcome_of(fault: OSError) -> Outcome:
    """What an error of `send_messages` says about the message; smtplib's errors are OSErrors too."""
    if isinstance(fault, TakenPerhaps):
        return in_doubt(str(fault))
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code = next(iter(fault.recipients.values()))[0]
        return rejected(str(code), _lasting(code, Verdict.ADDRESS))
    if isinstance(fault, smtplib.SMTPDataError):
        return rejected(str(fault.smtp_code), _lasting(fault.smtp_code, Verdict.TEXT))
    if isinstance(fault, smtplib.SMTPResponseException):
        return rejected(str(fault.smtp_code), _lasting(fault.smtp_code, Verdict.CONFIGURATION))
    return not_posted(type(fault).__name__)


def _lasting(code: int, verdict: Verdict) -> Verdict:
    # 4yz may work later (RFC 5321, 4.2.1).
    return Verdict.TEMPORARY if 400 <= code < 500 else verdict
