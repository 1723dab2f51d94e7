"""A clinic that treated patients on every day of the last year: ten reminders each, and what was due went.

Some failed and wait for a person, some plans are paused or cancelled, some patients replied.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import product
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models  # noqa: E402

from benchmarks.people import ACTOR, PROTOCOL, ZONE, make_clinic  # noqa: E402
from scheduler import editions  # noqa: E402
from scheduler.domain import localtime  # noqa: E402
from scheduler.domain.status import AttemptStatus, Status  # noqa: E402
from scheduler.domain.timeline import Treatment, timeline_of  # noqa: E402
from scheduler.enrolment.rows import minutes, reminder_rows  # noqa: E402
from scheduler.models import (  # noqa: E402
    Attempt,
    Clinic,
    Edition,
    Episode,
    Event,
    Heartbeat,
    HeldEnrolment,
    Patient,
    Reminder,
    Reply,
    Sender,
)  # fmt: skip

EACH = 10
DAYS = 365
#: patients that are planned; the database itself copies them
PATTERNS = 1_000
#: of so many reminders that were due one waits for a person; of so many plans one is paused or cancelled
WRONG, STOPPED = 3_001, 97
FIRST = ("Ada", "Ben", "Carys", "Dev", "Elena", "Finn", "Grace", "Hugh", "Imogen", "Jonas", "Keira", "Liam")
SECOND = (
    "Frost", "Holm", "Marlowe", "Okafor", "Webb", "Ash", "Birch", "Crane", "Dale", "Eaves", "Field", "Glen",
)  # fmt: skip
NAMES = [f"{first} {one}{other.lower()}" for first, (one, other) in product(FIRST, product(SECOND, SECOND))]
#: for this one connection, which is closed afterwards
COPY = """
    WITH RECURSIVE series(n) AS (
        SELECT CAST({first} AS bigint) UNION ALL SELECT n + 1 FROM series WHERE n < {last}
    )
    INSERT INTO {table} ({columns}) SELECT {values} FROM series CROSS JOIN {table} AS t WHERE {which}
