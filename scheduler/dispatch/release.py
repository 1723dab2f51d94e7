"""Giving up what was provably not posted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from scheduler.dispatch.anew import ENDED, plan_anew
from scheduler.dispatch.claim import Claimed
from scheduler.dispatch.decide import Decision, by_decision
from scheduler.dispatch.own import own
from scheduler.domain.status import AttemptStatus, Status
from scheduler.history import move
from scheduler.models import Attempt, Reminder
from scheduler.plans.renewal import lock

NOT_OURS = Decision(Status.SCHEDULED, "not-ours")


def release_attempts(ids: Iterable[UUID], now: datetime, code: str = "") -> None:
    """Nobody was asked, also where the lease ran out meanwhile and they were taken to be in doubt."""
    unsettled = [AttemptStatus.OPEN, AttemptStatus.IN_DOUBT]
    attempts = Attempt.objects.across_clinics().filter(pk__in=list(ids), status__in=unsettled)
    attempts.update(status=AttemptStatus.RELEASED, error_code=code, recorded_at=now, look_at=None)


@transaction.atomic
def release(decided: Sequence[tuple[Claimed, Decision]], now: datetime, *, worker: str) -> None:
    """Give up claims: the attempts are released, and the reminders move on that nobody else took over.

    Whose plan was changed after the claim is planned anew: the change could not touch what was claimed.
    """
    if not decided:
        return
    lock({one.patient_id for one, _ in decided})
    release_attempts((one.outgoing.attempt_id for one, _ in decided), now)
    still = own([one for one, _ in decided], worker)
    # Their lease ran out, and they became in doubt; we know that they were not posted.
    move(still.in_doubt, Status.IN_DOUBT, Status.SCHEDULED, reason="not-posted", actor=worker, now=now)
    for decision, ids in by_decision((one.reminder_id, decision) for one, decision in decided).items():
        again: dict[str, Any] = {"try_at": decision.try_at} if decision.try_at else {}
        held = still.claimed.intersection(ids)
        move(held, Status.CLAIMED, decision.status, reason=decision.reason, actor=worker, now=now, **again)
    given_up = [one for one, _ in decided if one.reminder_id in still.claimed | still.in_doubt]
    plan_anew(left_behind(given_up), now, worker=worker)


def unposted(claimed: Iterable[Claimed]) -> Iterator[tuple[Claimed, Decision]]:
    """What a worker that stops gives back."""
    return ((one, Decision(Status.SCHEDULED, "worker-stopped")) for one in claimed)


def left_behind(given_up: Iterable[Claimed]) -> set[int]:
    """The patients to plan anew after claims were given up.

    A change that came meanwhile could not touch what was claimed; and what a text carried for another
    treatment is lost with it.
    """
    return left_behind_since({one.reminder_id: one.revision for one in given_up})


def left_behind_since(revisions: Mapping[int, int]) -> set[int]:
    """The same of reminders, each with the revision that its text was written at."""
    if not revisions:
        return set()
    carried = Reminder.objects.across_clinics().filter(host=OuterRef("pk"), status=Status.FOLDED)
    found = (
        Reminder.objects.across_clinics()
        .filter(pk__in=revisions, status__in=(Status.SCHEDULED, *ENDED))
        .annotate(carries=Exists(carried.exclude(episode=OuterRef("episode"))))
        .values_list("pk", "status", "carries", "episode__patient", "episode__revision")
    )
    return {
        patient
        for pk, status, carries, patient, revision in found
        if revision != revisions[pk] or (carries and status in ENDED)
    }
