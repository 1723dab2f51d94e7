"""Health, metrics, and what every answer carries."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from config import settings as real_settings
from scheduler.models import User

pytestmark = pytest.mark.django_db


def test_it_says_that_it_is_well(client: Client) -> None:
    assert client.get("/health/?format=json").json() == {"Database(alias='default')": "OK"}


def test_it_shows_metrics_on_a_trial_installation(client: Client) -> None:
    assert b"python_info" in client.get("/metrics").content


@pytest.mark.parametrize(
    ("token", "header", "status"),
    [
        (None, "", 404),
        ("t" * 20, "", 404),
        ("t" * 20, "Bearer " + "x" * 20, 404),
        ("t" * 20, "Bearer " + "t" * 20, 200),
    ],
)
def test_it_shows_metrics_in_public_only_for_the_token(
    client: Client, settings: Settings, token: str | None, header: str, status: int
) -> None:
    settings.PUBLIC_URL, settings.METRICS_TOKEN = "https://aftercare.example.com", token
    assert client.get("/metrics", headers={"Authorization": header}).status_code == status


def test_it_forbids_scripts_and_styles_from_elsewhere(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_nobody_can_sign_up(client: Client) -> None:
    form = {"email": "jo@example.com", "password1": "correct horse", "password2": "correct horse"}
    client.post("/accounts/signup/", form)
    assert not User.objects.exists()


def test_it_limits_tries_at_signing_in(client: Client) -> None:
    tries = [
        client.post("/accounts/login/", {"login": "jo@example.com", "password": "wrong"}) for _ in range(7)
    ]
    assert "Too many failed login attempts" in tries[-1].content.decode()


def test_every_process_counts_the_tries_in_one_table(settings: Settings) -> None:
    settings.CACHES = real_settings.CACHES
    call_command("migrate", verbosity=0)
    assert "cache" in connection.introspection.table_names()
