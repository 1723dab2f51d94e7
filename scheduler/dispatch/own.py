"""Which of the reminders that a worker claimed are still that claim's to move on."""

from collections.abc import Collection
from dataclasses import dataclass

from scheduler.dispatch.claim import Claimed
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Reminder

#: an attempt that stands so may be with the patient, or soon will be
MAY_ARRIVE = (AttemptStatus.OPEN, AttemptStatus.IN_DOUBT, AttemptStatus.SENT, AttemptStatus.DELIVERED)


@dataclass(frozen=True, slots=True)
class Own:
    """Ids of reminders, locked until the transaction ends."""

    #: the lease is still this claim's
    claimed: frozenset[int] = frozenset()
    #: its lease ran out, and of all attempts only this claim's can have reached the patient
    in_doubt: frozenset[int] = frozenset()


def own(claims: Collection[Claimed], worker: str) -> Own:
    """A worker may wake after others took over: what is theirs by now is in neither set."""
    if not claims:
        return Own()
    leases = {(one.reminder_id, worker, one.lease_until) for one in claims}
    reminders = Reminder.objects.across_clinics().filter(
        pk__in={one.reminder_id for one in claims}, status__in=[Status.CLAIMED, Status.IN_DOUBT]
    )
    locked = list(reminders.select_for_update().order_by("pk"))
    held = {r.pk for r in locked if (r.pk, r.lease_owner, r.lease_until) in leases}
    doubtful = {r.pk for r in locked if r.status == Status.IN_DOUBT}
    return Own(frozenset(held), frozenset(_undisputed(doubtful, claims)))


def _undisputed(doubtful: set[int], claims: Collection[Claimed]) -> set[int]:
    if not doubtful:
        return set()
    mine = {one.outgoing.attempt_id for one in claims}
    attempts = Attempt.objects.across_clinics().filter(reminder__in=doubtful).defer("text")
    claimed_at = {a.reminder_id: a.created_at for a in attempts if a.pk in mine}
    others = [a for a in attempts if a.pk not in mine]
    return doubtful - {
        a.reminder_id for a in others if a.status in MAY_ARRIVE or a.created_at > claimed_at[a.reminder_id]
    }
