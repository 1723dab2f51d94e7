"""The editions of a clinic: their history, each in full, what differs between two, restoring and copying."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scheduler import editions as use
from scheduler.editions import Refused
from scheduler.editions.comparing import CURRENT, DRAFT, FILE
from scheduler.models import Clinic, Edition, Membership, Rollout
from scheduler.plans.rollout import differences, running
from scheduler.web.access import ClinicRequest, clinic_page, memberships_of
from scheduler.web.timings import edition_words, effect_words
from scheduler.web.timings.asked import edition_or_404, file_or_404


@require_safe
@clinic_page()
def history(request: ClinicRequest, protocol: str) -> HttpResponse:
    file = file_or_404(protocol)
    context = {
        "protocol": file, "section": "editions", "editions": list(use.history(request.clinic, protocol)),
        "job": running(request.clinic, protocol), "draft": use.find_draft(request.clinic, protocol),
    }  # fmt: skip
    context |= {"sides": _sides(request.clinic, protocol), "before": CURRENT, "after": DRAFT}
    return render(request, "clinic/editions.html", context)


@require_safe
@clinic_page()
def edition(request: ClinicRequest, protocol: str, number: int) -> HttpResponse:
    """Everything that it says, who answers for it, and how far it is on its way to everybody."""
    found = edition_or_404(request.clinic, protocol, number)
    if request.htmx:
        return render(request, "clinic/edition_rollout.html", _rollout(found) | {"edition": found})
    return _edition_page(request, found)


def _edition_page(request: ClinicRequest, found: Edition, refused: str = "") -> HttpResponse:
    set_up = use.protocol_of(found)
    current = use.current_edition(request.clinic, found.protocol_id)
    context = {
        "protocol": set_up, "section": "editions", "edition": found, "refused": refused,
        "is_current": current == found, "own": edition_words.own(found), "rules": edition_words.rules(set_up),
        "messages_of": edition_words.messages_of(set_up), "everything": edition_words.everything(set_up),
        "targets": _targets(request),
    }  # fmt: skip
    status = 409 if refused else 200
    return render(request, "clinic/edition.html", context | _rollout(found), status=status)


def _rollout(found: Edition) -> dict[str, Any]:
    """Where it was brought to everybody: how far it is, and where it is not as it was expected."""
    rollout = Rollout.objects.for_clinic(found.clinic).filter(edition=found).first()
    if rollout is None:
        return {"rollout": None}
    differs = differences(rollout) if rollout.finished_at else {}
    told = [(words, *differs[name]) for name, words in effect_words.COUNTED.items() if name in differs]
    done = rollout.done.get("patients", 0) + rollout.done.get("unreadable", 0)
    of = max(rollout.expected.get("patients", 0) + rollout.expected.get("unreadable", 0), done)
    return {
        "rollout": rollout,
        "done": done,
        "of": of,
        "differs": told,
        "rows": effect_words.rows(rollout.done),
    }


@require_safe
@clinic_page()
def compare(request: ClinicRequest, protocol: str) -> HttpResponse:
    """What differs between any two of: editions, the draft, what holds today, the protocol's file."""
    file = file_or_404(protocol)
    before, after = request.GET.get("before", CURRENT), request.GET.get("after", DRAFT)
    context: dict[str, Any] = {
        "protocol": file, "section": "editions", "sides": _sides(request.clinic, protocol),
        "before": before, "after": after,
    }  # fmt: skip
    try:
        comparison = use.compare(request.clinic, protocol, before, after)
        context |= {"comparison": comparison, "changes": edition_words.rows(file, comparison.changes)}
    except Refused as refused:
        context["refused"] = refused.sentence
    status = 422 if "refused" in context else 200
    return render(request, "clinic/edition_compare.html", context, status=status)


def _sides(clinic: Clinic, protocol: str) -> list[tuple[str, str]]:
    """What can be compared, by the word that stands for it."""
    numbers = use.history(clinic, protocol).values_list("number", flat=True)
    draft = [(DRAFT, _("Draft"))] if use.find_draft(clinic, protocol) else []
    own = [(str(number), _("Edition %(number)s") % {"number": number}) for number in numbers]
    return [*draft, (CURRENT, _("Today's edition")), *own, (FILE, _("Protocol file"))]


@require_POST
@clinic_page(admin=True)
def restore(request: ClinicRequest, protocol: str, number: int) -> HttpResponse:
    """Open a draft with an older edition."""
    found = edition_or_404(request.clinic, protocol, number)
    try:
        use.restore(request.clinic, protocol, number, actor=request.user.email, now=request.now)
    except Refused as refused:
        return _edition_page(request, found, refused.sentence)
    said = _("A draft with edition %(number)s is open. Nothing is published.") % {"number": number}
    messages.success(request, said)
    return redirect("editions", request.clinic.slug, protocol)


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page(admin=True)
def copy(request: ClinicRequest, protocol: str, number: int) -> HttpResponse:
    """To another clinic that the same person administers: first what goes along, then the draft there."""
    found = edition_or_404(request.clinic, protocol, number)
    chosen = request.POST.get("to") if request.method == "POST" else request.GET.get("to")
    target = next((one.clinic for one in _targets(request) if one.clinic.slug == chosen), None)
    if chosen and target is None:
        raise PermissionDenied
    refused = ""
    if request.method == "POST" and target:
        try:
            use.copy(found, target, actor=request.user.email, now=request.now)
        except Refused as fault:
            refused = fault.sentence
        else:
            said = _("A draft at %(clinic)s is open. Nothing is published.") % {"clinic": target.name}
            messages.success(request, said)
            return redirect("editions", target.slug, protocol)
    context = {
        "protocol": file_or_404(protocol), "section": "editions", "edition": found, "refused": refused,
        "targets": _targets(request), "target": target,
        "plan": edition_words.copied(found, target) if target else None,
    }  # fmt: skip
    return render(request, "clinic/edition_copy.html", context, status=422 if refused else 200)


def _targets(request: ClinicRequest) -> "QuerySet[Membership]":
    """The other clinics that this person administers."""
    administers = memberships_of(request.user).filter(role=Membership.Role.ADMIN)
    own: QuerySet[Membership] = administers.exclude(clinic=request.clinic)
    return own
