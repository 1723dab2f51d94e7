"""What an admin does with a draft: begin, look, save, carry over, discard."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from scheduler import editions
from scheduler.editions import Refused, Stale
from scheduler.models import Draft
from scheduler.web.access import ClinicRequest
from scheduler.web.timings import sample
from scheduler.web.timings.changes import unsaved
from scheduler.web.timings.fields import differing, read
from scheduler.web.timings.page import Look
from scheduler.web.timings.show import Wanted, current_page, draft_page, look_of, wanted_of
from scheduler.web.timings.stale import Meanwhile, meanwhile


def _begin(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        editions.start_draft(request.clinic, protocol, **_now(request))
    except Refused as refused:
        messages.info(request, refused.sentence)
    return redirect("timings-draft", request.clinic.slug, protocol)


def _show(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The same as `check` as a whole page: for those without JavaScript."""
    found = editions.find_draft(request.clinic, protocol)
    if found is None or found.revision != seen_revision(request):
        return _stale(request, protocol, found)
    wanted = wanted_of(request, found)
    checked = editions.check(wanted.draft)
    look = look_of(checked, request, wanted)
    return draft_page(request, checked, look, unsaved=unsaved(look.file, found.settings, wanted.settings))


def save(request: ClinicRequest, protocol: str) -> HttpResponse:
    found, seen = editions.find_draft(request.clinic, protocol), seen_revision(request)
    if found is None or found.revision != seen:
        return _stale(request, protocol, found)
    wanted = wanted_of(request, found)
    if wanted.typed.faults:
        return _refused(request, wanted)
    try:
        saved = editions.change_draft(
            request.clinic,
            protocol,
            wanted.settings,
            reasons=wanted.reasons,
            seen_revision=seen,
            **_now(request),
        )
    except Stale:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    except Refused as refused:
        return _refused(request, wanted, refused.sentence)
    same = saved.revision == seen
    messages.success(
        request, _("Nothing was different, so nothing was changed.") if same else _("The draft is saved.")
    )
    answer = redirect("timings-draft", request.clinic.slug, protocol)
    answer["Location"] += f"?{urlencode(_sample_of(request))}"
    return answer


def _refused(request: ClinicRequest, wanted: Wanted, sentence: str = "") -> HttpResponse:
    checked = editions.check(wanted.draft)
    shown = look_of(checked, request, wanted)
    return draft_page(request, checked, shown, status=422, refused=True, sentence=sentence)


def _stale(request: ClinicRequest, protocol: str, found: Draft | None) -> HttpResponse:
    """Nothing is stored: what was typed stays in the form, beside what others did to the draft."""
    if found is None:
        return _gone(request, protocol)
    checked, seen = editions.check(found), seen_revision(request)
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
    return draft_page(request, checked, look, status=422, since=since)


def _gone(request: ClinicRequest, protocol: str) -> HttpResponse:
    """The draft was published or discarded meanwhile: what was typed is told, so that it is not lost."""
    edition = editions.current_edition(request.clinic, protocol)
    file = editions.file_of(edition) if edition else editions.find_protocol(protocol)
    settings = edition.settings if edition else {}
    typed = differing(file, settings, read(file, request.POST).texts)
    lost = unsaved(file, settings, typed, with_words=True)
    return current_page(request, protocol, status=422, since=Meanwhile(), lost=lost)


def _discard(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        editions.discard_draft(
            request.clinic,
            protocol,
            seen_revision=seen_revision(request),
            **_now(request),
        )
    except Refused:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    messages.success(request, _("The draft is discarded. What holds now stays as it is."))
    return redirect("timings-draft", request.clinic.slug, protocol)


def _renew(request: ClinicRequest, protocol: str) -> HttpResponse:
    try:
        renewed = editions.renew_draft(
            request.clinic,
            protocol,
            seen_revision=seen_revision(request),
            **_now(request),
        )
    except Refused:
        return _stale(request, protocol, editions.find_draft(request.clinic, protocol))
    if renewed.conflicts:
        messages.warning(request, _("The draft is carried over. Look at what both sides had changed."))
    else:
        messages.success(request, _("The draft is carried over; nothing was changed on both sides."))
    return redirect("timings-draft", request.clinic.slug, protocol)


STEPS = {"begin": _begin, "check": _show, "discard": _discard, "renew": _renew}


def _now(request: ClinicRequest) -> dict[str, Any]:
    """Who does it, and when."""
    return {"actor": request.user.email, "now": request.now}


def seen_revision(request: ClinicRequest) -> int:
    """The revision that the person looked at; nothing that can be one is the revision before the first."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def _sample_of(request: ClinicRequest) -> dict[str, str]:
    """Which sample is looked at, as it goes into an address."""
    names = (sample.ANSWERS, sample.DAY, sample.CLOCK)
    return {name: request.POST[name] for name in names if request.POST.get(name)}
