"""What the doctor finds."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.fixtures import Settings

from config import environment
from config.twilio import Twilio
from scheduler.doctor.clinics import check_clinics
from scheduler.doctor.database import check_database
from scheduler.doctor.finding import Finding
from scheduler.doctor.installation import check_settings
from scheduler.doctor.providers import check_email, check_sms
from scheduler.models import Clinic, Sender
from tests.enrolment.clinics import ready_clinic
from tests.rollout.everybody import LATER, draft_of, publish
from tests.support.aftercare import aftercare
from tests.support.mail import Mailbox
from tests.support.ports import free_port

NUMBERS = "IncomingPhoneNumbers"


def told(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.subject: f"{finding.level}: {finding.text}" for finding in findings}


@pytest.mark.django_db
def test_it_finds_a_healthy_database() -> None:
    found = told(check_database(datetime.now(UTC)))
    assert all(line.startswith("ok") for line in found.values())
    assert set(found) == {"database", "migrations", "durability", "clock"}


@pytest.mark.django_db
def test_it_finds_a_clock_that_is_off() -> None:
    found = told(check_database(datetime.now(UTC) + timedelta(seconds=90)))
    assert found["clock"].startswith("FAIL: the database's clock is -90 s")


@pytest.mark.django_db
def test_it_finds_migrations_that_are_not_applied() -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    assert told(check_database(datetime.now(UTC)))["migrations"] == "FAIL: 1 not applied"


@pytest.mark.django_db(transaction=True)
def test_it_finds_a_database_that_does_not_wait_for_the_disk() -> None:
    weak = "PRAGMA synchronous = NORMAL" if connection.vendor == "sqlite" else "SET synchronous_commit = off"
    with connection.cursor() as cursor:
        cursor.execute(weak)
    assert told(check_database(datetime.now(UTC)))["durability"].startswith("FAIL")
    connection.close()


def test_it_finds_a_misspelt_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_FORM", "+447700900123")
    (finding,) = [finding for finding in check_settings() if finding.subject == "TWILIO_FORM"]
    assert finding.mend == "did you mean TWILIO_FROM?"


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("EMIAL_URL", "did you mean EMAIL_URL?"),
        ("XYZZY", "remove it, or see .env.example"),
        ("email_ulr", "did you mean EMAIL_URL?"),
        ("POSTGRES_PASSWORD", None),
        ("SECRET_KEY_FILE", None),
    ],
)
def test_it_finds_every_unknown_name_in_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, mend: str | None
) -> None:
    (tmp_path / ".env").write_text(f"{name}=something\n")
    monkeypatch.setattr(environment, "ENV_FILE", tmp_path / ".env")
    found = [finding.mend for finding in check_settings() if finding.subject == name]
    assert found == ([mend] if mend else [])


@pytest.mark.parametrize(("length", "level"), [(21, "ok"), (22, "warn")])
def test_it_finds_an_address_that_makes_links_long(settings: Settings, length: int, level: str) -> None:
    settings.PUBLIC_URL = "https://" + "a" * (length - len("https://.test")) + ".test"
    assert told(check_settings())["PUBLIC_URL"].startswith(level)


def test_it_says_that_texts_and_emails_go_to_the_outbox() -> None:
    assert told([*check_sms(), *check_email()]) == {
        "SMS": "warn: not set up: texts go to the outbox",
        "email": "warn: not set up: emails go to the outbox",
    }


@pytest.fixture
def provider(settings: Settings) -> Iterator[dict[str, tuple[int, dict[str, object]]]]:
    """A host that answers like the provider: the last word of a path, its status and body."""
    answers: dict[str, tuple[int, dict[str, object]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind = NUMBERS if NUMBERS in self.path else "Account"
            status, body = answers.get(kind, (200, {}))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.TWILIO = account(f"http://127.0.0.1:{server.server_port}")
    yield answers
    server.shutdown()
    server.server_close()


def account(base_url: str) -> Twilio:
    return Twilio("AC" + "0" * 32, "token", None, None, None, "+447700900123", base_url)


def numbers(*owned: str) -> dict[str, object]:
    return {"incoming_phone_numbers": [{"phone_number": number} for number in owned], "next_page_uri": None}


@pytest.mark.parametrize(
    ("answers", "subject", "line"),
    [
        ({"Account": (200, {"status": "active"})}, "SMS", "ok: the provider takes the credentials"),
        ({"Account": (200, {"status": "suspended"})}, "SMS", "FAIL: the account is suspended"),
        ({"Account": (401, {"code": 20003})}, "SMS", "FAIL: the provider refuses the credentials (401)"),
        (
            {NUMBERS: (200, numbers("+447700900123"))},
            "sender",
            "ok: texts come from the number that ends in 23",
        ),
        ({NUMBERS: (200, numbers())}, "sender", "warn: the account does not own the number that ends in 23"),
    ],
)
def test_it_asks_the_sms_provider(
    provider: dict[str, tuple[int, dict[str, object]]],
    answers: dict[str, tuple[int, dict[str, object]]],
    subject: str,
    line: str,
) -> None:
    provider.update({NUMBERS: (200, numbers()), **answers})
    assert told(check_sms())[subject] == line


def test_it_says_what_it_has_not_tried(provider: dict[str, object], settings: Settings) -> None:
    settings.TWILIO = replace(settings.TWILIO, messaging_service_sid="MG" + "0" * 32)
    found = told(check_sms())
    assert found["webhooks"].startswith("note: not tried")
    assert found["sender"].startswith("note: not checked")


def test_it_finds_an_sms_provider_that_does_not_answer(settings: Settings) -> None:
    settings.TWILIO = account(f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in told(check_sms())["SMS"]


def test_it_greets_the_mail_server(mailbox: Mailbox) -> None:
    assert told(check_email())["email"] == "ok: the mail server answers"


def test_it_does_not_call_an_email_provider_well_that_it_has_not_asked(settings: Settings) -> None:
    settings.EMAIL_LIVE, settings.EMAIL_BACKEND = True, "anymail.backends.postmark.EmailBackend"
    assert told(check_email())["email"].startswith("warn: credentials are not checked")


def test_it_finds_a_mail_server_that_is_gone(mailbox: Mailbox, settings: Settings) -> None:
    settings.EMAIL_PORT = free_port()
    assert "FAIL: the mail server does not answer" in told(check_email())["email"]


def test_it_finds_a_mail_server_that_wants_another_password(mailbox: Mailbox, settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clinic", "wrong"
    assert told(check_email())["email"].startswith("FAIL")


@pytest.mark.django_db
def test_it_names_what_a_clinic_still_has_to_set() -> None:
    Clinic.objects.create(
        slug="riverside", name="Riverside", sms_name="Riverside", created_at=datetime.now(UTC)
    )
    texts = [finding.text for finding in check_clinics(datetime.now(UTC))]
    assert "nobody can be enrolled for microsclerotherapy" in texts[0]
    assert "telephone" in texts[0]
    assert texts[1].startswith("not live")


@pytest.mark.django_db
def test_it_looks_at_what_a_clinic_says_of_itself(settings: Settings) -> None:
    settings.TWILIO = object()
    sender = Sender.objects.create(name="n", from_number="+447700900999")
    ready_clinic(urgent_hours="Mon to Fri", sender=sender)
    texts = " ".join(finding.text for finding in check_clinics(datetime.now(UTC)))
    for words in (
        "answered Mon to Fri, and it names none",
        "no price of a segment",
        "no admin of it has come",
    ):
        assert words in texts


@pytest.mark.django_db
@pytest.mark.parametrize(("email", "level"), [(False, "FAIL"), (True, "")])
def test_it_finds_a_live_clinic_from_which_nothing_can_leave(
    settings: Settings, email: bool, level: str
) -> None:
    settings.EMAIL_LIVE = email
    ready_clinic(live=True)
    found = [
        finding.level
        for finding in check_clinics(datetime.now(UTC))
        if "none of its channels" in finding.text
    ]
    assert "".join(found) == level


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "level", "mend"), [(0, "warn", "leave one running"), (5, "FAIL", "--once")]
)
def test_it_tells_of_an_edition_on_its_way_and_whether_somebody_carries_it_on(
    minutes: int, level: str, mend: str
) -> None:
    clinic = ready_clinic()
    draft_of(clinic, evening="17:00")
    publish(clinic, expected={"patients": 7})
    found = check_clinics(LATER + timedelta(minutes=minutes))
    (finding,) = [one for one in found if "on its way to everybody" in one.text]
    assert (finding.level, "0 of 7 patients done" in finding.text) == (level, True)
    assert mend in finding.mend


@pytest.mark.django_db
def test_it_tells_how_the_first_clinic_is_founded() -> None:
    (finding,) = check_clinics(datetime.now(UTC))
    assert finding.mend.startswith("`aftercare clinic SLUG")


def test_it_ends_with_a_failure_while_something_fails(tmp_path: Path) -> None:
    done = aftercare(tmp_path, "doctor")
    assert done.returncode == 1
    assert done.stderr == "aftercare: one thing to mend\n"
    assert "FAIL migrations: " in done.stdout
    aftercare(tmp_path, "migrate")
    well = aftercare(tmp_path, "doctor", "--format", "json")
    assert well.returncode == 0
    assert {finding["level"] for finding in json.loads(well.stdout)} == {"ok", "warn"}
