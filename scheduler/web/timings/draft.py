"""The timings of a clinic: each treatment with its edition, and the draft of the next one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scheduler import editions
from scheduler.models import Clinic
from scheduler.plans.rollout import running
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings.asked import file_or_404
from scheduler.web.timings.changes import unsaved
from scheduler.web.timings.page import Page
from scheduler.web.timings.show import context_of, current_page, draft_page, look_of, wanted_of
from scheduler.web.timings.steps import STEPS, save, seen_revision


@require_safe
@clinic_page()
def timings(request: ClinicRequest) -> HttpResponse:
    """Every treatment: what holds, what is missing, and whether somebody works on the next edition."""
    rows = [_treatment(request.clinic, name) for name in editions.available_protocols()]
    return render(request, "clinic/timings.html", {"treatments": rows})


def _treatment(clinic: Clinic, protocol: str) -> dict[str, Any]:
    edition, draft = editions.current_edition(clinic, protocol), editions.find_draft(clinic, protocol)
    return {
        "protocol": editions.find_protocol(protocol),
        "edition": edition,
        "draft": draft,
        "changes": len(editions.compare(clinic, protocol).changes) if draft else 0,
        "missing": editions.missing_under(edition, clinic, protocol),
        "job": running(clinic, protocol),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def draft(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The draft of a treatment's next edition; where there is none, what holds now."""
    file_or_404(protocol)
    if request.method == "POST":
        if not request.is_admin:
            raise PermissionDenied
        return STEPS.get(request.POST.get("step", ""), save)(request, protocol)
    found = editions.find_draft(request.clinic, protocol)
    if found is None:
        return current_page(request, protocol)
    checked = editions.check(found)
    return draft_page(request, checked, look_of(checked))


@require_POST
@clinic_page(admin=True)
def check(request: ClinicRequest, protocol: str) -> HttpResponse:
    """What the form as it is would do, to be put beside it; nothing is stored."""
    file_or_404(protocol)
    found = editions.find_draft(request.clinic, protocol)
    if found is None or found.revision != seen_revision(request):
        return render(request, "clinic/timings_moved.html", {"draft": found})
    wanted = wanted_of(request, found)
    checked = editions.check(wanted.draft)
    look = look_of(checked, request, wanted)
    context = context_of(request, checked, Page(look), unsaved(look.file, found.settings, wanted.settings))
    noted = request.POST.getlist("noted")
    slots = [slot for slot in context["page"].slots.values() if slot.notes or slot.why or slot.id in noted]
    return render(request, "clinic/timings_check.html", context | {"slots": slots})
