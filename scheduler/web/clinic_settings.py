"""The clinic's settings: read by staff, changed by admins."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scheduler import clinic_settings, clinics, editions
from scheduler.domain.clinic_values import SettingFault
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.models import Clinic, Edition, Reminder
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.settings_form import ClinicForm, TimingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def settings(request: ClinicRequest) -> HttpResponse:
    """How patients reach the clinic, and what it said about each treatment."""
    typed = request.POST if request.method == "POST" else None
    if typed is not None and not request.is_admin:
        raise PermissionDenied
    form = ClinicForm(typed, instance=request.clinic)
    if typed is not None and form.is_valid() and _change(request, form):
        return redirect("clinic-settings", request.clinic.slug)
    context = {
        "form": form,
        "treatments": [_treatment(request.clinic, name) for name in editions.available_protocols()],
    }
    return render(request, "clinic/settings.html", context, status=422 if form.is_bound else 200)


def _change(request: ClinicRequest, form: ClinicForm) -> bool:
    """Store what is in the form; False where the use case refuses it, said beside the field."""
    try:
        changed = clinic_settings.change(
            request.clinic, form.cleaned_data, actor=request.user.email, now=request.now
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
        "running": _running(request.clinic),
    }
    return render(request, "clinic/live.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def timings(request: ClinicRequest, protocol: str) -> HttpResponse:
    """What the clinic says about one treatment; saving publishes an edition for new enrolments."""
    try:
        from_file = editions.find_protocol(protocol)
    except editions.UnknownProtocol:
        raise Http404 from None
    edition, current = _current(request.clinic, protocol)
    form = TimingsForm(current, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _publish(request, form, from_file, edition):
        return redirect("clinic-settings", request.clinic.slug)
    context = {
        "form": form,
        "protocol": current,
        "lengths": _lengths(current, from_file),
        "running": _running(request.clinic),
    }
    return render(request, "clinic/timings.html", context, status=422 if form.is_bound else 200)


def _running(clinic: Clinic) -> int:
    """How many plans still have something to send."""
    planned = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED)
    return planned.values("episode").distinct().count()


def _publish(request: ClinicRequest, form: TimingsForm, from_file: Protocol, edition: Edition | None) -> bool:
    """Publish what is in the form; False where the protocol refuses it, said beside the field."""
    defaults = TimingsForm(from_file)
    own = {name: said for name, said in form.settings().items() if said != defaults.initial_of(name)}
    kept = {
        name: said
        for name, said in (edition.settings if edition else {}).items()
        if name not in form.settings()
    }
    try:
        published = editions.publish(
            request.clinic,
            from_file.id,
            kept | own,
            reason=form.cleaned_data["reason"],
            approved_by=form.cleaned_data["approved_by"],
            actor=request.user.email,
            now=request.now,
        )
    except SettingFault as fault:
        sentence = f"{fault.sentence[:1].upper()}{fault.sentence[1:]}."
        form.add_error(fault.name if fault.name in form.fields else None, sentence)
        return False
    except editions.Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    if edition and published.pk == edition.pk:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    else:
        said = _("Saved as edition %(number)s, for patients enrolled from now on.")
        messages.success(request, said % {"number": published.number})
    return True


def _current(clinic: Clinic, protocol_id: str) -> tuple[Edition | None, Protocol]:
    edition = editions.current_edition(clinic, protocol_id)
    return edition, editions.protocol_of(edition) if edition else editions.find_protocol(protocol_id)


def _treatment(clinic: Clinic, protocol_id: str) -> dict[str, Any]:
    edition, protocol = _current(clinic, protocol_id)
    values = [value for value in protocol.values.values() if value.set_by_clinic]
    return {"protocol": protocol, "edition": edition, "values": values}


def _lengths(current: Protocol, from_file: Protocol) -> list[dict[str, Any]]:
    """The lengths as they are here, each beside the source's own."""
    rows = []
    for name, value in current.values.items():
        if value.set_by_clinic:
            continue
        source = from_file.values[name]
        for option in list(value.lengths) or [""]:
            here, there = (v.lengths[option] if option else v.length for v in (value, source))
            answer = current.questions[value.by].options[option] if value.by and option else ""
            rows.append({"label": value.label, "answer": answer, "here": here, "source": there})
    return rows
