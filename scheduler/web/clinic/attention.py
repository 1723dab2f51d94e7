"""What waits for somebody's decision, with what can be done about it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from scheduler import editions
from scheduler.alarms import Kind, acknowledge
from scheduler.attention import CHOICES, choose, from_whom, handle, open_replies, waiting, waiting_rows
from scheduler.changes import Refused
from scheduler.dispatch.hold import let_go
from scheduler.domain.row_number import row_number
from scheduler.domain.status import Status
from scheduler.models import Clinic, Edition
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.clinic.advice import advice
from scheduler.web.enrolling.held import held_rows

PAGE = 15
DONE = {
    "again": gettext_lazy("It is sent again, as soon as a worker takes it."),
    "told": gettext_lazy("Noted: the patient was told by phone."),
    "drop": gettext_lazy("Noted: it need not be said."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def attention(request: ClinicRequest) -> HttpResponse:
    """The list; posting decides about one of them."""
    fault: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _decide(request)
        except Refused as refused:
            fault = {"fault": str(refused), "about": row_number(request.POST.get("reminder", ""))}
            fault["why"] = request.POST.get("why", "")
    return render(request, "clinic/attention.html", _context(request) | fault, status=422 if fault else 200)


def _context(request: ClinicRequest) -> dict[str, Any]:
    clinic = request.clinic
    page = Paginator(waiting(clinic, request.now), PAGE).get_page(request.GET.get("page"))
    written = from_whom(clinic, open_replies(clinic)[:PAGE])
    held = clinic.sender if clinic.sender and clinic.sender.held_at else None
    waits = {
        "rows": [
            (row, _may_go_again(row.reminder, request), advice(row.reminder, request.now))
            for row in waiting_rows(page)
        ],
        "held": held,
        # What is said of a held sender stands in a part of its own.
        "troubles": [one for one in request.alarms if not (held and one.alarm.kind == Kind.SENDER_HELD)],
        "urgent": [one for one in written if one.reply.urgent],
        "written": [one for one in written if not one.reply.urgent],
        "held_enrolments": held_rows(clinic),
        "unset": unset(clinic),
    }
    held_trouble = next((one for one in request.alarms if one.alarm.kind == Kind.SENDER_HELD), None)
    return waits | {"page": page, "held_trouble": held_trouble, "nothing_waits": not any(waits.values())}


def unset(clinic: Clinic) -> dict[str, list[editions.Missing]]:
    """What the clinic has not said yet, by treatment: of those that it uses, or of all before its first."""
    known = editions.available_protocols()
    used = set(Edition.objects.for_clinic(clinic).order_by().values_list("protocol_id", flat=True).distinct())
    asked = {name: protocol for name, protocol in known.items() if name in used or not used}
    found = {protocol.title: editions.missing(clinic, name) for name, protocol in asked.items()}
    return {title: missing for title, missing in found.items() if missing}


@require_POST
@clinic_page()
def acknowledge_alarm(request: ClinicRequest) -> HttpResponse:
    """Whoever is signed in sees to it, and everybody else can read that."""
    number = row_number(request.POST.get("alarm", ""))
    if acknowledge(request.clinic, number, actor=request.user.email, now=request.now):
        messages.success(request, _("You see to it: everybody can read that now."))
    else:
        messages.info(request, _("It is over, or somebody sees to it already."))
    return redirect("attention", request.clinic.slug)


@require_POST
@clinic_page()
def handle_reply(request: ClinicRequest) -> HttpResponse:
    number = row_number(request.POST.get("reply", ""))
    if handle(request.clinic, number, actor=request.user.email, now=request.now):
        messages.success(request, _("Noted: you have seen to the reply."))
    else:
        messages.info(request, _("Somebody else has seen to it already."))
    return redirect("attention", request.clinic.slug)


def _decide(request: ClinicRequest) -> HttpResponse:
    said = request.POST
    choice = CHOICES.get(said.get("do", ""))
    if choice is None:
        return redirect("attention", request.clinic.slug)
    choose(
        request.clinic, row_number(said.get("reminder", "")), choice, request.now,
        actor=request.user.email, why=said.get("why", ""), seen=said.get("seen", ""),
    )  # fmt: skip
    messages.success(request, DONE[choice.key])
    return redirect("attention", request.clinic.slug)


def _may_go_again(reminder: Any, request: ClinicRequest) -> bool:
    return bool(reminder.status == Status.FAILED and reminder.send_by > request.now)


@require_POST
@clinic_page(admin=True)
def release_sender(request: ClinicRequest) -> HttpResponse:
    """Whoever mended the account says that texts may leave again."""
    sender = request.clinic.sender
    if sender and let_go(sender, request.now, actor=request.user.email, why="person"):
        messages.success(request, _("Texts leave the number again."))
    return redirect("attention", request.clinic.slug)
