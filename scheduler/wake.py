"""Telling the workers that there is something new to look at."""

from django.db import connection

CHANNEL = "aftercare_due"


def wake_workers() -> None:
    """Say it inside the transaction that plans: PostgreSQL passes it on when that commits, or never.

    With SQLite the workers find out by looking, every second.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
