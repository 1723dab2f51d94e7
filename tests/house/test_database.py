"""The database is durable and safe for several processes."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_it_waits_for_the_disk_before_it_calls_anything_done() -> None:
    query = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone() == ((2,) if connection.vendor == "sqlite" else ("on",))
