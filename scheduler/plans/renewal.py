"""Planning patients anew and writing it down, in one transaction and in sets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from scheduler.domain.diff import Diff
from scheduler.domain.replan import Case, replan
from scheduler.models import Episode, Patient
from scheduler.plans.apply import apply
from scheduler.plans.cases import load_cases
from scheduler.wake import wake_workers


def lock(patients: Iterable[int], *, busy_too: bool = True) -> list[int]:
    """Hold the plans of these patients until the transaction ends; return whose are held.

    Whoever plans a patient anew holds the patient's row, so that one waits for the other. Without `busy_too`
    those that somebody else is planning right now are left out.
    """
    rows = Patient.objects.across_clinics().filter(pk__in=list(patients)).order_by("pk")
    may_skip = connection.features.has_select_for_update_skip_locked and not busy_too
    return list(rows.select_for_update(skip_locked=may_skip).values_list("pk", flat=True))


@transaction.atomic
def renew(patients: Iterable[int], now: datetime, *, actor: str, busy_too: bool = True) -> dict[int, Diff]:
    """Plan these patients anew from what is stored; return what changed, by patient."""
    held = lock(patients, busy_too=busy_too)
    return write(load_cases(held), now, actor=actor)


def write(cases: Mapping[int, Case], now: datetime, *, actor: str) -> dict[int, Diff]:
    """Store the plans of patients that are held. A text that a worker holds already is noticed by it."""
    planned = {patient: replan(case, now) for patient, case in cases.items()}
    diffs = {patient: diff for patient, (_, diff) in planned.items()}
    apply(list(diffs.values()), actor=actor, now=now)
    _stand_since(list(cases), now)
    wake_workers()
    return diffs


def _stand_since(patients: Sequence[int], now: datetime) -> None:
    Patient.objects.across_clinics().filter(pk__in=patients).update(planned_at=now)
    running = Episode.objects.across_clinics().filter(patient__in=patients)
    running.exclude(state=Episode.State.CANCELLED).update(revision=F("revision") + 1)
