"""Enrolments that were saved and held: keeping one, going on with it, letting it go."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduler.domain.protocol import Protocol
from scheduler.domain.row_number import row_number
from scheduler.enrolment import Refused, held
from scheduler.models import Clinic, HeldEnrolment
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.enrolling.form import EnrolForm


@dataclass(frozen=True)
class HeldRow:
    """One that waits, as it was typed. `about` is its name, or how the patient would be reached."""

    held: HeldEnrolment
    about: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class HeldRows:
    """Those of a clinic that wait, with the reasons for letting one go."""

    rows: tuple[HeldRow, ...]
    reasons: Mapping[str, Promise]

    def __bool__(self) -> bool:
        return bool(self.rows)


def held_rows(clinic: Clinic) -> HeldRows:
    return HeldRows(tuple(_row(one) for one in held.waiting(clinic)), held.REASONS)


def _row(one: HeldEnrolment) -> HeldRow:
    told = [one.typed[field] for field in held.TOLD_APART if one.typed.get(field)]
    return HeldRow(one, told[0], tuple(told[1:]))


def hold(form: EnrolForm, request: ClinicRequest) -> HttpResponse:
    """Raises Refused where nobody would know who is meant."""
    number = row_number(form.held) if form.held else None
    kept, actor = form.kept(), request.user.email
    one = held.hold(request.clinic, kept, actor, request.now, number, seen=form.held_seen)
    messages.success(request, _("Saved and held. Nothing is sent until somebody goes on with it."))
    answer = redirect("attention", request.clinic.slug)
    answer["Location"] += f"#held-{one.pk}"
    return answer


def resumed(request: ClinicRequest, protocols: Mapping[str, Protocol]) -> EnrolForm:
    """The form with what was typed; one that is gone, or another clinic's, does not exist."""
    one = held.find(request.clinic, row_number(request.GET["held"]))
    if one is None:
        raise Http404
    return EnrolForm(
        request.clinic, protocols, one.typed | {"held": str(one.pk), "held_seen": held.seen_of(one)}
    )


@require_POST
@clinic_page()
def discard_held(request: ClinicRequest, number: int) -> HttpResponse:
    try:
        held.discard(
            request.clinic,
            row_number(str(number)),
            request.POST.get("reason", ""),
            request.user.email,
            request.now,
        )
    except Refused as refused:
        for sentence in refused.faults.values():
            messages.error(request, sentence)
    else:
        messages.success(request, _("It was let go, and what was typed is deleted."))
    return redirect("attention", request.clinic.slug)
