"""The patient's plan as a calendar, for whoever likes it there."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scheduler.calendar_feed import Due, Made, as_calendar
from scheduler.domain.status import Status
from scheduler.models import Episode, Patient, Reminder
from scheduler.plans.view import views
from scheduler.web.patient_page import private_link

#: what went, or goes, at its time
SHOWN = (Status.SCHEDULED, Status.CLAIMED, Status.SENT, Status.DELIVERED)


@require_safe
@private_link
def patient_calendar(request: HttpRequest, patient: Patient) -> HttpResponse:
    """All treatments, those that are over too: an entry stays the same one as long as it is there."""
    every = list(Episode.objects.for_clinic(patient.clinic).filter(patient=patient).order_by("pk"))
    kept = [episode for episode in every if episode.state != Episode.State.CANCELLED]
    courses = [view.course for view in views(kept).values()]
    rows = Reminder.objects.for_clinic(patient.clinic).filter(episode__in=kept, status__in=SHOWN)
    due = [Due(f"{row.key}-{row.episode_id}", row.due_at) for row in rows.order_by("due_at", "pk")]
    made = Made(
        uid_base=urlsplit(settings.PUBLIC_URL).hostname or "aftercare.invalid",
        at=patient.planned_at,
        # A cancelled treatment counts on, or the number would go back.
        changes=sum(episode.revision - 1 for episode in every),
    )
    calendar = as_calendar(courses, due, "Aftercare", made)
    answer = HttpResponse(calendar, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="aftercare.ics"'
    return answer
