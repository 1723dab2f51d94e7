"""The patient's plan as a calendar, for whoever likes it there."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduler.calendar_feed import CONTENT_TYPE, Due, Made, Titles, as_calendar
from scheduler.domain.status import Status
from scheduler.models import Detail
from scheduler.web.patient.link import Link, private_link
from scheduler.web.patient.plans import Plan, Planned

#: what went at its time
WENT = (Status.SENT, Status.DELIVERED)


@require_safe
@private_link
def patient_calendar(request: HttpRequest, link: Link) -> HttpResponse:
    """All treatments, those that are over too: an entry stays the same one as long as it is there."""
    kept = [plan for plan in reversed(link.plans) if not plan.is_cancelled]
    due = [
        Due(f"{one.key}-{one.episode_id}", one.due_at)
        for plan in kept
        for one in plan.messages
        if _has_entry(plan, one)
    ]
    made = Made(
        uid_base=urlsplit(settings.PUBLIC_URL).hostname or "aftercare.invalid",
        at=link.patient.planned_at,
        # A cancelled treatment counts on, or the number would go back.
        changes=sum(plan.episode.revision - 1 for plan in link.plans),
    )
    calendar = as_calendar([plan.course for plan in kept], due, _titles(link), made)
    answer = HttpResponse(calendar, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="aftercare.ics"'
    return answer


def _has_entry(plan: Plan, one: Planned) -> bool:
    """What went, or goes; of a paused plan only what is critical goes."""
    return one.status in WENT or (one.to_come and (one.critical or not plan.is_paused))


def _titles(link: Link) -> Titles:
    """Calendars are shared: who wants texts that say little wants entries that say little."""
    discreet = any((plan.episode.detail or link.clinic.detail) == Detail.MINIMAL for plan in link.plans)
    return Titles(_("Aftercare"), _("Aftercare reminder"), rule=_("Aftercare") if discreet else "")
