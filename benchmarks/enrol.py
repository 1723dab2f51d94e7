"""Enrolling, timelines included, beside a bare insert of the same rows.

The bare insert knows every row already, in the driver's own form: on SQLite by `executemany`, on PostgreSQL
by COPY. It is the least that any way of enrolling costs. In bulk it writes as many enrolments in one
transaction as we do; one by one it writes each in a transaction of its own.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from benchmarks.people import ACTOR, NOW, PROTOCOL, make_clinic  # noqa: E402
from benchmarks.results import engine, report  # noqa: E402
from scheduler.enrolment import Enrolment, enrol, enrol_many  # noqa: E402
from scheduler.enrolment.bulk import STEP  # noqa: E402
from scheduler.models import Clinic, Episode, Event, Patient, Reminder  # noqa: E402

ROUNDS = 3
MODELS: Sequence[type[models.Model]] = (Patient, Episode, Reminder, Event)
#: the rows of one enrolment, by their table
Rows = Mapping[str, Sequence[Sequence[Any]]]


def main(patients: int) -> None:
    call_command("migrate", verbosity=0)
    ways = {"in bulk": (enrol_in_bulk, STEP), "one transaction each": (enrol_each, 1)}
    for name, (work, together) in ways.items():
        ratios = [compare(f"{name[:3]}{number}", work, patients, together) for number in range(ROUNDS)]
        print(f"  {patients} patients enrolled {name}: {median(ratios):.2f} of the bare insert (median)")
        report("enrol", engine(), case=name, patients=patients, ratio=median(ratios), rounds=ratios)


def compare(slug: str, work: Any, patients: int, together: int) -> float:
    clinic = make_clinic(slug)
    enrolments = people(clinic, patients)
    first = next_ids()
    start = perf_counter()
    work(enrolments)
    ours = perf_counter() - start
    rows = written(first)
    remove(first)
    start = perf_counter()
    for number in range(0, len(rows), together):
        insert_bare(rows[number : number + together])
    bare = perf_counter() - start
    remove(first)
    print(f"  enrolled {patients / ours:.0f}/s, inserted {patients / bare:.0f}/s: {bare / ours:.2f}")
    return bare / ours


def people(clinic: Clinic, patients: int) -> list[Enrolment]:
    """Treated today, up to four hours ago; each has a number and an address of their own."""
    return [
        Enrolment(
            clinic=clinic,
            protocol_id=PROTOCOL,
            name=f"Patient {'abcdefghij'[number % 10]} {number}",
            mobile=f"07{400_000_000 + number}",
            email=f"patient{number}@example.com",
            treated=(NOW - timedelta(minutes=number % 240)).isoformat(),
            answers={"area": ("small", "large")[number % 2]},
            channels=("sms", "email"),
        )
        for number in range(patients)
    ]


def enrol_in_bulk(enrolments: Sequence[Enrolment]) -> None:
    enrol_many(enrolments, ACTOR, NOW)


def enrol_each(enrolments: Iterable[Enrolment]) -> None:
    for one in enrolments:
        enrol(one, ACTOR, NOW)


def next_ids() -> dict[str, int]:
    """Of each table the greatest id so far."""
    found = {}
    with connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {model._meta.db_table}")
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def written(since: Mapping[str, int]) -> list[Rows]:
    """What was written since, by enrolment, as the driver takes it."""
    rows: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    episode_of: dict[int, int] = dict(
        Episode.objects.across_clinics()
        .filter(pk__gt=since[Episode._meta.db_table])
        .values_list("patient_id", "pk")
    )
    with connection.cursor() as cursor:
        for model in MODELS:
            table, columns = model._meta.db_table, _columns(model)
            # With a plus SQLite brings what it has kept, and not what Django makes of it.
            plus = "+" if connection.vendor == "sqlite" else ""
            names = ", ".join(plus + name for name in columns)
            cursor.execute(f"SELECT {names} FROM {table} WHERE id > %s ORDER BY id", [since[table]])
            place = columns.index('"episode_id"' if '"episode_id"' in columns else '"id"')
            for row in cursor.fetchall():
                rows[episode_of[row[0]] if model is Patient else row[place]][table].append(row)
    return [rows[episode] for episode in sorted(rows)]


def _columns(model: type[models.Model]) -> list[str]:
    return [f'"{field.column}"' for field in model._meta.concrete_fields]


def insert_bare(enrolments: Sequence[Rows]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for model in MODELS:
            table, columns = model._meta.db_table, _columns(model)
            rows = [row for one in enrolments for row in one[table]]
            into = f"{table} ({', '.join(columns)})"
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" * len(columns))
                cursor.connection.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)


def remove(since: Mapping[str, int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Nothing else refers to them: looking for that takes longer than all that is measured.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table, last in reversed(list(since.items())):
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [last])


if __name__ == "__main__":
    main(int(sys.argv[1]))
