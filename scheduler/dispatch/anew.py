"""Planning patients anew from within the dispatcher: after an outage, and where a change could not.

Who plans a patient holds the patient's row first and the reminders after it. A claim has reminders already,
so it never waits: whom somebody else holds, it leaves for the next claim.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Count

from scheduler.dispatch.row import Row
from scheduler.domain.opening import MISSED
from scheduler.domain.phases import SECOND
from scheduler.domain.protocol import OPENERS
from scheduler.domain.status import Status
from scheduler.models import Episode, Reminder
from scheduler.plans.cases import UNREADABLE, load_cases
from scheduler.plans.renewal import lock, write

log = structlog.get_logger(__name__)

#: a text that should have left so long ago was held up by more than a queue
LATE = timedelta(hours=1)
#: a text that ended so carries nothing any more
ENDED = (Status.SKIPPED, Status.FAILED, Status.CANCELLED)


def held_up(patients: Collection[int], now: datetime) -> set[int]:
    """Those of the patients for whom several texts are overdue. What a pause holds does not count."""
    if not patients:
        return set()
    overdue = Reminder.objects.across_clinics().filter(
        episode__patient__in=patients,
        status=Status.SCHEDULED,
        due_at__lte=now - LATE,
        try_at__lte=now + LATE,
    )
    running = overdue.exclude(episode__state=Episode.State.PAUSED, critical=False)
    several = running.values("episode__patient").annotate(texts=Count("pk")).filter(texts__gte=MISSED)
    return set(several.values_list("episode__patient", flat=True))


def opens(row: Row) -> bool:
    """Whether it says what holds, at the beginning of a plan that runs or of one that was made anew."""
    try:
        message = row.protocol.messages[row.reminder.message]
    except UNREADABLE:
        return False
    return message.kind in OPENERS and row.episode.state != Episode.State.CANCELLED


def hold(patients: Collection[int]) -> set[int]:
    """Hold these patients' plans with all their reminders, without waiting; return whose are held."""
    if not patients:
        return set()
    held = set(lock(patients, busy_too=False))
    if not connection.features.has_select_for_update_skip_locked:
        return held
    theirs = Reminder.objects.across_clinics().filter(episode__patient__in=held)
    free = set(theirs.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    return held - {patient for pk, patient in theirs.values_list("pk", "episode__patient") if pk not in free}


def plan_anew(patients: Collection[int], now: datetime, *, worker: str) -> set[int]:
    """Plan patients anew that the transaction holds; return whose plan could be made.

    One whose rows hold nonsense keeps the plan that stands, and holds up no other.
    """
    if not patients:
        return set()
    # What was due by now has had its turn; so the plan begins with the next second.
    begins = now.replace(microsecond=0) + SECOND
    try:
        with transaction.atomic():
            write(load_cases(sorted(patients)), begins, actor=worker)
    except UNREADABLE:
        if len(patients) == 1:
            log.exception("patient cannot be planned anew", patient=next(iter(patients)))
            return set()
        return {one for patient in patients for one in plan_anew([patient], now, worker=worker)}
    return set(patients)
