"""DATABASE_URL as Django wants it: SQLite made durable and safe for several processes, or PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url

DEFAULT_DATABASE_URL = "sqlite:///data/aftercare.sqlite3"
POSTGRES = ("postgres", "postgresql")
# Every transaction takes the write lock at once, so that none fails half-way for want of it.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # With the usual 1,000 pages nearly every batch that is sent would also move what it wrote to its place.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA wal_autocheckpoint=10000",
}

#: A host that is gone without a word is noticed within half a minute: while connecting, while an answer is
#: awaited, and while what was sent is not acknowledged (milliseconds). The URL may say otherwise.
POSTGRES_OPTIONS = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def database_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not a database address"
    if "\0" in unquote(url):
        return "is not a database address"
    if parts.scheme in POSTGRES:
        return _postgres_fault(parts.query) if parts.path.strip("/") else "names no database"
    if parts.scheme != "sqlite":
        return "must begin with sqlite:/// or postgres://"
    if parts.netloc or not parts.path.strip("/"):
        return "names no file (three slashes for a file in the project, four for an absolute path)"
    return None


def _postgres_fault(query: str) -> str | None:
    # Only here, since an embedded database does without the driver.
    from psycopg.pq import Conninfo

    given = parse_qs(query, keep_blank_values=True)
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} | {"currentSchema"}
    if unknown := sorted(set(given) - known):
        return f"has a parameter that PostgreSQL does not know ({unknown[0]})"
    if any(len(values) > 1 for values in given.values()):
        return "has a parameter twice"
    seconds = given.get("connect_timeout", ["10"])[0]
    return None if seconds.isdecimal() else "needs whole seconds for connect_timeout"


def sqlite_file(url: str, base: Path) -> Path | None:
    """The file of an embedded database, relative to the project's folder; None for a server."""
    parts = urlsplit(url)
    return base / unquote(parts.path[1:]) if parts.scheme == "sqlite" else None


def django_database(url: str, base: Path) -> dict[str, Any]:
    if file := sqlite_file(url, base):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": dict(SQLITE_OPTIONS)}
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    database["OPTIONS"] = POSTGRES_OPTIONS | database.get("OPTIONS", {})
    return database
