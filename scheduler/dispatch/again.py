"""Where a reminder goes whose text did not arrive, or is nowhere to be found: one more try, the other way, or
to a person."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from scheduler.dispatch.anew import plan_anew
from scheduler.dispatch.consequence import MOST_POSTED, POSTED
from scheduler.dispatch.decide import hold_back
from scheduler.dispatch.release import left_behind_since
from scheduler.dispatch.row import Row
from scheduler.domain.status import Status
from scheduler.history import move
from scheduler.models import Attempt
from scheduler.plans.cases import UNREADABLE


@dataclass(frozen=True, slots=True)
class Onward:
    """`try_at` and `not_by` are for what is scheduled again: not before then, and not by that kind."""

    status: Status
    reason: str
    try_at: datetime | None = None
    not_by: str = ""


def posted(reminders: Collection[int]) -> dict[int, int]:
    """How often each of them was posted, or may have been."""
    tried = Attempt.objects.across_clinics().filter(reminder__in=reminders, status__in=POSTED)
    counted = tried.values("reminder").annotate(times=Count("pk")).order_by()
    return dict(counted.values_list("reminder", "times"))


def once_more(row: Row, times: int, reason: str, at: datetime) -> Onward:
    """One more try at `at`, if it was posted but once and may still leave then; else a person decides."""
    if times < MOST_POSTED and _may_leave(row, at):
        return Onward(Status.SCHEDULED, reason, at)
    return Onward(Status.FAILED, reason)


def _may_leave(row: Row, at: datetime) -> bool:
    """What would only be found too late by the next claim is a person's at once."""
    try:
        held = hold_back(row, at)
    except UNREADABLE:
        return False
    return held is None or held.status is not Status.SKIPPED


def carry_on(
    before: Status, decided: Iterable[tuple[Attempt, Onward]], now: datetime, *, actor: str
) -> list[int]:
    """Move the attempts' reminders on that still stand at `before`; return them.

    The caller's transaction holds their patients. Whose plan was changed meanwhile is planned anew.
    """
    groups: dict[Onward, dict[int, int]] = defaultdict(dict)
    for attempt, onward in decided:
        groups[onward][attempt.reminder_id] = attempt.episode_revision
    moved: list[int] = []
    for onward, revisions in groups.items():
        ids, stand = list(revisions), before
        if onward.status is Status.SKIPPED:
            # What was tried is skipped by way of being planned again: the table has no other.
            ids, stand = move(ids, stand, Status.SCHEDULED, actor=actor, now=now), Status.SCHEDULED
        ids = move(ids, stand, onward.status, reason=onward.reason, actor=actor, now=now, **_fields(onward))
        plan_anew(left_behind_since({pk: revisions[pk] for pk in ids}), now, worker=actor)
        moved += ids
    return moved


def _fields(onward: Onward) -> dict[str, Any]:
    if onward.status is not Status.SCHEDULED:
        return {}
    fields: dict[str, Any] = {"queued": False}
    if onward.try_at:
        fields["try_at"] = onward.try_at
    return fields | ({"not_by": onward.not_by} if onward.not_by else {})
