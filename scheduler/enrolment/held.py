"""Enrolments in which something is missing: kept as they were typed until a person goes on or lets them go.

They send nothing. Once one is closed, nothing of what was typed is kept here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.enrolment.enrol import Enrolled, enrol
from scheduler.enrolment.request import Enrolment, Refused
from scheduler.history import note
from scheduler.models import Clinic, Episode, HeldEnrolment

#: by one of these it is found again
TOLD_APART = ("name", "mobile", "email")
#: characters of one field
MOST = 500
#: why one is let go; chosen and not typed, so that no patient is named where it is kept
REASONS: Final[Mapping[str, Promise]] = {
    "enrolled-otherwise": gettext_lazy("The patient was enrolled in another way"),
    "not-wanted": gettext_lazy("The patient does not want messages"),
    "mistake": gettext_lazy("It was held by mistake"),
}
NOBODY = gettext_lazy("Give a name, a mobile number or an email address: nobody would know who is meant.")
GONE = gettext_lazy("Somebody has seen to this held enrolment meanwhile.")
CHANGED = gettext_lazy(
    "%(who)s held this on while you had it open. Open it again under Attention; what is saved from here is "
    "held beside it."
)

NOT_AS_SEEN = gettext_lazy(
    "%(who)s held this on while you had it open. Open it again under Attention; who is enrolled from here is "
    "enrolled as it stands here, and what is held stays there."
)


def waiting(clinic: Clinic) -> "QuerySet[HeldEnrolment]":
    """Those that wait for a person, the oldest first."""
    return HeldEnrolment.objects.for_clinic(clinic).filter(closed_at=None).order_by("held_at", "pk")


def find(clinic: Clinic, number: int) -> HeldEnrolment | None:
    """One that waits; None where it does not any more, or is another clinic's."""
    return waiting(clinic).filter(pk=number).first()


@transaction.atomic
def hold(
    clinic: Clinic,
    typed: Mapping[str, str],
    actor: str,
    now: datetime,
    number: int | None = None,
    *,
    seen: str = "",
) -> HeldEnrolment:
    """Keep what was typed; the same again of the same person is the same. Raises Refused.

    `number` is of one that is held already: it has what was typed now. `seen` is `seen_of` it as the person
    found it, where that is known: what somebody else typed since is not overwritten.
    """
    said = _kept(typed)
    # A second click waits here for the first.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if number is not None:
        return _hold_on(clinic, said, actor, now, number, seen)
    mine = waiting(clinic).filter(held_by=actor)
    if same := next((held for held in mine if held.typed == said), None):
        return same
    held = HeldEnrolment.objects.create(clinic=clinic, typed=said, held_by=actor, held_at=now)
    note(clinic, "enrolment-held", actor=actor, now=now, held=held.pk)
    return held


def seen_of(held: HeldEnrolment) -> str:
    """Stands for what is kept of it now."""
    return held.held_at.isoformat()


def _hold_on(
    clinic: Clinic, said: dict[str, str], actor: str, now: datetime, number: int, seen: str
) -> HeldEnrolment:
    held = _locked(clinic, number)
    if held.typed != said:
        if seen and seen_of(held) != seen:
            raise Refused({"held": CHANGED % {"who": held.held_by}})
        held.typed, held.held_by, held.held_at = said, actor, now
        held.save(update_fields=["typed", "held_by", "held_at"])
        note(clinic, "enrolment-held", actor=actor, now=now, held=held.pk)
    return held


def _kept(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without what the databases cannot keep."""
    said = {name: value.replace("\0", "") for name, value in typed.items() if value.strip()}
    if long := [name for name, value in said.items() if len(value) > MOST]:
        raise Refused({name: _("This is too long to be kept.") for name in long})
    if not any(said.get(name) for name in TOLD_APART):
        raise Refused({"name": NOBODY})
    return said


@transaction.atomic
def enrol_held(number: int, asked: Enrolment, actor: str, now: datetime, *, seen: str = "") -> Enrolled:
    """Enrol, and close what was held: both or neither. Raises Refused as `enrol` does.

    A second click finds it closed and the patient enrolled, which is the same again. `seen` as with `hold`.
    """
    held = HeldEnrolment.objects.for_clinic(asked.clinic).select_for_update().filter(pk=number).first()
    if held and held.closed_at is None and seen and seen_of(held) != seen:
        raise Refused({"held": NOT_AS_SEEN % {"who": held.held_by}})
    done = enrol(asked, actor, now)
    if held and held.closed_at is None:
        _close(held, actor, now, done.episode)
        note(asked.clinic, "held-enrolled", actor=actor, now=now, episode=done.episode, held=held.pk)
    elif done.created:
        raise Refused({"held": GONE})
    return done


@transaction.atomic
def discard(clinic: Clinic, number: int, reason: str, actor: str, now: datetime) -> None:
    """Let one go. Raises Refused without one of REASONS, and where somebody was quicker."""
    if reason not in REASONS:
        raise Refused({"reason": _("Say why it is let go.")})
    held = _locked(clinic, number)
    _close(held, actor, now)
    note(clinic, "held-discarded", actor=actor, now=now, reason=reason, held=held.pk)


def _locked(clinic: Clinic, number: int) -> HeldEnrolment:
    held = waiting(clinic).select_for_update().filter(pk=number).first()
    if held is None:
        raise Refused({"held": GONE})
    return held


def _close(held: HeldEnrolment, actor: str, now: datetime, episode: Episode | None = None) -> None:
    held.typed, held.closed_at, held.closed_by, held.episode = {}, now, actor, episode
    held.save(update_fields=["typed", "closed_at", "closed_by", "episode"])
