import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from threading import Thread
from uuid import uuid4

import pytest

from scheduler.channels.base import Kind, Letter, Outcome, Outgoing, Verdict
from scheduler.channels.email import Email
from scheduler.channels.smtp import Backend
from tests.support.mail import Mailbox, mail_server
from tests.support.ports import free_port

LETTER = Letter(
    from_name="Leafy Vein Clinic",
    reply_to="care@example.com",
    unsubscribe="https://aftercare.example.com/p/abcdefgh23456789/unsubscribe",
    message_id="<b1946ac9@aftercare.example.com>",
)
TEXT = Outgoing(
    attempt_id=uuid4(),
    address="sam@example.com",
    subject="Leafy Clinic: tonight",
    text="Keep the stockings on <overnight>.\n\nYour page: https://aftercare.example.com/p/abcdefgh23456789",
    letter=LETTER,
)


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def send(port: int, outgoing: Outgoing = TEXT, timeout: float = 2.0) -> Outcome:
    async def once() -> Outcome:
        channel = Email(
            lambda: Backend(host="127.0.0.1", port=port, timeout=timeout), "Aftercare <care@example.com>"
        )
        try:
            return await channel.send(outgoing)
        finally:
            await channel.close()

    return asyncio.run(once())


def sent(mail: Mailbox) -> EmailMessage:
    assert send(mail.port).kind is Kind.ACCEPTED
    (message,) = mail.messages
    return message


def test_it_comes_from_the_clinic_and_answers_go_to_a_mailbox_that_is_read(mail: Mailbox) -> None:
    message = sent(mail)
    assert message["From"] == "Leafy Vein Clinic <care@example.com>"
    assert message["Reply-To"] == "care@example.com"
    assert message["Subject"] == "Leafy Clinic: tonight"


def test_it_says_how_to_stop_and_that_a_machine_wrote_it(mail: Mailbox) -> None:
    message = sent(mail)
    assert message["List-Unsubscribe"].strip() == f"<{LETTER.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("address", "headers"),
    [("http://127.0.0.1:8000/p/x/unsubscribe", {"List-Unsubscribe"}), ("", set())],
    ids=["only https may offer one click", "a revoked link"],
)
def test_it_offers_no_more_than_there_is(address: str, headers: set[str], mail: Mailbox) -> None:
    send(mail.port, TEXT._replace(letter=replace(LETTER, unsubscribe=address)))
    (message,) = mail.messages
    assert {name for name in message.keys() if name.startswith("List-")} == headers  # noqa: SIM118
    html = message.get_body(("html",))
    assert html is not None
    assert ("Stop these emails" in html.get_content()) == bool(address)


def test_the_message_id_is_that_of_the_reminder(mail: Mailbox) -> None:
    send(mail.port)
    send(mail.port, TEXT._replace(attempt_id=uuid4()))
    assert [message["Message-ID"] for message in mail.messages] == [LETTER.message_id] * 2


def test_text_and_html_say_the_same(mail: Mailbox) -> None:
    message = sent(mail)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split() == TEXT.text.split()
    assert "Keep the stockings on &lt;overnight&gt;." in html.get_content()


def test_the_html_loads_nothing_from_elsewhere(mail: Mailbox) -> None:
    html = sent(mail).get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert 'lang="en"' in content
    assert not any(word in content for word in ("<img", "<link", "<script", "src=", "url("))


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("451 try later", Verdict.TEMPORARY),
        ("550 no such user", Verdict.TEXT),
        ("554 refused", Verdict.TEXT),
    ],
)
def test_a_refusal_after_the_message_is_definite(mail: Mailbox, reply: str, verdict: Verdict) -> None:
    mail.refuse = reply
    assert send(mail.port) == Outcome(Kind.REJECTED, code=reply[:3], verdict=verdict)


def test_a_server_that_is_not_there_was_not_reached() -> None:
    assert send(free_port()).kind is Kind.NOT_POSTED


def test_a_line_break_in_a_header_is_refused_and_not_sent(mail: Mailbox) -> None:
    outcome = send(mail.port, TEXT._replace(subject="tonight\nBcc: all@example.com"))
    assert outcome == Outcome(Kind.REJECTED, code="unwritable", verdict=Verdict.TEXT)
    assert mail.messages == []


@contextmanager
def scripted_server(replies: list[bytes]) -> Iterator[int]:
    """An SMTP server that says what it is told to, one reply per command, and then no more."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for reply in replies:
                if not lines.readline():
                    return
                connection.sendall(reply)
            while lines.readline():
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


OK = b"250 fine\r\n"


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ([OK, OK, OK, b"354 go on\r\n"], Kind.IN_DOUBT),
        ([OK, OK, OK], Kind.IN_DOUBT),
        ([OK, OK], Kind.NOT_POSTED),
        ([], Kind.NOT_POSTED),
    ],
    ids=["after the message", "after DATA", "before DATA", "at the greeting"],
)
def test_silence_is_in_doubt_only_once_the_message_is_under_way(replies: list[bytes], outcome: Kind) -> None:
    with scripted_server(replies) as port:
        assert send(port, timeout=0.8).kind is outcome


def test_a_server_that_took_too_long_gets_no_message(mail: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.channels.smtp.BEFORE_DATA", 0.0)
    assert send(mail.port) == Outcome(Kind.NOT_POSTED, code="TimeoutError")
    assert mail.messages == []


@pytest.mark.parametrize(
    ("reply", "verdict"), [(b"550 unknown\r\n", Verdict.ADDRESS), (b"450 busy\r\n", Verdict.TEMPORARY)]
)
def test_a_refused_recipient_is_about_the_address(reply: bytes, verdict: Verdict) -> None:
    with scripted_server([OK, OK, reply, OK, b"221 bye\r\n"]) as port:
        assert send(port) == Outcome(Kind.REJECTED, code=reply[:3].decode(), verdict=verdict)


def test_what_to_do_in_an_emergency_stands_out_and_can_be_dialled(mail: Mailbox) -> None:
    letter = replace(LETTER, emergency="In an emergency call 01632 960123.", urgent_phone="+441632960123")
    send(mail.port, TEXT._replace(text=f"Rest.\n\n{letter.emergency}", letter=letter))
    html = mail.messages[0].get_body(("html",)).get_content()
    emphasised = html.split('class="urgent"')[1].split("</div>")[0]
    assert "In an emergency call 01632 960123." in emphasised
    assert 'href="tel:+441632960123"' in emphasised
    assert "Rest." not in emphasised
