"""Settings: what may be set, and how a wrong one is told."""

from pathlib import Path

import pytest

from config import environment
from config.environment import Environment, load_environment
from config.faults import SettingsFault

TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token-of-the-account",
    "TWILIO_FROM": "+447700900123",
    "PUBLIC_URL": "https://aftercare.example.com",
}


def loaded(patch: pytest.MonkeyPatch, **values: str) -> Environment:
    for name in ("SECRET_KEY", "DATABASE_URL"):
        patch.delenv(name, raising=False)
    for name, value in values.items():
        patch.setenv(name, value)
    return load_environment()


def refused(patch: pytest.MonkeyPatch, **values: str) -> tuple[str, ...]:
    with pytest.raises(SettingsFault) as fault:
        loaded(patch, **values)
    return fault.value.lines


def test_it_needs_nothing_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    env = loaded(monkeypatch)
    assert env.public_url == "http://127.0.0.1:8000"
    assert env.hosts == ["127.0.0.1", "localhost", "[::1]"]
    assert env.data_dir.name == "data"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("DATABASE_URL", "mysql://db/aftercare", "must begin with sqlite:/// or postgres://"),
        ("DATABASE_URL", "postgres://db", "names no database"),
        ("DATABASE_URL", "sqlite://:memory:", "is not a database address"),
        ("DATABASE_URL", "sqlite:////tmp/a%00b", "is not a database address"),
        ("DATABASE_URL", "postgres://db/x?foo=bar", "a parameter that PostgreSQL does not know (foo)"),
        ("DATABASE_URL", "postgres://db/x?sslmode=require&sslmode=prefer", "has a parameter twice"),
        ("DATABASE_URL", "postgres://db/x?connect_timeout=soon", "needs whole seconds"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("SECRET_KEY", "short", "is shorter than 32 characters"),
        ("PUBLIC_URL", "aftercare.example.com", "is not a web address"),
        ("PUBLIC_URL", "https://example.com/aftercare", "without path"),
        ("PUBLIC_URL", "https://example.com:port", "is not a web address"),
        ("PUBLIC_URL", "http://exa mple", "has a host that is no host name"),
        ("PUBLIC_URL", "http://exa<mple", "has a host that is no host name"),
        ("FORWARDED_ALLOW_IPS", "the proxy", "must be addresses or networks"),
        ("ALLOWED_HOSTS", "https://example.com", "is not a host name"),
        ("TWILIO_ACCOUNT_SID", "SK123", "begins with AC"),
        ("TWILIO_MESSAGING_SERVICE_SID", "AC123", "begins with MG"),
        ("TWILIO_API_BASE_URL", "http://sms.example.com", "must be https"),
        ("TWILIO_FROM", "0770", "is neither"),
        ("EMAIL_URL", "imap://mail.example.com", "must begin with smtp://"),
        ("EMAIL_URL", "smtp://", "names no mail server"),
        ("EMAIL_URL", "smtp://mail.example.com/?tls=yes", "knows only tls=starttls"),
        ("EMAIL_URL", "smtp://mail.example.com/?timeout=soon", "needs whole seconds"),
        ("EMAIL_URL", "smtp://mail.example.com/?timeout=0", "needs whole seconds"),
        ("EMAIL_URL", "smtp://mail.example.com/?timeout=1" + "0" * 20, "needs whole seconds"),
        ("EMAIL_URL", "smtp://mail.example.com/?ssl=1", "knows only tls and timeout"),
        ("EMAIL_URL", "mailgun://key", "must be mailgun://MAILGUN_API_KEY@MAILGUN_SENDER_DOMAIN"),
        ("DEFAULT_FROM_EMAIL", "Riverside Clinic", "is not an email address"),
        ("SMS_RATE_PER_SECOND", "fast", "valid number"),
        ("SMS_RATE_PER_SECOND", "0", "greater than 0"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("METRICS_TOKEN", "short", "at least 16"),
    ],
)
def test_it_refuses_a_wrong_value_in_one_line_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    lines = [line for line in refused(monkeypatch, **{name: value}) if line.startswith(f"{name}: ")]
    assert len(lines) == 1
    assert what in lines[0]
    assert f"for example {name}=" in lines[0]


def test_it_names_every_wrong_value_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(refused(monkeypatch, LOG_FORMAT="xml", PUBLIC_URL="x", SMS_RATE_PER_SECOND="0")) == 3


@pytest.mark.parametrize("name", ["SECRET_KEY", "EMAIL_URL", "DATABASE_URL", "METRICS_TOKEN"])
def test_it_never_repeats_a_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert "hunter2" not in " ".join(refused(monkeypatch, **{name: "hunter2"}))


def test_it_takes_the_last_word_for_an_empty_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, LOG_FORMAT="", TWILIO_FROM="").log_format == "console"


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_it_names_what_is_missing_of_a_half_set_account(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rest = {key: value for key, value in TWILIO.items() if key != name}
    (line,) = refused(monkeypatch, **rest)
    assert name in line
    assert "is missing" in line


def test_it_needs_both_halves_of_an_api_key(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = refused(monkeypatch, **TWILIO, TWILIO_API_KEY="SK1")
    assert line.startswith("TWILIO_API_SECRET: is missing")


@pytest.mark.parametrize(
    ("public", "base", "fine"),
    [
        ("https://aftercare.example.com", "https://api.twilio.com", True),
        ("http://aftercare.example.com", "https://api.twilio.com", False),
        ("http://127.0.0.1:8000", "https://api.twilio.com", False),
        ("https://localhost", "https://api.twilio.com", False),
        ("https://10.0.0.1", "https://api.twilio.com", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:9000", True),
        ("https://aftercare.example.com", "http://127.0.0.1:9000", True),
        ("http://aftercare.example.com", "http://127.0.0.1:9000", False),
    ],
)
def test_it_sends_live_only_where_receipts_can_come_back(
    monkeypatch: pytest.MonkeyPatch, public: str, base: str, fine: bool
) -> None:
    values = {**TWILIO, "PUBLIC_URL": public, "TWILIO_API_BASE_URL": base}
    if fine:
        assert loaded(monkeypatch, **values).public_url == public
    else:
        assert refused(monkeypatch, **values)[0].startswith("PUBLIC_URL: live SMS needs")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "k" * 40),
        ("DATABASE_URL", "postgres://u:p@db.example.com/aftercare"),
        ("EMAIL_URL", "smtp://u:p@mail.example.com"),
        ("METRICS_TOKEN", "m" * 20),
    ],
)
def test_it_reads_a_setting_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / "secret").write_text(value + "\n")
    found = getattr(loaded(monkeypatch, **{f"{name}_FILE": str(tmp_path / "secret")}), name.lower())
    assert value == (found if isinstance(found, str) else found.get_secret_value())


def test_it_says_which_file_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = refused(monkeypatch, SECRET_KEY_FILE="/nowhere/key")
    assert line.startswith("SECRET_KEY_FILE: cannot read /nowhere/key")


def test_it_refuses_a_setting_given_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40)
    (line,) = refused(monkeypatch, SECRET_KEY="k" * 40, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert "not both" in line


def test_it_says_once_which_line_of_the_file_it_cannot_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".env").write_text("LOG_FORMAT=json\n\nEMAIL URL smtp://u:hunter2@mail.example.com\n")
    monkeypatch.setattr(environment, "ENV_FILE", tmp_path / ".env")
    (line,) = refused(monkeypatch)
    assert line.startswith(".env: line 3 cannot be read; write it as NAME=value")
    assert "hunter2" not in line
    assert caplog.records == []
