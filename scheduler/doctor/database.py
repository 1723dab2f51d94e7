"""Whether the database answers, is up to date, and keeps what it is told."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from scheduler.dispatch.durability import NotDurable, check_durability
from scheduler.doctor.finding import Finding, fail, ok

CLOCKS = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400",
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
}
CLOCK_TOLERANCE = 2.0  # seconds


def check_database(now: datetime) -> Iterator[Finding]:
    """`now` is this machine's clock, to be compared with the database's."""
    try:
        connection.ensure_connection()
        yield ok("database", f"{connection.vendor} answers")
        yield _migrations()
        yield _durability()
        yield _clock(now)
    except DatabaseError as fault:
        yield fail("database", _first_line(fault), "check DATABASE_URL and that the server runs")


def _first_line(fault: Exception) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]


def _ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return fail("migrations", f"{len(waiting)} not applied", "run `aftercare migrate`")
    return ok("migrations", "all applied")


def _durability() -> Finding:
    try:
        check_durability()
    except NotDurable as fault:
        return fail("durability", str(fault), "change it in the database's own configuration")
    return ok("durability", "a commit waits for the disk")


def _clock(now: datetime) -> Finding:
    """An embedded database has this machine's clock; a server has its own."""
    apart = float(str(_ask(CLOCKS[connection.vendor]))) - now.astimezone(UTC).timestamp()
    if abs(apart) > CLOCK_TOLERANCE:
        text = f"the database's clock is {apart:+.0f} s from this machine's"
        return fail("clock", text, "run a time service (chrony, systemd-timesyncd) on both machines")
    return ok("clock", "this machine and the database agree on the time")
