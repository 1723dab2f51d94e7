"""Millions of reminders that are not due yet, written by the database itself: ten of each patient, at four
times of each of the coming 60 days, beside a first text that went, and the attempt that tells of it."""

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models  # noqa: E402

from scheduler.domain.status import AttemptStatus, Status  # noqa: E402
from scheduler.domain.timeline import Treatment, timeline_of  # noqa: E402
from scheduler.editions import protocol_of  # noqa: E402
from scheduler.enrolment.rows import reminder_rows  # noqa: E402
from scheduler.models import Attempt, Clinic, Edition, Episode, Patient, Reminder  # noqa: E402

EACH = 10
#: patients that one statement writes
STEP = 50_000
#: above all ids that were given so far
BASE = 1_000_000
#: minutes from tomorrow on, by patient and message
WHEN = "(series.n * 7919 + t.id * 104729) % 59 * 1440 + (series.n * 31 + t.id) % 4 * 180"
COPY = """
    WITH RECURSIVE series(n) AS (
        SELECT CAST({first} AS bigint) UNION ALL SELECT n + 1 FROM series WHERE n < {last}
    )
    INSERT INTO {table} ({columns}) SELECT {values} FROM series CROSS JOIN {table} AS t WHERE {which}
"""
FIRST = "(SELECT id FROM scheduler_reminder WHERE episode_id = {episode} AND key = '{key}')"
#: for this one connection, which is closed afterwards
QUICKLY = ("PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -500000")


def fill(rows: int, now: datetime | None = None) -> None:
    """So many more than there are, from the day after `now` on."""
    embedded = connection.vendor == "sqlite"
    templates, patients = _templates(now or datetime.now(UTC)), rows // EACH
    with connection.cursor() as cursor:
        for pragma in QUICKLY if embedded else ():
            cursor.execute(pragma)
        for first in range(1, patients + 1, STEP):
            for template in templates:
                cursor.execute(template.format(first=first, last=min(first + STEP - 1, patients)))
        for statement in connection.ops.sequence_reset_sql(no_style(), [Patient, Episode]):
            cursor.execute(statement)
        cursor.execute("ANALYZE" if embedded else "VACUUM ANALYZE")
        if embedded:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _templates(now: datetime) -> list[str]:
    """The statements that copy the last patient: with all that is to come, and the first text, which went."""
    one = Episode.objects.across_clinics().order_by("-pk")[0]
    went, *plan = _whole_plan(one)
    attempt = _attempt(went, now)
    number, turn = f"{BASE} + series.n", f"series.n % {Clinic.objects.count()}"
    clinic = f"{Clinic.objects.order_by('pk')[0].pk} + {turn}"
    edition = f"{Edition.objects.across_clinics().order_by('pk')[0].pk} + {turn}"
    whose = {"clinic_id": clinic, "episode_id": number}
    to_come = ", ".join(str(row.pk) for row in plan[:EACH])
    due = _minutes_after(now + timedelta(days=1), WHEN)
    return [
        _copy(
            Patient, f"t.id = {one.patient_id}", id=number, clinic_id=clinic, name="'Patient ' || series.n",
            page_token="'filled-' || series.n", email="'patient-' || series.n || '@example.com'",
            mobile="'+447700900' || substr('00' || series.n % 1000, length('00' || series.n % 1000) - 2)",
        ),
        _copy(
            Episode, f"t.id = {one.pk}", id=number, clinic_id=clinic, patient_id=number,
            edition_id=edition, identity="'filled-' || series.n",
        ),
        _copy(
            Reminder, f"t.id IN ({to_come})", **whose, status="'scheduled'", due_at=due, try_at=due,
            send_by=_minutes_after(now + timedelta(days=1), f"{WHEN} + 600"),
        ),
        _copy(Reminder, f"t.id = {went.pk}", **whose),
        _copy(
            Attempt, f"t.id = '{attempt.pk if _native() else attempt.pk.hex}'", id=_uuid(), clinic_id=clinic,
            provider_id="'SM' || series.n", reminder_id=FIRST.format(episode=number, key=went.key),
        ),
    ]  # fmt: skip


def _whole_plan(episode: Episode) -> list[Reminder]:
    """None of it is due, nor ever will be; the first went."""
    answers, enrolled_at = dict(episode.answers), episode.enrolled_at
    treatment = Treatment(episode.treated_at, episode.timezone, answers, enrolled_at, at_desk=True)
    episode.reminders.all().delete()
    rows = reminder_rows(episode, timeline_of(protocol_of(episode.edition), treatment))
    for row in rows:
        row.status = Status.HANDLED
    rows[0].status = Status.DELIVERED
    return Reminder.objects.bulk_create(rows)


def _attempt(went: Reminder, now: datetime) -> Attempt:
    return Attempt.objects.create(
        clinic=went.clinic, reminder=went, kind="sms", channel="sms", address="+447700900000", segments=3,
        text="North Clinic: what holds until when. " * 10, episode_revision=1, provider_id=f"SM{uuid4().hex}",
        status=AttemptStatus.DELIVERED, created_at=now - timedelta(days=1),
    )  # fmt: skip


def _copy(model: type[models.Model], which: str, **values: str) -> str:
    """With what is given in place of the original's values; ids that are not given are new ones."""
    names = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in values]
    quote = connection.ops.quote_name
    return COPY.format(
        first="{first}",
        last="{last}",
        table=model._meta.db_table,
        columns=", ".join(map(quote, names)),
        values=", ".join(values.get(name, f"t.{quote(name)}") for name in names),
        which=which,
    )


def _native() -> bool:
    return connection.vendor == "postgresql"


def _uuid() -> str:
    return "gen_random_uuid()" if _native() else "lower(hex(randomblob(16)))"


def _minutes_after(begin: datetime, minutes: str) -> str:
    text = f"'{begin:%Y-%m-%d %H:%M:%S}'"
    if _native():
        return f"timestamptz {text[:-1]}+00' + ({minutes}) * interval '1 minute'"
    return f"datetime({text}, '+' || ({minutes}) || ' minutes')"
