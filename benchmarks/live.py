"""Patients of four clinics whose texts a real worker sends at the real time, one each, when a measure says
so. What there is to send by is far away, no sender is slow, and it is morning wherever the clinics are."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic, perf_counter, time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from scheduler.dispatch.claim import claim  # noqa: E402
from scheduler.domain.status import Status  # noqa: E402
from scheduler.models import Attempt, Reminder, Sender  # noqa: E402
from scheduler.sets import chunks, stamp, with_ids  # noqa: E402
from tests.chaos import enrolled  # noqa: E402
from tests.chaos.plan import CLINICS, Person, mobile  # noqa: E402

#: there are only so many telephones
PHONES = 1000
#: segments; nobody waits for a rate here
PER_SECOND = 1_000_000.0
#: the time until a measure says when
LATER = timedelta(days=30)
DUE = "UPDATE scheduler_reminder SET due_at = %s, try_at = %s WHERE id = %s"
ANEW = "UPDATE scheduler_reminder SET status = 'scheduled', due_at = %s, try_at = %s WHERE key = 'welcome'"
ALL_DUE = "UPDATE scheduler_reminder SET due_at = %s, try_at = %s WHERE id IN (IDS)"


def enrol(number: int) -> list[int]:
    """The reminders of so many patients, none of them due."""
    call_command("migrate", verbosity=0)
    clinics = list(CLINICS)
    people = (Person(n, clinics[n % len(clinics)], ("sms",), mobile(n % PHONES), 0) for n in range(number))
    enrolled.enrol_all(people, datetime.now(UTC), one_text=True)
    Sender.objects.update(segments_per_second=PER_SECOND)
    rows = Reminder.objects.across_clinics()
    later = datetime.now(UTC) + LATER
    rows.update(due_at=later, try_at=later, send_by=later + timedelta(days=1))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def make_due(reminders: Iterable[int]) -> None:
    """Now."""
    now = stamp(datetime.now(UTC))
    with connection.cursor() as cursor:
        for ids in chunks(reminders):
            cursor.execute(with_ids(ALL_DUE, ids), [now, now, *ids])


def make_due_at(times: Sequence[tuple[int, datetime]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(DUE, [(stamp(when), stamp(when), reminder) for reminder, when in times])


def forget_sending() -> None:
    """As if none of the texts had been sent, nor were due."""
    later = stamp(datetime.now(UTC) + LATER)
    with connection.cursor() as cursor:
        for table in ("event", "receipt", "attempt"):
            cursor.execute(f"DELETE FROM scheduler_{table}")
        cursor.execute(ANEW, [later, later])


def claim_of(reminders: Sequence[int]) -> float:
    """Seconds that it takes to claim these, which are due then; afterwards they are out of the way."""
    make_due(reminders)
    now, began = datetime.now(UTC), perf_counter()
    batch = claim(now, worker="bench", live=frozenset({"sms"}), limit=len(reminders))
    took = perf_counter() - began
    assert len(batch.claimed) == len(reminders), batch.looked_at
    ours = Reminder.objects.across_clinics().filter(pk__in=reminders)
    Attempt.objects.across_clinics().filter(reminder__in=ours).delete()
    ours.update(status=Status.HANDLED, lease_owner="", lease_until=None)
    return took


def look_in_vain() -> float:
    """Seconds of a look for something due, where nothing is."""
    now, began = datetime.now(UTC), perf_counter()
    batch = claim(now, worker="bench", live=frozenset({"sms"}), limit=1)
    took = perf_counter() - began
    assert not batch.looked_at
    return took


def due_by_attempt() -> dict[str, float]:
    """When the reminder of each attempt was due, on the monotonic clock of this machine."""
    offset = monotonic() - time()
    tried = Attempt.objects.across_clinics().values_list("pk", "reminder__due_at")
    return {str(attempt): due.timestamp() + offset for attempt, due in tried}


def backends() -> list[int]:
    """The server's processes that work for this database, without the one that is asked."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]
