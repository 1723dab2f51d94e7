"""Publishing a draft to everybody enrolled, by somebody who has seen what that does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from scheduler.editions import Refused, Stale, publish_draft
from scheduler.editions.drafts import lock
from scheduler.editions.stale import what_changed
from scheduler.models import Clinic, Draft, Event, Rollout
from scheduler.plans.deeds import DECIDED
from scheduler.plans.rollout import running


@dataclass(frozen=True, slots=True)
class Seen:
    """What the effect was worked out from: the draft's revision, and the last change of a person to a plan.

    Claims and new enrolments do not count: they take nothing from what the person decided.
    """

    revision: int
    change: int

    def __str__(self) -> str:
        return f"{self.revision}.{self.change}"

    @classmethod
    def read(cls, text: str) -> "Seen":
        """As `str` writes it. Raises ValueError."""
        revision, _, change = text.partition(".")
        return cls(int(revision), int(change))


def seen_now(draft: Draft) -> Seen:
    return Seen(draft.revision, _last_change(draft.clinic, draft.protocol_id))


def refuse_stale(draft: Draft, seen: Seen) -> None:
    """Raises Stale where the draft, or a plan that it would change, is not what it was."""
    if draft.revision != seen.revision:
        raise Stale(what_changed(draft, seen.revision))
    if _last_change(draft.clinic, draft.protocol_id) != seen.change:
        raise Stale(_who_changed(draft.clinic, draft.protocol_id, seen.change))


def _changes(clinic: Clinic, protocol_id: str) -> QuerySet[Event]:
    """The events by which a person changed a plan of this protocol."""
    return Event.objects.for_clinic(clinic).filter(
        kind__in=DECIDED, episode__edition__protocol_id=protocol_id
    )


def _last_change(clinic: Clinic, protocol_id: str) -> int:
    """The newest of them; 0: none."""
    return _changes(clinic, protocol_id).aggregate(last=Max("pk"))["last"] or 0


def publish_to_everybody(
    clinic: Clinic,
    protocol_id: str,
    *,
    seen: Seen,
    expected: Mapping[str, int],
    reason: str,
    approved_by: str,
    actor: str,
    now: datetime,
) -> Rollout:
    """Make the draft the next edition, and begin to bring it to everybody enrolled; `carry_out` goes on.

    `expected` are the counts of the effect worked out just before: the job tells where it differs. Raises
    Stale where people changed something since `seen`, and Refused for all else that stands in the way; then
    nothing is written.
    """
    with transaction.atomic():
        lock(clinic)
        if before := running(clinic, protocol_id):
            sentence = _("Edition %(number)s is still on its way to everybody. Wait until it is done.") % {
                "number": before.edition.number
            }
            raise Refused("rollout-running", sentence)
        if _last_change(clinic, protocol_id) != seen.change:
            raise Stale(_who_changed(clinic, protocol_id, seen.change))
        edition = publish_draft(
            clinic, protocol_id, seen_revision=seen.revision, reason=reason, approved_by=approved_by,
            actor=actor, now=now, same_too=bool(expected.get("changed")),
        )  # fmt: skip
        return Rollout.objects.create(
            clinic=clinic,
            edition=edition,
            expected=dict(expected),
            started_by=actor,
            started_at=now,
            moved_at=now,
        )


def _who_changed(clinic: Clinic, protocol_id: str, since: int) -> str:
    last = _changes(clinic, protocol_id).filter(pk__gt=since).order_by("pk").last()
    if last is None:
        return _("Plans were changed meanwhile, so this is not the effect any more. Look at it again.")
    said = _("Plans were changed meanwhile by %(who)s, so this is not the effect any more. Look at it again.")
    return said % {"who": last.actor}
