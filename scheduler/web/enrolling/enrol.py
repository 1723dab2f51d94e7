"""Enrolling a patient at the desk, with the plan beside the form before anything is written."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from scheduler import editions
from scheduler.clinic_settings import FIELDS
from scheduler.domain.protocol import Protocol
from scheduler.domain.row_number import row_number
from scheduler.enrolment import Conflict, Refused, already_running, held, offered, preview
from scheduler.enrolment import enrol as enrol_patient
from scheduler.enrolment.patients import record
from scheduler.models import Clinic
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.enrolling.form import EnrolForm
from scheduler.web.enrolling.held import hold, resumed
from scheduler.web.enrolling.plan import Shown


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def enrol(request: ClinicRequest) -> HttpResponse:
    protocols = ready_protocols(request.clinic)
    if not protocols:
        return _not_ready(request)
    if request.method != "POST":
        return _empty(request, protocols)
    form = EnrolForm(request.clinic, protocols, request.POST)
    step = request.POST.get("step")
    if step == "preview":
        looked = _shown(form, request)
        return _page(request, form, looked, to_confirm=bool(looked.plan))
    try:
        return hold(form, request) if step == "hold" else _enrol(form, request)
    except Refused as refused:
        shown = _shown(form, request)
        form.explain(refused)
        first = refused.episode if isinstance(refused, Conflict) else None
        return _page(request, form, shown, status=422, held_only=step == "hold", first=first)


def _enrol(form: EnrolForm, request: ClinicRequest) -> HttpResponse:
    asked, actor = form.enrolment(), request.user.email
    if form.held:
        done = held.enrol_held(row_number(form.held), asked, actor, request.now, seen=form.held_seen)
    else:
        done = enrol_patient(asked, actor, request.now)
    answer = redirect("enrolled", request.clinic.slug, done.episode.pk)
    if not done.created:
        answer["Location"] += "?again=1"
    return answer


@require_POST
@clinic_page()
def enrol_preview(request: ClinicRequest) -> HttpResponse:
    """The plan for what is typed so far, to be put beside the form."""
    protocols = ready_protocols(request.clinic)
    if not protocols:
        return _not_ready(request)
    form = EnrolForm(request.clinic, protocols, request.POST)
    return render(request, "clinic/enrol_preview.html", {"form": form, "shown": _shown(form, request)})


def ready_protocols(clinic: Clinic) -> dict[str, Protocol]:
    """The protocols, with the clinic's own values, for which nothing is missing."""
    ready = [name for name in editions.available_protocols() if not editions.missing(clinic, name)]
    current = {name: editions.current_edition(clinic, name) for name in ready}
    return {name: editions.protocol_of(edition) for name, edition in current.items() if edition}


def _empty(request: ClinicRequest, protocols: dict[str, Protocol]) -> HttpResponse:
    """`?patient=` says for whom it is, where the patient is known; `?held=` has what was typed before."""
    patient = None
    if "held" in request.GET:
        form = resumed(request, protocols)
        return _page(request, form, _shown(form, request))
    if "patient" in request.GET:
        patient = record(request.clinic, request.GET["patient"])
        if patient is None:
            raise Http404
    form = EnrolForm.blank(request.clinic, protocols, request.now, patient)
    return _page(request, form, Shown(asks_patient=True) if patient else None)


def _not_ready(request: ClinicRequest) -> HttpResponse:
    missing = [
        (protocol, editions.missing(request.clinic, name))
        for name, protocol in editions.available_protocols().items()
    ]
    context = {"missing": missing, "of_the_clinic": FIELDS, "where": editions.where_to_set(request.clinic)}
    return render(request, "clinic/not_ready.html", context)


def _shown(form: EnrolForm, request: ClinicRequest) -> Shown:
    asked = form.enrolment()
    known = offered(asked)
    form.offer(known)
    shown = Shown(asks_patient=bool(known), running=tuple(already_running(asked)))
    try:
        plan = preview(asked, request.now)
    except Refused as refused:
        wanted = tuple(sentence for field, sentence in form.sentences(refused).items() if field != "fold")
        fold = refused.faults.get("fold", "")
        return replace(shown, wanted=wanted, asks_fold=fold, asks_late=asked.late_confirmed)
    # A question once answered stays on the form, or its answer would be lost with the next change.
    fold = _("The clock showed this time twice.") if asked.fold else ""
    by_email = asked.channels == ("email",)
    return replace(shown, plan=plan, asks_fold=fold, asks_late=plan.late, by_email=by_email)


def _page(
    request: ClinicRequest, form: EnrolForm, shown: Shown | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "shown": shown} | more
    return render(request, "clinic/enrol.html", context, status=status)
