"""Planning patients anew and writing it down, in one transaction and in sets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from scheduler.domain.diff import Diff
from scheduler.domain.replan import Case, replan
from scheduler.models import Edition, Episode
from scheduler.plans.apply import apply
from scheduler.plans.cases import load_cases
from scheduler.sets import at_once, listed, stamp
from scheduler.wake import wake_workers

HOLD = "SELECT id FROM scheduler_patient WHERE id IN (IDS) ORDER BY id "
SINCE = "UPDATE scheduler_patient SET planned_at = %s WHERE id IN (IDS)"
REVISED = """
    UPDATE scheduler_episode SET revision = revision + 1,
        edition_id = CASE WHEN id IN (IDS) THEN %s ELSE edition_id END
    WHERE patient_id IN (IDS) AND state <> %s
"""


def lock(patients: Iterable[int], *, busy_too: bool = True) -> list[int]:
    """Hold the plans of these patients until the transaction ends; return whose are held.

    Whoever plans a patient anew holds the patient's row, so that one waits for the other. Without `busy_too`
    those that somebody else is planning right now are left out.
    """
    ids = list(patients)
    if not ids:
        return []
    sql = HOLD
    if connection.features.has_select_for_update:
        sql += "FOR UPDATE" if busy_too else "FOR UPDATE SKIP LOCKED"
    with connection.cursor() as cursor:
        cursor.execute(at_once(sql), [listed(ids)])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def renew(patients: Iterable[int], now: datetime, *, actor: str) -> dict[int, Diff]:
    """Plan these patients anew from what is stored; return what changed, by patient."""
    return write(load_cases(lock(patients)), now, actor=actor)


def write(
    cases: Mapping[int, Case],
    now: datetime,
    *,
    actor: str,
    edition: Edition | None = None,
    moved: Sequence[int] = (),
) -> dict[int, Diff]:
    """Store the plans of patients that are held. A text that a worker holds already is noticed by it.

    `moved` are the episodes that go over to another edition.
    """
    planned = {patient: replan(case, now) for patient, case in cases.items()}
    diffs = {patient: diff for patient, (_, diff) in planned.items()}
    apply(list(diffs.values()), actor=actor, now=now)
    _stand_since(list(cases), now, edition, moved)
    wake_workers()
    return diffs


def _stand_since(
    patients: Sequence[int], now: datetime, edition: Edition | None, moved: Sequence[int]
) -> None:
    edition_id, held = edition.pk if edition else None, listed(patients)
    with connection.cursor() as cursor:
        cursor.execute(at_once(SINCE), [stamp(now), held])
        cursor.execute(at_once(REVISED), [listed(moved), edition_id, held, str(Episode.State.CANCELLED)])
