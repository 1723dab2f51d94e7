"""What waits for somebody's decision, with what can be done about it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from scheduler.attention import CHOICES, choose, waiting, waiting_rows
from scheduler.changes import Refused
from scheduler.dispatch.hold import let_go
from scheduler.domain.status import Status
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.enrol_held import held_rows

PAGE = 30
#: the largest number that the databases have for a row
MOST = 2**63 - 1
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
            fault = {"fault": str(refused), "about": _number(request.POST.get("reminder", ""))}
            fault["why"] = request.POST.get("why", "")
    page = Paginator(waiting(request.clinic, request.now), PAGE).get_page(request.GET.get("page"))
    rows = [(row, _may_go_again(row.reminder, request)) for row in waiting_rows(page)]
    sender = request.clinic.sender
    context = {"page": page, "rows": rows, "held": sender if sender and sender.held_at else None, **fault}
    context["held_enrolments"] = held_rows(request.clinic)
    return render(request, "clinic/attention.html", context, status=422 if fault else 200)


def _decide(request: ClinicRequest) -> HttpResponse:
    said = request.POST
    choice = CHOICES.get(said.get("do", ""))
    if choice is None:
        return redirect("attention", request.clinic.slug)
    choose(
        request.clinic, _number(said.get("reminder", "")), choice, request.now,
        actor=request.user.email, why=said.get("why", ""), seen=said.get("seen", ""),
    )  # fmt: skip
    messages.success(request, DONE[choice.key])
    return redirect("attention", request.clinic.slug)


def _number(word: str) -> int:
    """0 is nobody's: what was posted came from no form of ours."""
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else 0
    return number if number <= MOST else 0


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
