"""Patients stop texts and emails, or ask for them again. Looking changes nothing: link checkers look."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from scheduler import opt_outs
from scheduler.models import Clinic
from scheduler.plans.opting_in import start_again
from scheduler.web.patient.link import Link, private_link
from scheduler.web.patient.page import critical_of, recipients_of

#: the whole of what a mail program posts (RFC 8058)
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@require_http_methods(["GET", "HEAD", "POST"])
@private_link
def patient_messages(request: HttpRequest, link: Link) -> HttpResponse:
    """Texts and emails, each for itself."""
    if request.method != "POST":
        return _ask(request, link)
    channel, wish = request.POST.get("channel", ""), request.POST.get("wish", "")
    if channel not in link.patient.addresses or wish not in ("stop", "resume"):
        return _ask(request, link, not_understood=True)
    _obey(link, channel, wish, source="page")
    return redirect("patient-messages", link.patient.page_token)


# A mail program has neither a cookie nor a token; the address itself is the secret.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_link
def patient_unsubscribe(request: HttpRequest, link: Link) -> HttpResponse:
    """What an email's List-Unsubscribe names: a mail program posts, a person is asked first (RFC 8058)."""
    if request.method != "POST":
        return _ask(request, link)
    name, value = ONE_CLICK
    if request.POST.get(name) != value or "email" not in link.patient.addresses:
        return _ask(request, link, not_understood=True)
    _obey(link, "email", "stop", source="list-unsubscribe")
    # Mail programs follow no redirect here.
    return _ask(request, link)


def _obey(link: Link, channel: str, wish: str, *, source: str) -> None:
    act = opt_outs.stop if wish == "stop" else start_again
    address = link.patient.addresses[channel]
    act(link.clinic, channel, address, source=source, actor="patient", now=link.now)


def _ask(request: HttpRequest, link: Link, *, not_understood: bool = False) -> HttpResponse:
    recipients = recipients_of(link)
    refused = opt_outs.refused(recipients)
    comes = any(plan.runs(link.now) for plan in link.plans)
    context: dict[str, Any] = {
        "patient": link.patient,
        "rows": [(one.channel, one in refused) for one in recipients],
        "critical": critical_of(link) if comes else [],
        "comes": comes,
        "shared": Clinic.objects.filter(sender=link.clinic.sender_id or 0).count() > 1,
        "not_understood": not_understood,
    }
    answer = render(request, "patient/messages.html", context, status=422 if not_understood else 200)
    # With "no-referrer" browsers send a form's Origin as null, and the CSRF check refuses it.
    answer["Referrer-Policy"] = "same-origin"
    return answer
