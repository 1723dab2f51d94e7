"""A change in two steps: its effect, which writes nothing, and then doing it."""

import unicodedata
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from scheduler.changes.effect import Foreseen, PlanEffect, foresee
from scheduler.changes.loaded import Loaded, find, load
from scheduler.changes.refused import Refused, Stale, refuse
from scheduler.changes.stale import BY_ITSELF, changes_since
from scheduler.changes.wanted import Change, chosen_times
from scheduler.domain.status import Status
from scheduler.domain.stored import Stored
from scheduler.enrolment.contact import new_token
from scheduler.history import move
from scheduler.models import Clinic, Episode, Event, Patient, Reminder
from scheduler.plans.deeds import compact
from scheduler.plans.renewal import lock, write

LONGEST_REASON = 300


def effect_of(
    clinic: Clinic, episode_id: int, change: Change, now: datetime, *, seen_revision: int | None = None
) -> PlanEffect:
    """What it would do at `now` (UTC). Raises Refused where it cannot be done, or would do nothing.

    Raises Stale where the plan is not at `seen_revision`, if one is given.
    """
    if seen_revision is None:
        return foresee(load(clinic, episode_id, now), change).effect
    loaded, foreseen = _foresee(clinic, episode_id, change, now, seen_revision)
    if loaded.episode.revision != seen_revision:
        raise Stale(changes_since(loaded.episode, seen_revision) or BY_ITSELF)
    return foreseen.effect


def change_plan(
    clinic: Clinic,
    episode_id: int,
    change: Change,
    now: datetime,
    *,
    actor: str,
    why: str,
    seen_revision: int,
    seen: str = "",
) -> PlanEffect:
    """Do it, and return what it did, with the new revision. Raises Refused or Stale, having written nothing.

    `seen_revision`, and `seen` where it is known, are those of the effect that the person looked at. With
    `seen` what counts is whether the effect is still that one; without, whether the plan's revision is.
    """
    why = read_reason(why)
    with transaction.atomic():
        # Whoever plans a patient anew holds the patient's row: from here on nobody else does.
        lock([find(clinic, episode_id).patient_id])
        loaded, foreseen = _foresee(clinic, episode_id, change, now, seen_revision)
        if _is_another(foreseen.effect, seen_revision, seen):
            raise Stale(changes_since(loaded.episode, seen_revision) or BY_ITSELF)
        _store(loaded, foreseen, actor)
        write({loaded.patient.pk: foreseen.after.case}, now, actor=actor)
        _look_again(foreseen)
        revision = _tell(loaded, foreseen, change.kind, actor, why)
    return replace(foreseen.effect, revision=revision)


def read_reason(typed: str) -> str:
    """Why it is done, in one line. Raises Refused."""
    why = " ".join(typed.split())
    if not why:
        raise refuse("no-reason", _("Say why this is done."), "why")
    if len(why) > LONGEST_REASON:
        raise refuse(
            "long-reason",
            _("A reason has %(longest_reason)s characters at the most.") % {"longest_reason": LONGEST_REASON},
            "why",
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in why):
        raise refuse(
            "wrong-reason", _("The reason has characters that cannot be shown. Type it again."), "why"
        )
    return why


def _foresee(
    clinic: Clinic, episode_id: int, change: Change, now: datetime, seen_revision: int
) -> tuple[Loaded, Foreseen]:
    try:
        loaded = load(clinic, episode_id, now)
        return loaded, foresee(loaded, change)
    except Refused:
        # It may be impossible just because of what somebody else did since; then that is what to say.
        if since := changes_since(find(clinic, episode_id), seen_revision):
            raise Stale(since) from None
        raise


def _is_another(effect: PlanEffect, seen_revision: int, seen: str) -> bool:
    return effect.seen != seen if seen else effect.revision != seen_revision


def _store(loaded: Loaded, foreseen: Foreseen, actor: str) -> None:
    """What the person decides; what follows from it, the new plan writes."""
    wanted, clinic = foreseen.wanted, loaded.clinic
    if wanted.episode:
        Episode.objects.for_clinic(clinic).filter(pk=loaded.episode.pk).update(**wanted.episode)
    if wanted.patient:
        Patient.objects.for_clinic(clinic).filter(pk=loaded.patient.pk).update(**wanted.patient)
    if wanted.new_link:
        Patient.objects.for_clinic(clinic).filter(pk=loaded.patient.pk).update(page_token=new_token())
    if wanted.own_times:
        mine = [row.id for row in chosen_times(loaded)]
        Reminder.objects.for_clinic(clinic).filter(pk__in=mine).update(moved_to=None)
    if wanted.row and not _store_reminder(loaded, wanted.row, foreseen, actor):
        # A worker took it since it was read.
        raise refuse("not-planned", _("It is being sent right now."), "key")


def _store_reminder(loaded: Loaded, row: Stored, foreseen: Foreseen, actor: str) -> bool:
    """Whether it was still there to be changed."""
    wanted = foreseen.wanted.reminder
    if wanted.get("status") is Status.SKIPPED:
        return bool(
            move([row.id], row.status, Status.SKIPPED, reason=wanted["reason"], actor=actor, now=loaded.now)
        )
    planned = Reminder.objects.for_clinic(loaded.clinic).filter(pk=row.id, status=Status.SCHEDULED)
    return bool(planned.update(**wanted))


def _look_again(foreseen: Foreseen) -> None:
    """While a plan is paused workers put off what was due; now they look at it when it is due."""
    if foreseen.wanted.episode.get("state") != Episode.State.ACTIVE:
        return
    waiting = Reminder.objects.for_clinic(foreseen.after.clinic).filter(
        episode=foreseen.after.episode.pk, status=Status.SCHEDULED
    )
    waiting.update(try_at=F("due_at"))


def _tell(loaded: Loaded, foreseen: Foreseen, kind: str, actor: str, why: str) -> int:
    """One event: who did it and why, the values before and after, what became of each reminder.

    Return the episode's revision.
    """
    running = Episode.objects.for_clinic(loaded.clinic).filter(patient=loaded.patient)
    if foreseen.after.episode.state == Episode.State.CANCELLED:
        # The new plan leaves cancelled ones alone; who looked at this one before must notice all the same.
        running.filter(pk=loaded.episode.pk).update(revision=F("revision") + 1)
    revisions = {str(number): revision for number, revision in running.values_list("pk", "revision")}
    Event.objects.create(
        clinic=loaded.clinic,
        episode=loaded.episode,
        reminder_id=foreseen.wanted.row.id if foreseen.wanted.row else None,
        kind=kind,
        actor=actor,
        at=loaded.now,
        details={
            "why": why,
            "changed": foreseen.facts,
            "steps": compact(foreseen.effect.diff.steps),
            "revisions": revisions,
        },
    )
    return revisions[str(loaded.episode.pk)]
