"""The link to a patient's page: a new one, or none until there is one. It is the patient's, not a plan's.

Texts that a worker holds are noticed by their plans' revision: they are written anew before they go.
"""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.doing import read_reason
from scheduler.changes.loaded import find
from scheduler.changes.refused import Stale, refuse
from scheduler.dates import moment
from scheduler.enrolment.contact import new_token
from scheduler.history import note
from scheduler.models import Clinic, Episode, Event, Patient
from scheduler.plans.renewal import lock

RENEWED, REVOKED = "page-link-renewed", "page-link-revoked"
SINCE = {
    RENEWED: gettext_lazy("%(actor)s renewed the link on %(when)s: %(why)s. Look again."),
    REVOKED: gettext_lazy("%(actor)s revoked the link on %(when)s: %(why)s. Look again."),
}


def renew_link(clinic: Clinic, episode_id: int, now: datetime, *, actor: str, why: str, seen: str) -> Patient:
    """A new link; the old one finds nothing. Raises Refused, or Stale where it is not the one of `seen`."""
    return _change(clinic, episode_id, RENEWED, now, actor=actor, why=why, seen=seen)


def revoke_link(
    clinic: Clinic, episode_id: int, now: datetime, *, actor: str, why: str, seen: str
) -> Patient:
    """The link finds nothing, and what is to come has none until it is renewed. Raises Refused or Stale."""
    return _change(clinic, episode_id, REVOKED, now, actor=actor, why=why, seen=seen)


def seen_of(patient: Patient) -> str:
    """Stands for the link that a person looked at; it cannot be turned back into the link."""
    state = f"{patient.page_token}{patient.page_revoked_at or ''}"
    return hashlib.sha256(state.encode()).hexdigest()[:16]


@transaction.atomic
def _change(
    clinic: Clinic, episode_id: int, kind: str, now: datetime, *, actor: str, why: str, seen: str
) -> Patient:
    why = read_reason(why)
    lock([find(clinic, episode_id).patient_id])
    episode = find(clinic, episode_id)
    patient = episode.patient
    if seen_of(patient) != seen:
        raise Stale(_since(episode))
    if kind == REVOKED and patient.page_revoked_at:
        raise refuse("revoked", _("The link is revoked already."))
    if kind == RENEWED:
        patient.page_token, patient.page_revoked_at = new_token(), None
    else:
        patient.page_revoked_at = now
    patient.save(update_fields=["page_token", "page_revoked_at"])
    running = Episode.objects.for_clinic(clinic).filter(patient=patient)
    running.exclude(state=Episode.State.CANCELLED).update(revision=F("revision") + 1)
    # Neither link stands in the event: whoever reads the history shall not be able to open the page.
    note(clinic, kind, actor=actor, now=now, episode=episode, why=why)
    return patient


def _since(episode: Episode) -> str:
    told = Event.objects.for_clinic(episode.clinic).filter(
        kind__in=SINCE, episode__patient=episode.patient_id
    )
    last = told.order_by("-pk").first()
    if last is None:
        return _("The link has changed since you looked at it. Look again.")
    when = moment(episode.timezone, last.at)
    return SINCE[last.kind] % {"actor": last.actor, "when": when, "why": last.details["why"]}
