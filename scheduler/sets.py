"""SQL in sets for the hot paths (claim, record, re-plan): one statement for many rows, on both engines.

The ORM's `bulk_create` costs more than the durable writes, and its `update` cannot say which rows moved.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models

T = TypeVar("T")
#: below the number of parameters that either engine takes in one statement
CHUNK = 500
#: so few values are written sooner by one statement than by COPY, which goes back and forth; the driver
#: takes a statement with more of them apart anew each time
FEW = 50


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def with_ids(sql: str, ids: Sequence[Any]) -> str:
    """The statement with a placeholder for each id where it says `(IDS)`."""
    return sql.replace("(IDS)", "(" + ", ".join(["%s"] * len(ids)) + ")")


def at_once(sql: str) -> str:
    """The statement with one placeholder for any number of ids wherever it says `IN (IDS)`; see `listed`.

    It stays the same however many they are, so that it is prepared once, and is read sooner.
    """
    if connection.vendor == "postgresql":
        return sql.replace("IN (IDS)", "= ANY (%s::bigint[])")
    return sql.replace("(IDS)", "(SELECT value FROM json_each(%s))")


def listed(ids: Iterable[int]) -> str:
    """The ids as the one parameter that `at_once` has a place for: an array, or JSON."""
    numbers = ",".join(map(str, ids))
    return f"{{{numbers}}}" if connection.vendor == "postgresql" else f"[{numbers}]"


def stamp(instant: datetime) -> Any:
    """An aware instant as the engine stores it."""
    return connection.ops.adapt_datetimefield_value(instant)


def instant(value: Any) -> datetime | None:
    """An instant that plain SQL brought, aware; the other way round of `stamp`."""
    # SQLite keeps UTC and does not say so; where it computes a value, as MIN does, it brings text.
    found: datetime | None = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def column_value(model: type[models.Model], name: str, value: Any) -> tuple[str, Any]:
    """The column of a field, and the value as the engine stores it."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    assert field.column is not None
    return field.column, field.get_db_prep_save(value, connection)


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values that the engine takes as they are, each in the order of `columns`."""
    into = _into(model, tuple(columns))
    with connection.cursor() as cursor:
        rows = list(rows)
        if connection.vendor == "postgresql" and len(rows) * len(columns) > FEW:
            # A tenth of what it costs to write the values into a statement. Its errors are not Django's yet.
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = "(" + ", ".join(["%s"] * len(columns)) + ")"
        if connection.vendor == "sqlite":
            # Read once, and run for each row.
            cursor.executemany(f"INSERT INTO {into} VALUES {marks}", rows)  # noqa: S608
            return
        for chunk in chunks(rows, CHUNK):
            values = [value for row in chunk for value in row]
            cursor.execute(f"INSERT INTO {into} VALUES {', '.join([marks] * len(chunk))}", values)  # noqa: S608


@lru_cache(maxsize=64)
def _into(model: type[models.Model], columns: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"


def new_ids(wanted: Mapping[type[models.Model], int]) -> list[list[int]]:
    """Ids for so many new rows of each model, that nobody else gets. Only within a transaction."""
    tables = [(model._meta.db_table, number) for model, number in wanted.items()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) sequence"
            draw = f"SELECT nextval(name) FROM {name}, generate_series(1, %s)"  # noqa: S608 - nothing typed
            arrays = ", ".join([f"ARRAY({draw})"] * len(tables))
            cursor.execute(f"SELECT {arrays}", [value for pair in tables for value in pair])
            return [list(ids) for ids in cursor.fetchone()]
        # A transaction holds the only right to write, so the next ids are its own.
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        last = dict(cursor.fetchall())
    return [list(range(last.get(table, 0) + 1, last.get(table, 0) + 1 + number)) for table, number in tables]


def conditional_update(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run an UPDATE ... RETURNING; the rows it returns are the ones that moved."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
