"""Who is the same patient: the record of this clinic that a person chose, or a new one.

A record of the same name with the same number or email address is proposed, and never taken unasked. Another
name with the same number is somebody else: families share telephones.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler import dates
from scheduler.domain import localtime
from scheduler.domain.stored import PENDING
from scheduler.enrolment.request import Enrolment
from scheduler.models import Clinic, Episode, Patient, Reminder
from scheduler.senders import leaves_for_real

NEW = "new"
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
#: so many records are proposed at the most
PROPOSED = 5
#: the texts of one plan leave, those of the other never do
CANNOT_JOIN_OUTBOX = gettext_lazy(
    "The texts of this patient's running plan go to the outbox, and those of a new one really leave: they "
    "cannot be planned together. Say that it is a new patient, or cancel the running plan first."
)
CANNOT_JOIN_LIVE = gettext_lazy(
    "The texts of this patient's running plan really leave, and those of a new one go to the outbox: they "
    "cannot be planned together. Say that it is a new patient, or cancel the running plan first."
)
UNKNOWN = gettext_lazy(
    "This clinic has no such patient. Give the number of one of its records, or say that it is a new one."
)


@dataclass(frozen=True)
class Who:
    """`patient` is the chosen record, None where a new one is made. `fault` says why nobody is decided on.

    `alike` are the records that may be meant, the newest first.
    """

    patient: Patient | None = None
    fault: str = ""
    alike: tuple[Patient, ...] = ()


#: who has a number or an email address in a clinic, the newest record first
Reached = Callable[[Clinic, str, str], Iterable[Patient]]


def who(asked: Enrolment, name: str, mobile: str, email: str, reached: Reached | None = None) -> Who:
    """Whom the enrolment is for. `name` and the addresses are as they were read; empty: not known yet.

    `reached` is at hand where it was asked for many enrolments at once.
    """
    if asked.patient == NEW:
        return Who()
    if not asked.patient:
        alike = alike_in(asked.clinic, name, mobile, email, reached)
        return Who(fault=_question(alike), alike=alike) if alike else Who()
    patient = record(asked.clinic, asked.patient)
    if patient is None:
        return Who(fault=str(UNKNOWN))
    if name and not _same_name(name, patient.name):
        return Who(
            fault=_("Patient %(pk)s has another name. Check the number, or say that it is a new one.")
            % {"pk": patient.pk}
        )
    if _apart(asked.clinic, [patient.pk]):
        return Who(fault=_cannot_join(asked.clinic))
    return Who(patient)


def record(clinic: Clinic, typed: str) -> Patient | None:
    """One of the clinic's patients; another clinic's is as unknown as one that never was."""
    if not NUMBER.fullmatch(typed):
        return None
    return Patient.objects.for_clinic(clinic).filter(pk=int(typed)).first()


def records_for(asked: Enrolment, name: str, mobile: str, email: str) -> tuple[Patient, ...]:
    """Whom a form offers: the records that may be meant, and the one that is chosen already."""
    alike = alike_in(asked.clinic, name, mobile, email)
    chosen = record(asked.clinic, asked.patient)
    return alike if chosen is None or chosen in alike else (chosen, *alike)


def alike_in(
    clinic: Clinic, name: str, mobile: str, email: str, reached: Reached | None = None
) -> tuple[Patient, ...]:
    """Records of the same name that are reached in the same way."""
    if not name or not (mobile or email):
        return ()
    # So few share an address that the names can be compared here, where `casefold` is at hand.
    found = (reached or reached_by)(clinic, mobile, email)
    named = [patient for patient in found if _same_name(name, patient.name)]
    apart = _apart(clinic, [patient.pk for patient in named]) if named else set()
    return tuple(patient for patient in named if patient.pk not in apart)[:PROPOSED]


def reached_by(clinic: Clinic, mobile: str, email: str) -> "QuerySet[Patient]":
    """Whoever has the number or the email address, the newest record first; one of them has to be given."""
    same = Q(mobile=mobile) if mobile else Q()
    if email:
        same |= Q(Exact(Lower("email"), email.lower()))
    return Patient.objects.for_clinic(clinic).filter(same).order_by("-pk")


def _same_name(one: str, other: str) -> bool:
    return _squeezed(one) == _squeezed(other)


def _squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def _apart(clinic: Clinic, patients: Iterable[int]) -> set[int]:
    """Whose texts still to come go elsewhere than a new one's: into the outbox, or out of it."""
    pending = Reminder.objects.for_clinic(clinic).filter(episode=OuterRef("pk"), status__in=list(PENDING))
    running = Episode.objects.for_clinic(clinic).filter(
        Exists(pending), patient__in=list(patients), outbox_only=leaves_for_real(clinic)
    )
    return set(running.exclude(state=Episode.State.CANCELLED).values_list("patient_id", flat=True))


def _cannot_join(clinic: Clinic) -> str:
    return str(CANNOT_JOIN_OUTBOX if leaves_for_real(clinic) else CANNOT_JOIN_LIVE)


def _question(alike: Iterable[Patient]) -> str:
    known = "; ".join(
        _("patient %(pk)s, %(treated)s") % {"pk": patient.pk, "treated": last_treated(patient)}
        for patient in alike
    )
    return _(
        "A patient of this name with this number or email address is known already: %(known)s. Is"
        " it the same person?"
    ) % {"known": known}


def last_treated(patient: Patient) -> str:
    """Treated on Fri 20 Nov 2026, left leg: by which staff know a record."""
    newest = treatments(patient).first()
    return (
        _("treated on %(treatment)s") % {"treatment": said_of_treatment(newest)}
        if newest
        else _("not treated yet")
    )


def treatments(patient: Patient) -> "QuerySet[Episode]":
    """All of a patient's, the newest first."""
    return Episode.objects.for_clinic(patient.clinic).filter(patient=patient).order_by("-treated_at", "-pk")


def said_of_treatment(episode: Episode) -> str:
    day = localtime.local_date(episode.timezone, episode.treated_at)
    said = {"left": _("%(day)s, left leg"), "right": _("%(day)s, right leg")}.get(episode.site, "%(day)s")
    return said % {"day": dates.day_and_year(day)}
