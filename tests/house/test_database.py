"""The database is durable and safe for several processes."""

from pathlib import Path

import pytest
from django.db import connection

from config.database import django_database

pytestmark = pytest.mark.django_db


def test_it_waits_for_the_disk_before_it_calls_anything_done() -> None:
    query = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone() == ((2,) if connection.vendor == "sqlite" else ("on",))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"connect_timeout": 5, "keepalives": 1, "keepalives_idle": 10, "tcp_user_timeout": 20_000}),
        ("?connect_timeout=2&keepalives_idle=30", {"connect_timeout": "2", "keepalives_idle": "30"}),
    ],
)
def test_a_server_whose_host_is_gone_is_noticed(query: str, expected: dict[str, object]) -> None:
    options = django_database(f"postgres://user@db.example.com/aftercare{query}", Path())["OPTIONS"]
    assert {name: str(options[name]) for name in expected} == {k: str(v) for k, v in expected.items()}
    noticed = [int(options[f"keepalives_{name}"]) for name in ("idle", "interval", "count")]
    assert noticed[0] + noticed[1] * noticed[2] <= 60


def test_the_driver_takes_these_settings() -> None:
    if connection.vendor == "postgresql":
        info = connection.connection.info.get_parameters()
        assert (info["connect_timeout"], info["tcp_user_timeout"]) == ("5", "20000")
