"""Whether somebody who is to be enrolled has a plan that is running already."""

from django.db.models import Exists, OuterRef, Q

from scheduler.domain.status import Status
from scheduler.enrolment.checking import read
from scheduler.enrolment.patients import NEW, reached_by, records_for
from scheduler.enrolment.request import Enrolment
from scheduler.models import Episode, Patient, Reminder


def already_running(asked: Enrolment) -> list[Episode]:
    """The clinic's plans that still send something to the same number or email address, newest first.

    That is no fault: two may share a telephone. Plans of whoever is or may be meant are left out.
    """
    typed = read(asked)
    if not (typed.mobile or typed.email):
        return []
    same = Q(patient__in=reached_by(asked.clinic, typed.mobile, typed.email).order_by())
    planned = Reminder.objects.for_clinic(asked.clinic).filter(
        episode=OuterRef("pk"), status__in=(Status.SCHEDULED, Status.CLAIMED)
    )
    found = Episode.objects.for_clinic(asked.clinic).filter(same, Exists(planned))
    found = found.exclude(state=Episode.State.CANCELLED).select_related("patient")
    if asked.patient != NEW:
        found = found.exclude(patient__in=offered(asked))
    return list(found.order_by("-treated_at", "-pk"))


def offered(asked: Enrolment) -> tuple[Patient, ...]:
    """The records of which a form asks whether one of them is meant."""
    typed = read(asked)
    return records_for(asked, typed.name, typed.mobile, typed.email)
