"""The clinic's settings: read by staff, changed by admins."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scheduler import clinic_settings, clinics, editions
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.models import Clinic, Edition, Reminder
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.clinic.settings_examples import example_texts
from scheduler.web.clinic.settings_form import ClinicForm


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def settings(request: ClinicRequest) -> HttpResponse:
    """How patients reach the clinic, and what it said about each treatment."""
    typed = request.POST if request.method == "POST" else None
    if typed is not None and not request.is_admin:
        raise PermissionDenied
    form = ClinicForm(typed, request.clinic)
    if typed is not None and form.is_valid() and _change(request, form):
        return redirect("clinic-settings", request.clinic.slug)
    context = {
        "form": form,
        "planned": _planned(request.clinic),
        "examples": example_texts(request.clinic, request.now),
        "sender": _sender(request.clinic) if request.is_admin else None,
        "treatments": [_treatment(request.clinic, name) for name in editions.available_protocols()],
    }
    return render(request, "clinic/settings.html", context, status=422 if form.is_bound else 200)


def _change(request: ClinicRequest, form: ClinicForm) -> bool:
    """Store what was typed over; False where the use case refuses it, said beside the field."""
    typed = {name: form.cleaned_data[name] for name in form.typed_over}
    try:
        changed = clinic_settings.change(
            request.clinic, typed, actor=request.user.email, now=request.now, seen=form.stored
        )
    except clinics.Refused as refused:
        for name, sentence in refused.faults.items():
            form.add_error(name, sentence)
        return False
    messages.success(request, _("Saved.") if changed else _("Nothing was different, so nothing was changed."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def live(request: ClinicRequest) -> HttpResponse:
    """Whether texts of patients enrolled from now on really leave: what it means, then the decision."""
    wanted = not request.clinic.live
    if request.method == "POST" and request.POST.get("live") == str(wanted):
        try:
            clinics.set_live(request.clinic, wanted, actor=request.user.email, now=request.now)
        except clinics.Refused:
            return redirect("clinic-live", request.clinic.slug)
        messages.success(request, _("Sending is on.") if wanted else _("Sending is off for new patients."))
        return redirect("clinic-settings", request.clinic.slug)
    context = {
        "wanted": wanted,
        "obstacles": clinics.obstacles(request.clinic) if wanted else [],
        "running": _planned(request.clinic)["plans"],
    }
    return render(request, "clinic/live.html", context)


def _planned(clinic: Clinic) -> dict[str, int]:
    """How many messages are planned, for how many treatments."""
    planned = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED)
    return planned.aggregate(messages=Count("pk"), plans=Count("episode", distinct=True))


def _sender(clinic: Clinic) -> dict[str, Any]:
    """Whom texts come from, and how many other clinics send from there as well."""
    others = Clinic.objects.filter(sender=clinic.sender).exclude(pk=clinic.pk) if clinic.sender else None
    return {"row": clinic.sender, "others": others.count() if others is not None else 0}


def _current(clinic: Clinic, protocol_id: str) -> tuple[Edition | None, Protocol]:
    edition = editions.current_edition(clinic, protocol_id)
    return edition, editions.protocol_of(edition) if edition else editions.find_protocol(protocol_id)


def _treatment(clinic: Clinic, protocol_id: str) -> dict[str, Any]:
    edition, protocol = _current(clinic, protocol_id)
    values = [value for value in protocol.values.values() if value.set_by_clinic]
    return {"protocol": protocol, "edition": edition, "values": values}
