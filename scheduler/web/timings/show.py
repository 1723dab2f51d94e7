"""How a draft is shown, as it is stored or as a form would make it; and what holds where there is none."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from scheduler import editions
from scheduler.editions import Checked
from scheduler.models import Draft
from scheduler.plans.rollout import running
from scheduler.web.access import ClinicRequest
from scheduler.web.timings import edition_words, sample
from scheduler.web.timings.changes import conflicts
from scheduler.web.timings.fields import Typed, differing, read
from scheduler.web.timings.page import CARRIED_OVER, Look, Page


@dataclass(frozen=True)
class Wanted:
    """What a form asks for, and the draft as it would be with it."""

    typed: Typed
    settings: dict[str, str | None]
    draft: Draft

    @property
    def reasons(self) -> dict[str, str]:
        return {name: why for name, why in self.typed.reasons.items() if name in self.draft.settings}


def wanted_of(request: ClinicRequest, found: Draft) -> Wanted:
    file = editions.file_of(found)
    typed = read(file, request.POST)
    settings = differing(file, found.settings, typed.texts)
    settings |= {name: None for name in typed.left_out if name in found.settings}
    return Wanted(typed, settings, editions.as_if(found, settings, typed.reasons))


def look_of(checked: Checked, request: ClinicRequest | None = None, wanted: Wanted | None = None) -> Look:
    file, draft = editions.file_of(checked.draft), checked.draft
    if request is None or wanted is None:
        return Look(file, draft.settings, draft.reasons, checked.findings)
    bound = [*wanted.typed.texts, *wanted.typed.faults]
    faults = wanted.typed.faults
    return Look(file, draft.settings, draft.reasons, checked.findings, request.POST, bound, faults)


def context_of(request: ClinicRequest, checked: Checked, page: Page, unsaved: list[str]) -> dict[str, Any]:
    data = request.POST if request.method == "POST" else request.GET
    return {
        "page": page,
        "draft": checked.draft,
        "checked": checked,
        "unsaved": unsaved,
        "job": running(request.clinic, checked.draft.protocol_id),
        "sample": sample.look(checked, data, request.now),
        "editing": request.is_admin and checked.draft.pk is not None,
    }


def draft_page(
    request: ClinicRequest,
    checked: Checked,
    look: Look,
    *,
    status: int = 200,
    unsaved: list[str] | None = None,
    **context: Any,
) -> HttpResponse:
    found, page = checked.draft, Page(look)
    shown = context_of(request, checked, page, unsaved or [])
    if found.pk is not None:
        shown |= {
            "carry_over": {one.code for one in checked.findings} & CARRIED_OVER,
            "file_changes": edition_words.rows(look.file, editions.file_changes(found)),
            "conflicts": conflicts(found, look.file),
        }
    return render(request, "clinic/timings_draft.html", shown | context, status=status)


def current_page(request: ClinicRequest, protocol: str, **context: Any) -> HttpResponse:
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
    context |= {"edition": edition}
    checked = Checked(as_it_is, Page(Look(file, settings, reasons)).protocol, ())
    return draft_page(request, checked, Look(file, settings, reasons), **context)
