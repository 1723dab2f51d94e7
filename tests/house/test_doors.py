"""Health, metrics, and what every answer carries."""

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from config import settings as real_settings
from scheduler.models import User

LIMITED = "Too many failed login attempts"
pytestmark = pytest.mark.django_db


def test_it_says_that_it_is_well(client: Client) -> None:
    assert client.get("/health/?format=json").json() == {"Database(alias='default')": "OK"}


@pytest.mark.parametrize("accept", ["nonsense", "image/png", "text/html;q=x", "*/*", ""])
@pytest.mark.parametrize(
    ("query", "kind"),
    [("", "application/json"), ("?format=text", "text/plain"), ("?format=rss", "application/json")],
)
def test_it_says_so_to_any_monitor(client: Client, accept: str, query: str, kind: str) -> None:
    answer = client.get(f"/health/{query}", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, kind)


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


def tries(client: Client, number: int, **headers: str) -> str:
    """What the last of so many wrong passwords is answered, each for another account."""
    forms = [{"login": f"{uuid4()}@example.com", "password": "wrong"} for _ in range(number)]
    return [client.post("/accounts/login/", form, **headers) for form in forms][-1].content.decode()


@pytest.mark.parametrize("before", ["", "198.51.100.1, "])
def test_behind_a_proxy_each_client_has_a_limit_of_its_own(client: Client, before: str) -> None:
    for n in range(12):
        shown = tries(client, 1, HTTP_X_FORWARDED_FOR=f"{before}203.0.113.{n}")
    assert LIMITED not in shown
    assert LIMITED in tries(client, 11, HTTP_X_FORWARDED_FOR=f"{before}203.0.113.20")
    assert LIMITED not in tries(client, 1, HTTP_X_FORWARDED_FOR=f"{before}203.0.113.21")


def test_a_stranger_who_claims_another_address_is_limited_all_the_same(client: Client) -> None:
    for n in range(11):
        shown = tries(client, 1, REMOTE_ADDR="203.0.113.30", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
    assert LIMITED in shown


def test_one_account_is_limited_wherever_the_tries_come_from(client: Client) -> None:
    form = {"login": "jo@example.com", "password": "wrong"}
    for n in range(6):
        answer = client.post("/accounts/login/", form, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
    assert LIMITED in answer.content.decode()


def test_every_process_counts_the_tries_in_one_table(settings: Settings) -> None:
    settings.CACHES = real_settings.CACHES
    call_command("migrate", verbosity=0)
    assert "cache" in connection.introspection.table_names()
