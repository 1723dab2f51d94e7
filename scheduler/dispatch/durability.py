"""What the database promises to keep when the machine stops at the wrong moment."""

from django.db import connection

#: PRAGMA synchronous: FULL and EXTRA
SQLITE_DURABLE = (2, 3)
POSTGRES_DURABLE = ("on", "remote_write", "remote_apply")


class NotDurable(RuntimeError):
    """A text could be sent and forgotten, and then be sent again."""


def check_durability() -> None:
    """Raise NotDurable, with a sentence, where a committed claim could be lost."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            (value,) = cursor.fetchone()
            durable, setting = int(value) in SQLITE_DURABLE, "PRAGMA synchronous"
        else:
            cursor.execute("SHOW synchronous_commit")
            (value,) = cursor.fetchone()
            durable, setting = value in POSTGRES_DURABLE, "synchronous_commit"
    if not durable:
        wanted = "FULL" if connection.vendor == "sqlite" else "on"
        raise NotDurable(
            f"The database's {setting} is {value}: set it to {wanted}, or texts may be sent twice."
        )
