"""The timings of a clinic: each treatment with its edition, and the draft of the next one."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scheduler import editions
from scheduler.domain.edits.findings import Finding
from scheduler.editions import Checked, Refused, Stale
from scheduler.models import Clinic, Draft
from scheduler.web import timings_sample
from scheduler.web import timings_words as told
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings_fields import Typed, differing, read
from scheduler.web.timings_page import CARRIED_OVER, Look, Page, unsaved
from scheduler.web.timings_stale import Meanwhile, meanwhile


@dataclass(frozen=True)
class Wanted:
    """What a form asks for, and the draft as it would be with it."""

    typed: Typed
    settings: dict[str, str | None]
    draft: Draft

    @property
    def reasons(self) -> dict[str, str]:
        return {name: why for name, why in self.typed.reasons.items() if name in self.draft.settings}


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
    }


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def draft(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The draft of a treatment's next edition; where there is none, what holds now."""
    known(protocol)
    if request.method == "POST":
        if not request.is_admin:
            raise PermissionDenied
        return STEPS.get(request.POST.get("step", ""), _save)(request, protocol)
    found = editions.find_draft(request.clinic, protocol)
    if found is None:
        return _current(request, protocol)
    checked = editions.check(found)
    return _page(request, checked, _look(checked))


@require_POST
@clinic_page(admin=True)
def check(request: ClinicRequest, protocol: str) -> HttpResponse:
    """What the form as it is would do, to be put beside it; nothing is stored."""
    known(protocol)
    found = editions.find_draft(request.clinic, protocol)
    if found is None:
        return HttpResponse(status=204)
    wanted = _wanted(request, found)
    checked = editions.check(wanted.draft)
    look = _look(checked, request, wanted)
    context = _context(request, checked, Page(look), unsaved(look.file, found.settings, wanted.settings))
    noted = request.POST.getlist("noted")
    slots = [slot for slot in context["page"].slots.values() if slot.notes or slot.why or slot.id in noted]
    return render(request, "clinic/timings_check.html", context | {"slots": slots})


def known(protocol: str) -> None:
    try:
        editions.find_protocol(protocol)
    except editions.UnknownProtocol:
        raise Http404 from None


