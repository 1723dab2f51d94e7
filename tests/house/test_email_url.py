"""EMAIL_URL becomes Django's settings."""

import pytest
from django.utils.module_loading import import_string

from config.email import PATIENCE, PROVIDERS, django_email, email_fault, webhook_fault


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}),
        ("smtp://u%40x:p%2Fw@mail.example.com:587/?tls=starttls", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True}),
        ("smtp://u%40x:p%2Fw@mail.example.com", {"EMAIL_HOST_USER": "u@x", "EMAIL_HOST_PASSWORD": "p/w"}),
        ("smtps://mail.example.com", {"EMAIL_PORT": 465, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True}),
        ("smtp://127.0.0.1:2525/?timeout=3", {"EMAIL_HOST": "127.0.0.1", "EMAIL_TIMEOUT": 3}),
        ("postmark://tok", {"ANYMAIL": {"POSTMARK_SERVER_TOKEN": "tok", "REQUESTS_TIMEOUT": PATIENCE}}),
        (
            "mailgun://key@mg.example.com",
            {
                "ANYMAIL": {
                    "MAILGUN_API_KEY": "key",
                    "MAILGUN_SENDER_DOMAIN": "mg.example.com",
                    "REQUESTS_TIMEOUT": PATIENCE,
                }
            },
        ),
    ],
)
def test_it_is_read(url: str, expected: dict[str, object]) -> None:
    assert email_fault(url) is None
    assert expected.items() <= django_email(url).items()


def test_it_names_a_backend_that_anymail_has() -> None:
    for scheme, (_, names) in PROVIDERS.items():
        assert import_string(django_email(f"{scheme}://{'@'.join('x' for _ in names)}")["EMAIL_BACKEND"])


@pytest.mark.parametrize(
    ("url", "secret", "fault"),
    [
        ("postmark://tok", "reports:a-long-password", None),
        ("mailgun://key@mg.example.com", "the-signing-key", None),
        ("postmark://tok", "a-long-password", "needs a name"),
        ("postmark://tok", "reports:short", "needs a name"),
        ("postmark://tok", ":a-long-password", "needs a name"),
        ("smtp://mail.example.com", "reports:a-long-password", "for a provider's reports"),
        (None, "reports:a-long-password", "for a provider's reports"),
    ],
)
def test_the_secret_of_a_providers_reports_is_checked(
    url: str | None, secret: str, fault: str | None
) -> None:
    found = webhook_fault(url, secret)
    assert (fault or "") in (found or "")
    assert bool(found) == bool(fault)
