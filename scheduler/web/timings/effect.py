"""What a draft would do to everybody enrolled, before it is published: counts, then patient by patient."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scheduler import editions
from scheduler.editions import Checked, Refused, Stale
from scheduler.enrolment.contact import EXAMPLE_LINK_END, contact_of, link_to, page_link
from scheduler.models import Clinic, Draft, Episode
from scheduler.plans.rollout import running
from scheduler.plans.slices import Look, PatientEffect, Told, begin, look_on, one_by_one
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings import effect_words
from scheduler.web.timings.asked import file_or_404
from scheduler.web.timings.sealing import SLICE, sealed, unsealed

#: patients on one page
PAGE = 20


@dataclass(frozen=True)
class Ready:
    """A draft that can be published, as it was checked just now."""

    draft: Draft
    checked: Checked


@require_safe
@clinic_page()
def effect(request: ClinicRequest, protocol: str) -> HttpResponse:
    """For new enrolments nothing is worked out; for everybody enrolled slice by slice, on this page."""
    ready = _ready(request, protocol)
    if isinstance(ready, HttpResponse):
        return ready
    context = _base(request, protocol) | {"draft": ready.draft}
    if "stopped" in request.GET:
        return render(request, "clinic/effect.html", context | {"stopped": True})
    try:
        context |= _looked(request, ready)
    except Stale as stale:
        context |= {"stale": stale.sentence}
    name = "clinic/effect_everybody.html" if request.htmx else "clinic/effect.html"
    return render(request, name, context)


def _ready(request: ClinicRequest, protocol: str) -> Ready | HttpResponse:
    """Or the page that says what stands in the way."""
    context = _base(request, protocol)
    draft = editions.find_draft(request.clinic, protocol)
    if job := running(request.clinic, protocol):
        return render(request, "clinic/effect_not_yet.html", context | {"job": job, "draft": draft})
    if draft is None:
        return render(request, "clinic/effect_not_yet.html", context)
    checked = editions.check(draft)
    try:
        editions.refuse_unready(checked, same_too=True)
    except Refused as refused:
        said = {"draft": draft, "refused": refused}
        return render(request, "clinic/effect_not_yet.html", context | said)
    return Ready(draft, checked)


def _looked(request: ClinicRequest, ready: Ready) -> dict[str, Any]:
    """One slice more. Raises Stale."""
    clinic, name = request.clinic, ready.draft.protocol_id
    carried = unsealed(request, name, "look", request.GET.get("look", ""))
    look = Look(**carried) if carried else begin(ready.draft)
    if not look.finished:
        look = look_on(ready.draft, ready.checked.protocol, look, _told_of(clinic), request.now, SLICE)
    return {
        "look": look,
        "rows": effect_words.rows(look.counts),
        "sealed": sealed(request, name, "look", look.plain()),
    }


@require_safe
@clinic_page()
def effect_patients(request: ClinicRequest, protocol: str) -> HttpResponse:
    """Patient by patient, as it is at this moment."""
    ready = _ready(request, protocol)
    if isinstance(ready, HttpResponse):
        return ready
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        return redirect("effect-patients", request.clinic.slug, protocol)
    found, onward = one_by_one(
        ready.draft, ready.checked.protocol, _told_of(request.clinic), request.now,
        after=int(after), most=PAGE, seconds=SLICE,
    )  # fmt: skip
    context = {
        "draft": ready.draft,
        "patients": _named(request, found),
        "onward": onward,
        "after": int(after),
    }
    return render(request, "clinic/effect_patients.html", _base(request, protocol) | context)


def _named(request: ClinicRequest, found: list[PatientEffect]) -> list[dict[str, Any]]:
    own = Episode.objects.for_clinic(request.clinic).select_related("patient")
    episodes = own.in_bulk([one.episode for one in found])
    return [
        {
            "effect": one,
            "name": episodes[one.episode].patient.name,
            "url": reverse("episode", args=[request.clinic.slug, one.episode]),
            "zone": episodes[one.episode].timezone,
        }
        for one in found
    ]


def _told_of(clinic: Clinic) -> Told:
    return Told(contact_of(clinic), link_to(EXAMPLE_LINK_END), page_link)


def _base(request: ClinicRequest, protocol: str) -> dict[str, Any]:
    return {"protocol": file_or_404(protocol), "section": "effect"}