def _begin(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        editions.start_draft(request.clinic, protocol, actor=request.user.email, now=request.now)
    except Refused as refused:
        messages.info(request, refused.sentence)
    return redirect("timings-draft", request.clinic.slug, protocol)


def _show(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The same as `check` as a whole page: for those without JavaScript."""
    found = editions.find_draft(request.clinic, protocol)
    if found is None:
        return redirect("timings-draft", request.clinic.slug, protocol)
    wanted = _wanted(request, found)
    checked = editions.check(wanted.draft)
    look = _look(checked, request, wanted)
    return _page(request, checked, look, unsaved=unsaved(look.file, found.settings, wanted.settings))


def _save(request: ClinicRequest, protocol: str) -> HttpResponse:
    found, seen = editions.find_draft(request.clinic, protocol), _seen(request)
    if found is None or found.revision != seen:
        return _stale(request, protocol, found)
    wanted = _wanted(request, found)
    if wanted.typed.faults:
        return _refused(request, wanted, ())
    try:
        saved = editions.change_draft(
            request.clinic,
            protocol,
            wanted.settings,
            reasons=wanted.reasons,
            seen_revision=seen,
            actor=request.user.email,
            now=request.now,
        )
    except Stale:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    except Refused as refused:
        return _refused(request, wanted, refused.findings)
    same = saved.revision == seen
    messages.success(
        request, _("Nothing was different, so nothing was changed.") if same else _("The draft is saved.")
    )
    answer = redirect("timings-draft", request.clinic.slug, protocol)
    answer["Location"] += f"?{urlencode(_sample_of(request))}"
    return answer


def _refused(request: ClinicRequest, wanted: Wanted, found: tuple[Finding, ...]) -> HttpResponse:
    checked = editions.check(wanted.draft)
    shown = _look(checked, request, wanted)
    return _page(request, checked, shown, status=422, refused=True)


def _stale(request: ClinicRequest, protocol: str, found: Draft | None) -> HttpResponse:
    """Nothing is stored: what was typed stays in the form, beside what others did to the draft."""
    if found is None:
        return _gone(request, protocol)
    checked, seen = editions.check(found), _seen(request)
    file = editions.file_of(found)
    typed = read(file, request.POST)
    since = meanwhile(found, seen, typed)
    look = Look(
        file,
        found.settings,
        found.reasons,
        checked.findings,
        request.POST,
        since.mine,
        {name: sentence for name, sentence in typed.faults.items() if name in since.mine},
        since.notes,
    )
    return _page(request, checked, look, status=422, since=since)


def _gone(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The draft was published or discarded meanwhile: what was typed is told, so that it is not lost."""
    edition = editions.current_edition(request.clinic, protocol)
    file = editions.file_of(edition) if edition else editions.find_protocol(protocol)
    settings = edition.settings if edition else {}
    lost = unsaved(file, settings, differing(file, settings, read(file, request.POST).texts))
    return _current(request, protocol, status=422, since=Meanwhile(), lost=lost)


def _discard(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        editions.discard_draft(
            request.clinic, protocol, seen_revision=_seen(request), actor=request.user.email, now=request.now
        )
    except Refused:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    messages.success(request, _("The draft is discarded. What holds now stays as it is."))
    return redirect("timings-draft", request.clinic.slug, protocol)


def _renew(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        renewed = editions.renew_draft(
            request.clinic, protocol, seen_revision=_seen(request), actor=request.user.email, now=request.now
        )
    except Refused:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    if renewed.conflicts:
        messages.warning(request, _("The draft is carried over. Look at what both sides had changed."))
    else:
        messages.success(request, _("The draft is carried over; nothing was changed on both sides."))
    return redirect("timings-draft", request.clinic.slug, protocol)


STEPS = {"begin": _begin, "check": _show, "discard": _discard, "renew": _renew}


def _seen(request: ClinicRequest) -> int:
    """The revision that the person looked at; nothing that can be one is the revision before the first."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def _wanted(request: ClinicRequest, found: Draft) -> Wanted:
    file = editions.file_of(found)
    typed = read(file, request.POST)
    settings = differing(file, found.settings, typed.texts)
    settings |= {name: None for name in typed.left_out if name in found.settings}
    return Wanted(typed, settings, editions.as_if(found, settings, typed.reasons))


def _look(checked: Checked, request: ClinicRequest | None = None, wanted: Wanted | None = None) -> Look:
    file, draft = editions.file_of(checked.draft), checked.draft
    if request is None or wanted is None:
        return Look(file, draft.settings, draft.reasons, checked.findings)
    bound = [*wanted.typed.texts, *wanted.typed.faults]
    faults = wanted.typed.faults
    return Look(file, draft.settings, draft.reasons, checked.findings, request.POST, bound, faults)


def _sample_of(request: ClinicRequest) -> dict[str, str]:
    """Which sample is looked at, as it goes into an address."""
    names = (timings_sample.ANSWERS, timings_sample.DAY, timings_sample.CLOCK)
    return {name: request.POST[name] for name in names if request.POST.get(name)}


def _context(request: ClinicRequest, checked: Checked, page: Page, unsaved: list[str]) -> dict[str, Any]:
    data = request.POST if request.method == "POST" else request.GET
    return {
        "page": page,
        "draft": checked.draft,
        "checked": checked,
        "unsaved": unsaved,
        "sample": timings_sample.look(checked, data, request.now),
        "editing": request.is_admin and checked.draft.pk is not None,
    }


def _page(
    request: ClinicRequest,
    checked: Checked,
    look: Look,
    *,
    status: int = 200,
    unsaved: list[str] | None = None,
    **context: Any,
) -> HttpResponse:
    found, page = checked.draft, Page(look)
    shown = _context(request, checked, page, unsaved or [])
    if found.pk is not None:
        shown |= {
            "carry_over": {one.code for one in checked.findings} & CARRIED_OVER,
            "file_changes": editions.file_changes(found),
            "conflicts": [told.label(look.file, name) for name in editions.conflicts_of(found)],
        }
    return render(request, "clinic/timings_draft.html", shown | context, status=status)


def _current(request: ClinicRequest, protocol: str, **context: Any) -> HttpResponse:
    """What holds now, read only; without an edition the protocol's file."""
    edition = editions.current_edition(request.clinic, protocol)
    file = editions.file_of(edition) if edition else editions.find_protocol(protocol)
    settings, reasons = (edition.settings, edition.reasons) if edition else ({}, {})
    as_it_is = Draft(
        clinic=request.clinic,
        protocol_id=protocol,
        base=edition,
        protocol=file.model_dump_json(),
        settings=settings,
        reasons=reasons,
    )
    context |= {"edition": edition, "missing": editions.missing_under(edition, request.clinic, protocol)}
    checked = Checked(as_it_is, Page(Look(file, settings, reasons)).protocol, ())
    return _page(request, checked, Look(file, settings, reasons), **context)
