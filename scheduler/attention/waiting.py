"""The reminders of a clinic that wait for a person: failed, in doubt, stuck, or critical and not sent."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Max, QuerySet, When
from django.db.models.expressions import RawSQL

from scheduler.dispatch.watchdog import LATE
from scheduler.domain.row_number import row_number
from scheduler.domain.status import AttemptStatus
from scheduler.models import Attempt, Clinic, Edition, Reminder
from scheduler.plans.cases import UNREADABLE
from scheduler.plans.courses import course_of_episode
from scheduler.plans.wording import label_in
from scheduler.sets import stamp

#: a worker that is there sees to an expired lease in seconds
STUCK = timedelta(minutes=5)
#: why a critical text was not sent that nothing else says
UNSAID = ("past-send-by", "opted-out", "paused", "refused-expired")
#: how the keys of corrections begin; a number follows
CORRECTION = "correction-"
# Statuses and marks stand in the text: a partial index is not used for parameters.
FIND = """
    SELECT id FROM scheduler_reminder
    WHERE clinic_id = %s AND status IN ('in_doubt', 'failed', 'undelivered')
    UNION ALL SELECT id FROM scheduler_reminder
    WHERE clinic_id = %s AND status = 'skipped' AND critical AND status_reason IN (UNSAID)
    UNION ALL SELECT id FROM scheduler_reminder
    WHERE clinic_id = %s AND status = 'claimed' AND lease_until <= %s
""".replace("UNSAID", ", ".join(f"'{reason}'" for reason in UNSAID))
OVERDUE = """
    UNION ALL SELECT id FROM scheduler_reminder
    WHERE clinic_id = %s AND status = 'scheduled' AND {queued} AND critical = {critical} AND try_at <= %s
"""
#: one for each of the indexes, so that each is used up to the time
OVERDUE_ONES = [
    OVERDUE.format(queued=queued, critical=critical)
    for queued in ("queued", "NOT queued")
    for critical in ("TRUE", "FALSE")
]
#: the reminders that wait
WAITING = "".join([FIND, *OVERDUE_ONES])


@dataclass(frozen=True, slots=True)
class Waiting:
    """`label` is what staff call it, `attempts` are all tries; `seen` says which state of things this is.

    `replaced`: a later correction says other dates.
    """

    reminder: Reminder
    label: str
    attempts: tuple[Attempt, ...]
    seen: str
    replaced: bool = False

    @property
    def may_have_arrived(self) -> bool:
        doubtful = (AttemptStatus.OPEN, AttemptStatus.IN_DOUBT)
        return any(one.status in doubtful for one in self.attempts)


def waiting(clinic: Clinic, now: datetime) -> "QuerySet[Reminder]":
    """Critical ones first, then those whose time ends first; where it has ended, the newest first."""
    ids = RawSQL(WAITING, values_of(clinic, now))  # noqa: S611 - words of our own
    found = Reminder.objects.for_clinic(clinic).filter(pk__in=ids)
    in_time = Case(When(send_by__gt=now, then="send_by"))
    # Read of those that are shown: a join is free to read every patient that there is.
    return found.prefetch_related("episode__patient").order_by(
        "-critical", in_time.asc(nulls_last=True), "-send_by", "pk"
    )


def values_of(clinic: Clinic, now: datetime) -> list[Any]:
    """What WAITING asks for."""
    values = [clinic.pk, clinic.pk, clinic.pk, stamp(now - STUCK)]
    return values + [value for _ in OVERDUE_ONES for value in (clinic.pk, stamp(now - LATE))]


def find(clinic: Clinic, reminder_id: int, now: datetime) -> Reminder | None:
    """One that waits; None where it does not, or is another clinic's."""
    return waiting(clinic, now).filter(pk=reminder_id).first()


def waiting_rows(reminders: Iterable[Reminder]) -> list[Waiting]:
    """These with their tries, the first one first; the queries do not grow with their number."""
    rows = list(reminders)
    ids = [row.pk for row in rows]
    tries: dict[int, list[Attempt]] = {pk: [] for pk in ids}
    for attempt in Attempt.objects.across_clinics().filter(reminder__in=ids).order_by("created_at", "pk"):
        tries[attempt.reminder_id].append(attempt)
    seen, newest = seen_of(ids), _newest_corrections({row.episode_id for row in rows})
    editions = (
        Edition.objects.across_clinics().defer("protocol").in_bulk({r.episode.edition_id for r in rows})
    )
    return [
        Waiting(
            row, _label(row, editions[row.episode.edition_id]), tuple(tries[row.pk]), seen[row.pk],
            replaced=0 < _correction(row.key) < newest.get(row.episode_id, 0),
        )
        for row in rows
    ]  # fmt: skip


def _newest_corrections(episodes: Set[int]) -> dict[int, int]:
    """The number of the last correction of each."""
    corrections = Reminder.objects.across_clinics().filter(episode__in=episodes, key__startswith=CORRECTION)
    newest: dict[int, int] = {}
    for episode, key in corrections.values_list("episode_id", "key"):
        newest[episode] = max(newest.get(episode, 0), _correction(key))
    return newest


def _correction(key: str) -> int:
    """Which correction of its plan it is; 0: none."""
    return row_number(key.removeprefix(CORRECTION)) if key.startswith(CORRECTION) else 0


def _label(row: Reminder, edition: Edition) -> str:
    try:
        return label_in(course_of_episode(row.episode, edition), row.message, row.due_at)
    except UNREADABLE:
        # Why it waits, perhaps.
        return row.key


def seen_of(ids: list[int]) -> dict[int, str]:
    """A mark of each that changes with everything that happens to it."""
    newest = Reminder.objects.across_clinics().filter(pk__in=ids).annotate(last_event=Max("events"))
    return {pk: str(event or 0) for pk, event in newest.values_list("pk", "last_event")}
