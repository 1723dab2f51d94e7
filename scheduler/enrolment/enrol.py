"""Enrolling: checked as a whole, written as a whole, and once however often it is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.enrolment.checking import (
    Checked,
    Known,
    Typed,
    check,
    identity_of,
    read,
    ready,
    refuse_unknown_protocol,
)
from scheduler.enrolment.further import add_treatment
from scheduler.enrolment.patients import NEW, Reached, reached_by
from scheduler.enrolment.request import Conflict, Enrolment, Refused
from scheduler.enrolment.rows import wishes
from scheduler.enrolment.writing import write
from scheduler.models import Clinic, Episode, Event, Patient
from scheduler.wake import wake_workers

KNOWN = """
    SELECT EXISTS (SELECT 1 FROM scheduler_episode WHERE clinic_id = %s AND identity = %s),
        EXISTS (SELECT 1 FROM scheduler_patient WHERE clinic_id = %s AND mobile = %s),
        EXISTS (SELECT 1 FROM scheduler_patient WHERE clinic_id = %s AND LOWER(email) = %s)
"""
DIFFERENT = {
    "answers": gettext_lazy("other answers were given"),
    "site": gettext_lazy("another leg was given"),
    "channels": gettext_lazy("other ways to reach the patient were chosen"),
    "detail": gettext_lazy("its texts were to say more, or less"),
    "fewer_texts": gettext_lazy("more texts were wanted, or fewer"),
}


@dataclass(frozen=True)
class Enrolled:
    """`created` is false where this very enrolment had been made before."""

    episode: Episode
    created: bool


def enrol(asked: Enrolment, actor: str, now: datetime) -> Enrolled:
    """Enrol a patient; the same enrolment again returns the first. It counts from the minute that has begun.

    A treatment of a patient who is known already is planned together with the others that are running.
    Raises Refused with every fault, or Conflict where the patient is enrolled with something else said.
    Nothing is written then.
    """
    minute = now.replace(second=0, microsecond=0)
    refuse_unknown_protocol(asked.protocol_id)
    typed = read(asked)
    # Before the checks: what was accepted once is answered alike when it is asked again a day later.
    identity = identity_of(asked.protocol_id, typed)
    before, reached = _look(asked.clinic, typed, identity)
    if before and identity and (first := _find(asked, identity)):
        return _same_again(asked, typed, first)
    checked = check(asked, typed, minute, known=Known(ready(asked), reached))
    try:
        if checked.patient:
            episode = add_treatment(asked, checked, checked.patient, actor, now)
        else:
            episode = _write(asked, checked, actor)
    except IntegrityError:
        # Another request was quicker with the same enrolment.
        first = _find(asked, checked.identity)
        if first is None:
            raise
        return _same_again(asked, typed, first)
    return Enrolled(episode, created=True)


def _look(clinic: Clinic, typed: Typed, identity: str | None) -> tuple[bool, Reached]:
    """Whether this enrolment was made before, and who has its addresses.

    Mostly neither is there, which one statement of plain SQL finds out for a tenth.
    """
    pk = clinic.pk
    values: list[Any] = [pk, identity or "", pk, typed.mobile, pk, typed.email.lower()]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, values)
        before, by_mobile, by_email = cursor.fetchone()
    anybody = (by_mobile and typed.mobile) or (by_email and typed.email)
    return bool(before), reached_by if anybody else _nobody


def _nobody(clinic: Clinic, mobile: str, email: str) -> tuple[Patient, ...]:
    return ()


def _find(asked: Enrolment, identity: str) -> Episode | None:
    return Episode.objects.for_clinic(asked.clinic).filter(identity=identity).first()


@transaction.atomic
def _write(asked: Enrolment, checked: Checked, actor: str) -> Episode:
    [episode] = write([(asked, checked)], actor)
    wake_workers()
    return episode


def _same_again(asked: Enrolment, typed: Typed, first: Episode) -> Enrolled:
    """Compared with what was said at enrolment: a later edit of the episode makes no difference."""
    if typed.faults:
        raise Refused(typed.faults)
    said = Event.objects.for_clinic(asked.clinic).get(episode=first, kind="enrolled").details
    now_said = {"answers": dict(asked.answers), "site": typed.site, "channels": list(typed.channels)}
    now_said |= wishes(typed)
    differing = [
        str(sentence) for name, sentence in DIFFERENT.items() if said.get(name) != now_said.get(name)
    ]
    if asked.patient not in ("", NEW, str(first.patient_id)):
        differing.append(_("it belongs to patient %(patient_id)s") % {"patient_id": first.patient_id})
    if differing:
        raise Conflict(
            {
                "patient": _(
                    "This patient is already enrolled for this treatment (episode %(pk)s), and there "
                    "%(differing)s. Nothing was changed. If the first enrolment is wrong, correct that one."
                )
                % {"pk": first.pk, "differing": _(" and ").join(differing)}
            },
            episode=first.pk,
        )
    return Enrolled(first, created=False)