"""
QUICKLY = ("PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -500000")
#: of all that is made here
BASE = 1_000_000


def begin(slug: str) -> Clinic:
    clinic = make_clinic(slug)
    clinic.segment_price, clinic.live = "0.0400", True
    clinic.sender = Sender.objects.create(name="Bench", from_number="+447700900990")
    clinic.save()
    return clinic


def fill(clinic: Clinic, patients: int, now: datetime) -> None:
    """So many, in thousands; the first thousand are planned, and all others are like them."""
    embedded = connection.vendor == "sqlite"
    made = Patient.objects.for_clinic(clinic).count()
    with connection.cursor() as cursor:
        for pragma in QUICKLY if embedded else ():
            cursor.execute(pragma)
        if not made:
            _write_patterns(clinic, now)
            made = PATTERNS
        for copy in _copies(made // PATTERNS, patients // PATTERNS - 1):
            cursor.execute(copy)
        for statement in connection.ops.sequence_reset_sql(no_style(), [Patient, Episode, Reminder]):
            cursor.execute(statement)
        cursor.execute("ANALYZE" if embedded else "VACUUM ANALYZE")
        if embedded:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _write_patterns(clinic: Clinic, now: datetime) -> None:
    edition = editions.current_edition(clinic, PROTOCOL)
    assert edition is not None
    patients = [_patient(clinic, n, now) for n in range(PATTERNS)]
    episodes = [_episode(clinic, edition, n, _treated_at(n, now)) for n in range(PATTERNS)]
    reminders = [row for episode in episodes for row in _reminders(episode, edition, now)]
    went = [row for row in reminders if row.status != Status.SCHEDULED]
    for rows in (patients, episodes, reminders, map(_attempt, went), map(_event, went)):
        made = list(rows)
        type(made[0]).objects.bulk_create(made, batch_size=500)
    _replies(clinic, now)
    Heartbeat.objects.create(worker="bench", started_at=now, seen_at=now)


def _copies(first: int, last: int) -> Iterator[str]:
    """The statements that write everybody else: thousand after thousand, from the first to the last."""
    if first > last:
        return
    number, reminder = f"series.n * {PATTERNS}", f"series.n * {PATTERNS * EACH}"
    mine = f"BETWEEN {BASE} AND {BASE + PATTERNS - 1}"
    theirs = f"BETWEEN {BASE * EACH} AND {(BASE + PATTERNS) * EACH - 1}"
    digits = f"substr('0000' || (t.id * 7 + {number}) % 100000, -5)"
    if connection.vendor == "postgresql":
        digits = f"right('0000' || (t.id * 7 + {number}) % 100000, 5)"
    uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    yield from (
        _copy(one, which, first, last, values)
        for one, which, values in (
            (Patient, f"t.id {mine}", {
                "id": f"t.id + {number}", "page_token": "t.page_token || series.n",
                "mobile": f"'+4477009' || {digits}",
            }),
            (Episode, f"t.id {mine}", {
                "id": f"t.id + {number}", "patient_id": f"t.id + {number}",
                "identity": "t.identity || '-' || series.n",
            }),
            (Reminder, f"t.id {theirs}", {
                "id": f"t.id + {reminder}", "episode_id": f"t.episode_id + {number}",
            }),
            (Attempt, f"t.reminder_id {theirs}", {
                "id": uuid, "reminder_id": f"t.reminder_id + {reminder}",
                "provider_id": "t.provider_id || '-' || series.n",
            }),
            (Event, f"t.reminder_id {theirs}", {
                "episode_id": f"t.episode_id + {number}", "reminder_id": f"t.reminder_id + {reminder}",
            }),
        )
    )  # fmt: skip


def _copy(model: type[models.Model], which: str, first: int, last: int, values: Mapping[str, str]) -> str:
    names = [
        str(field.column) for field in model._meta.concrete_fields if field.column != "id" or "id" in values
    ]
    quote = connection.ops.quote_name
    return COPY.format(
        table=model._meta.db_table, columns=", ".join(map(quote, names)), which=which, first=first,
        last=last, values=", ".join(values.get(name, f"t.{quote(name)}") for name in names),
    )  # fmt: skip


def _treated_at(n: int, now: datetime) -> datetime:
    day = localtime.local_date(ZONE, now) - timedelta(days=n % DAYS)
    return localtime.at(ZONE, day, time(9 + n % 2 * 5))


def _patient(clinic: Clinic, n: int, now: datetime) -> Patient:
    return Patient(
        id=BASE + n, clinic=clinic, name=NAMES[n % len(NAMES)],
        mobile=f"+4477009{(BASE + n) * 7 % 100_000:05}", page_token=f"year-{n:04}-", created_at=now,
        planned_at=now,
    )  # fmt: skip


def _episode(clinic: Clinic, edition: Edition, n: int, treated_at: datetime) -> Episode:
    states = {0: Episode.State.PAUSED, 1: Episode.State.CANCELLED}
    return Episode(
        id=BASE + n, clinic=clinic, patient_id=BASE + n, edition=edition, treated_at=treated_at,
        treated_local=minutes(localtime.to_wall(ZONE, treated_at)), timezone=ZONE,
        answers={"area": "small"}, channels=["sms"], enrolled_at=treated_at, enrolled_by=ACTOR,
        at_desk=True, outbox_only=False, identity=f"year-{n}",
        state=states.get(n % STOPPED, Episode.State.ACTIVE),
    )  # fmt: skip


def _reminders(episode: Episode, edition: Edition, now: datetime) -> Iterator[Reminder]:
    # A few minutes apart, so that not each is planned by itself.
    treated_at = episode.treated_at.replace(minute=0)
    treatment = Treatment(treated_at, ZONE, dict(episode.answers), treated_at, at_desk=True)
    rows = reminder_rows(episode, timeline_of(editions.protocol_of(edition), treatment))
    for number, row in enumerate(rows[-EACH:]):
        row.id = episode.pk * EACH + number
        if row.due_at <= now:
            row.status = _ended(row.id)
            row.status_reason = "refused-address" if row.status == Status.FAILED else ""
        yield row


def _ended(number: int) -> Status:
    ends = {0: Status.FAILED, 1: Status.IN_DOUBT, 2: Status.UNDELIVERED}
    return ends.get(number % WRONG, Status.SENT if number % 50 == 3 else Status.DELIVERED)


def _attempt(row: Reminder) -> Attempt:
    status = AttemptStatus.REJECTED if row.status == Status.FAILED else AttemptStatus(row.status)
    return Attempt(
        id=UUID(int=row.pk * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128), clinic_id=row.clinic_id,
        reminder_id=row.pk, kind="sms", channel="sms", address="+447700900000", segments=3,
        text="Bench Clinic: what holds until when. " * 10, episode_revision=1, status=status,
        provider_id=f"SM{row.pk}", created_at=row.due_at,
        recorded_at=row.due_at + timedelta(milliseconds=row.pk % 900),
    )  # fmt: skip


def _event(row: Reminder) -> Event:
    return Event(
        clinic_id=row.clinic_id, episode_id=row.episode_id, reminder_id=row.pk, kind="status-changed",
        before=Status.CLAIMED, after=row.status, actor="worker bench-1", at=row.due_at,
    )  # fmt: skip


def _replies(clinic: Clinic, now: datetime) -> None:
    """All but thirty have been seen to."""
    assert clinic.sender
    Reply.objects.bulk_create(
        Reply(
            clinic=clinic, sender=clinic.sender, address=f"+4477009{n:05}", body="Thank you.",
            provider_id=f"IN{n}", received_at=now - timedelta(minutes=n),
            handled_by="" if n < 30 else ACTOR, handled_at=None if n < 30 else now,
        )
        for n in range(5_000)
    )  # fmt: skip
    HeldEnrolment.objects.create(clinic=clinic, typed={"name": "Robin Example"}, held_by=ACTOR, held_at=now)
