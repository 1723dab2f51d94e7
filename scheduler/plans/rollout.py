"""Bringing an edition to everybody enrolled: a job in steps, which whoever finds it unfinished carries on.

A step is one transaction: the patients' plans, their episodes' edition, and how far the job is. Killed in
between, it goes on with the next step; no patient is done twice, none is left out.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from time import monotonic, sleep

import structlog
from django.db import connection, transaction

from scheduler import collector
from scheduler.domain.diff import Diff
from scheduler.editions import protocol_of
from scheduler.history import note
from scheduler.models import Clinic, Event, Rollout
from scheduler.plans.cases import UNREADABLE, load_cases
from scheduler.plans.everybody import STEP, Choice, Reach, reached
from scheduler.plans.renewal import lock, write
from scheduler.sets import insert, stamp

log = structlog.get_logger(__name__)

EVENT = ("clinic_id", "kind", "actor", "at", "before", "after", "reason", "episode_id", "details")
#: patients in one step where the database has a single writer
ALONE = 200
#: a job that nobody moved for so long was left by a process that is gone
ABANDONED = timedelta(minutes=1)
#: an idle worker asks every two seconds: plain SQL, as the ORM makes its statement anew each time
FREE = """
    SELECT id FROM scheduler_rollout
    WHERE finished_at IS NULL AND (carried_by IN ('', %s) OR moved_at < %s) ORDER BY started_at
"""


def carry_out(
    rollout: Rollout,
    clock: Callable[[], datetime],
    *,
    by: str = "",
    tell: Callable[[int], None] = lambda done: None,
    rest: Callable[[float], None] = sleep,
) -> Rollout:
    """Step by step to the end; `tell` hears how many patients are done.

    Where only one can write at a time, `rest` leaves so many seconds to others after each step.
    """
    waiting = reached(rollout.clinic, rollout.edition.protocol_id, after=rollout.last_patient)
    while rollout.finished_at is None:
        begun = monotonic()
        rollout = step(rollout.pk, clock(), by=by, waiting=waiting)
        tell(rollout.done.get("patients", 0))
        if not (rollout.finished_at or connection.features.has_select_for_update):
            rest((monotonic() - begun) / 2)
    return rollout


@collector.paused()
@transaction.atomic
def step(rollout_id: int, now: datetime, *, by: str = "", waiting: Sequence[int] | None = None) -> Rollout:
    """The next patients. Two processes at the same job wait for each other, and each takes what is next.

    `waiting` are those whom the job reaches, in their order, where that is known already.
    """
    rollout = Rollout.objects.across_clinics().select_for_update().get(pk=rollout_id)
    if rollout.finished_at:
        return rollout
    edition, size = rollout.edition, _step_size()
    if waiting is None:
        waiting = reached(rollout.clinic, edition.protocol_id, after=rollout.last_patient, limit=size)
    first = bisect_right(waiting, rollout.last_patient)
    patients = waiting[first : first + size]
    if patients:
        new = _renew(rollout, lock(patients), now).counts()
        rollout.done = {
            name: rollout.done.get(name, 0) + new.get(name, 0) for name in {**rollout.done, **new}
        }
        rollout.last_patient = patients[-1]
    rollout.moved_at, rollout.carried_by = now, by
    if len(patients) < size:
        _finish(rollout, now)
    rollout.save()
    return rollout


def _step_size() -> int:
    """Where only one can write at a time, a step must not keep the desk and the worker waiting."""
    return STEP if connection.features.has_select_for_update else min(STEP, ALONE)


def _renew(rollout: Rollout, patients: Sequence[int], now: datetime) -> Reach:
    """All at once; one by one where somebody's rows are unreadable, so that they hold up no other."""
    reach, choice = Reach(), Choice(protocol_of(rollout.edition))
    try:
        with transaction.atomic():
            cases = load_cases(patients, choice)
            diffs = write(cases, now, actor=rollout.started_by, edition=rollout.edition, moved=choice.moved)
            _tell(rollout, choice.moved, diffs, now)
    except UNREADABLE:
        if len(patients) == 1:
            log.exception("patient cannot be planned anew", patient=patients[0], rollout=rollout.pk)
            return Reach(unreadable=list(patients))
        for patient in patients:
            reach.join(_renew(rollout, [patient], now))
        return reach
    for diff in diffs.values():
        reach.add(diff)
    reach.left = choice.left
    return reach


def _tell(rollout: Rollout, moved: list[int], diffs: Mapping[int, Diff], now: datetime) -> None:
    """An event on every episode, with what it does there."""
    steps: dict[int, list[tuple[str, str]]] = {episode: [] for episode in moved}
    for diff in diffs.values():
        for one in diff.steps:
            if one.episode in steps:
                steps[one.episode].append((one.key, str(one.effect)))
    about = (rollout.clinic_id, "edition-applied", rollout.started_by, stamp(now), "", "", "")
    number = rollout.edition.number

    @cache
    def details(done: tuple[tuple[str, str], ...]) -> str:
        return json.dumps({"number": number, "steps": done})

    insert(Event, EVENT, ((*about, episode, details(tuple(done))) for episode, done in steps.items()))


def differences(rollout: Rollout) -> dict[str, list[int]]:
    """Where what was done is not what was expected: both counts, by their name."""
    counts = {
        name: [rollout.expected.get(name, 0), rollout.done.get(name, 0)]
        for name in sorted({*rollout.expected, *rollout.done})
    }
    return {name: both for name, both in counts.items() if both[0] != both[1]}


def _finish(rollout: Rollout, now: datetime) -> None:
    rollout.finished_at = now
    note(
        rollout.clinic, "edition-rolled-out", actor=rollout.started_by, now=now,
        protocol=rollout.edition.protocol_id, number=rollout.edition.number, done=rollout.done,
        differs=differences(rollout),
    )  # fmt: skip


def carry_on(now: datetime, worker: str) -> int:
    """One step of every job that this worker carries, or that nobody carries any more; return how many.

    One whose step fails is not counted, so that whoever goes on until none is left comes to an end.
    """
    with connection.cursor() as cursor:
        cursor.execute(FREE, [worker, stamp(now - ABANDONED)])
        jobs = [row[0] for row in cursor.fetchall()]
    done = 0
    for job in jobs:
        try:
            step(job, now, by=worker)
            done += 1
        except UNREADABLE:
            # The edge: one clinic's job must not stop another's.
            log.exception("rollout step failed", rollout=job)
    return done


def running(clinic: Clinic, protocol_id: str) -> Rollout | None:
    """The clinic's unfinished job for a protocol."""
    unfinished = Rollout.objects.for_clinic(clinic).filter(finished_at=None)
    return unfinished.filter(edition__protocol_id=protocol_id).select_related("edition").first()
