"""Email through SMTP or one of anymail's providers; each message is sent in a thread of its own."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formataddr, parseaddr

from anymail.exceptions import (
    AnymailError,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from requests import ConnectTimeout
from urllib3.exceptions import NewConnectionError

from scheduler.channels import smtp
from scheduler.channels.base import (
    TOO_LATE,
    Letter,
    Outcome,
    Outgoing,
    Verdict,
    accepted,
    in_doubt,
    not_posted,
    rejected,
)

#: what a provider's HTTP status means; any other below 500 is for a person
STATUSES = {401: Verdict.CONFIGURATION, 403: Verdict.CONFIGURATION, 429: Verdict.TEMPORARY}
#: messages that are handed over at once: as many as a worker has under way
THREADS = 50


class Email:
    """`connect` makes a mail backend with a time-out of its own; `from_address` is the installation's."""

    def __init__(self, connect: Callable[[], BaseEmailBackend], from_address: str) -> None:
        self._connect = connect
        self._from = from_address
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="email")

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def send(self, outgoing: Outgoing) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._post, outgoing)

    def _post(self, outgoing: Outgoing) -> Outcome:
        try:
            message = build(outgoing, self._from)
            if time.monotonic() > outgoing.post_by:
                return TOO_LATE
            self._connect().send_messages([message])
        except AnymailError as fault:
            return _provider_outcome(fault)
        except OSError as fault:
            return smtp.outcome_of(fault)
        except ValueError:
            # A line break in a header, an address that cannot be written.
            return rejected("unwritable", Verdict.TEXT)
        return _taken(message)


def build(outgoing: Outgoing, from_address: str) -> EmailMultiAlternatives:
    """The message as text and HTML, from the clinic's name at the installation's address."""
    letter = outgoing.letter
    assert letter is not None
    message = EmailMultiAlternatives(
        subject=outgoing.subject,
        body=outgoing.text,
        from_email=formataddr((letter.from_name, parseaddr(from_address)[1])),
        to=[outgoing.address],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=_headers(letter),
    )
    message.attach_alternative(_html(outgoing, letter), "text/html")
    return message


def _headers(letter: Letter) -> dict[str, str]:
    headers = {
        "Message-ID": letter.message_id,
        # Keeps out-of-office answers away from the clinic's mailbox (RFC 3834).
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
    }
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    if letter.unsubscribe.startswith("https:"):
        # One click in the mail program is enough, and only https may offer it (RFC 8058).
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _html(outgoing: Outgoing, letter: Letter) -> str:
    """The text in a frame, which speaks the patient's language where it is shipped."""
    paragraphs = outgoing.text.split("\n\n")
    context = {"letter": letter, "subject": outgoing.subject, "paragraphs": paragraphs}
    with translation.override(shipped(letter.language)):
        return render_to_string("email/reminder.html", context)


def shipped(language: str) -> str:
    """The language where the frame has it, else the installation's own."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def _taken(message: EmailMultiAlternatives) -> Outcome:
    """SMTP has said yes by now; a provider's answer may still name nobody it will send to."""
    status = getattr(message, "anymail_status", None)
    if status is None:
        return accepted(None)
    if not status.status & {"sent", "queued"}:
        return in_doubt("no-recipient")
    return accepted(status.message_id if isinstance(status.message_id, str) else None)


def _provider_outcome(fault: AnymailError) -> Outcome:
    """Refused only where the provider says so; an answer that cannot be read may have been a yes."""
    status = getattr(fault, "status_code", None) or 0
    if isinstance(fault, AnymailRecipientsRefused):
        return rejected("refused", Verdict.ADDRESS)
    if isinstance(fault, AnymailUnsupportedFeature | AnymailSerializationError):
        return rejected(type(fault).__name__, Verdict.TEXT)
    if not status and _never_connected(fault.__context__):
        return not_posted("no-connection")
    if 400 <= status < 500:
        return rejected(str(status), STATUSES.get(status, Verdict.UNKNOWN))
    return in_doubt(str(status or type(fault).__name__))


def _never_connected(fault: BaseException | None) -> bool:
    """Whether an error of `requests` came before anything was sent; the reason is wrapped twice."""
    reason = getattr(fault.args[0], "reason", None) if fault and fault.args else None
    return isinstance(fault, ConnectTimeout) or isinstance(reason, NewConnectionError)
