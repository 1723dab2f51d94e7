"""Whether somebody who is to be enrolled has a plan that is running already."""

from django.db.models import Exists, OuterRef, Q

from scheduler.domain.status import Status
from scheduler.enrolment.checking import read
from scheduler.enrolment.request import Enrolment
from scheduler.models import Episode, Reminder


def already_running(asked: Enrolment) -> list[Episode]:
    """The clinic's plans that still send something to the same number or email address, newest first.

    That is no fault: a patient may be treated twice, and two may share a telephone.
    """
    typed = read(asked)
    same = Q()
    if typed.mobile:
        same |= Q(patient__mobile=typed.mobile)
    if typed.email:
        same |= Q(patient__email__iexact=typed.email)
    if not same:
        return []
    planned = Reminder.objects.for_clinic(asked.clinic).filter(
        episode=OuterRef("pk"), status__in=(Status.SCHEDULED, Status.CLAIMED)
    )
    found = Episode.objects.for_clinic(asked.clinic).filter(same, Exists(planned))
    found = found.exclude(state=Episode.State.CANCELLED).select_related("patient")
    return list(found.order_by("-treated_at", "-pk"))
