from copy import copy
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from scheduler.dispatch import due
from scheduler.domain.status import Status
from scheduler.enrolment import enrol
from scheduler.models import ApiKey, Clinic, Edition, Episode, Event, Reminder, Reply, User
from scheduler.models.scoping import ClinicOwned, UnscopedQuery
from scheduler.sets import stamp
from tests.dispatch.plans import DAY_2, live_clinic, patient_of, reminder_of
from tests.enrolment.clinics import NOW, asked

pytestmark = pytest.mark.django_db
OWNED = ClinicOwned.__subclasses__()


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def test_the_migrations_make_the_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", "scheduler", stdout=StringIO())


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("ask", ["all", "count", "first"])
def test_a_query_that_names_no_clinic_is_refused(model: Any, ask: str) -> None:
    with pytest.raises(UnscopedQuery, match=model.__name__):
        getattr(model.objects, ask)()


@pytest.mark.parametrize("ask", [{"pk": 1}, {"clinic": 1}])
def test_not_even_a_filter_makes_up_for_it(ask: dict[str, int]) -> None:
    with pytest.raises(UnscopedQuery):
        Reminder.objects.filter(**ask)


def test_a_clinic_sees_its_own_rows_only(clinic: Clinic) -> None:
    other = live_clinic(slug="other")
    patient_of(other)
    assert not Reminder.objects.for_clinic(clinic).exists()
    assert Reminder.objects.for_clinic(other).exists()


def test_a_relation_of_a_row_that_was_found_stays_open(clinic: Clinic) -> None:
    assert patient_of(clinic).reminders.count() > 10


def test_a_key_is_planned_once_per_episode(clinic: Clinic) -> None:
    twin = reminder_of(patient_of(clinic), "day-2")
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def explain(sql: str, values: list[Any]) -> str:
    begin = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A small table is read whole, index or not.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(begin + sql, values)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def crowd(clinic: Clinic) -> None:
    """Enough rows that the planner weighs its indexes, of two clinics and nearly all due."""
    for owner in (clinic, live_clinic(slug="other")):
        pattern = reminder_of(patient_of(owner), "day-2")
        copies = [copy(pattern) for _ in range(1500)]
        for number, one in enumerate(copies):
            one.pk, one.key, one.try_at = None, f"copy-{number}", DAY_2 - timedelta(seconds=number)
        Reminder.objects.bulk_create(copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE scheduler_reminder")


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("queued", [True, False])
def test_what_is_due_is_found_in_its_index(clinic: Clinic, critical: bool, queued: bool) -> None:
    crowd(clinic)
    if queued:
        Reminder.objects.for_clinic(clinic).filter(try_at__lte=DAY_2).update(queued=True)
    rows, clinics = (due.QUEUED_ROWS, due.QUEUES) if queued else (due.ROWS, due.CLINICS)
    index = "reminder_queued" if queued else "reminder_due"
    plan = explain(rows, [clinic.pk, critical, stamp(DAY_2), 50])
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert index in explain(clinics, [stamp(DAY_2)])


def test_the_next_due_time_is_the_first_of_an_index(clinic: Clinic) -> None:
    crowd(clinic)
    plan = explain(due.NEXT, [])
    assert "reminder_next" in plan
    assert "reminder_queued" in plan


def test_the_plan_of_a_patient_is_found_by_its_key(clinic: Clinic) -> None:
    query = Reminder.objects.for_clinic(clinic).filter(episode=patient_of(clinic))
    plan = explain(*sql_of(query))
    # SQLite gives the index of a constraint a name of its own.
    assert "reminder_key_once" in plan or "(episode_id=?)" in plan


def test_expired_leases_are_found_in_their_index(clinic: Clinic) -> None:
    patient_of(clinic)
    plan = explain(
        "SELECT id FROM scheduler_reminder WHERE status = 'claimed' AND lease_until < %s", [stamp(DAY_2)]
    )
    assert "reminder_leased" in plan


def sql_of(query: Any) -> tuple[str, list[Any]]:
    sql, values = query.query.sql_with_params()
    return sql, list(values)


def test_every_status_fits_its_column() -> None:
    longest = Reminder._meta.get_field("status").max_length
    assert longest is not None
    assert max(map(len, Status)) <= longest


WRITTEN_BY = [
    (Event, "actor"),
    (Episode, "enrolled_by"),
    (Edition, "published_by"),
    (ApiKey, "created_by"),
    (Reply, "handled_by"),
]


@pytest.mark.parametrize(("model", "name"), WRITTEN_BY, ids=lambda value: getattr(value, "__name__", value))
def test_whoever_did_it_fits_the_column(model: Any, name: str) -> None:
    longest = User._meta.get_field("email").max_length
    assert model._meta.get_field(name).max_length == longest == 254


def test_somebody_with_the_longest_address_there_is_can_enrol(clinic: Clinic) -> None:
    """PostgreSQL refuses what does not fit; SQLite takes anything."""
    actor = f"nurse@{'x' * 60}.example.com".rjust(254, "n")
    episode = enrol(asked(clinic), actor, NOW).episode
    episode.refresh_from_db()
    assert episode.enrolled_by == actor
