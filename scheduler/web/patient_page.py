"""What a patient sees behind the link in every text. It names nobody, sets no cookie and needs no script."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from scheduler import opt_outs
from scheduler.accounts import UNAMBIGUOUS
from scheduler.domain.patient_day import patient_day
from scheduler.domain.phases import Course
from scheduler.domain.status import Status
from scheduler.editions import protocol_of
from scheduler.enrolment import contact_of
from scheduler.enrolment.contact import TOKEN_LENGTH
from scheduler.models import Episode, Patient
from scheduler.opt_outs import Recipient
from scheduler.plans import course_of_episode
from scheduler.plans.opting_in import start_again
from scheduler.web.access import View

TO_COME = (Status.SCHEDULED, Status.CLAIMED)
CHANNELS = {"sms": "texts", "email": "emails"}


class Token:
    """The end of a patient's link, as an address may have it; anything else never reaches the database."""

    regex = f"[{UNAMBIGUOUS}]{{{TOKEN_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@never_cache
def unknown_link(request: HttpRequest) -> HttpResponse:
    return _private(render(request, "patient/unknown.html", status=404))


def private_link(view: View) -> View:
    """Find the patient by the address's unguessable end; keep it out of indexes and referrers."""

    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        patient = (
            Patient.objects.across_clinics().select_related("clinic__sender").filter(page_token=token).first()
        )
        if patient is None:
            return unknown_link(request)
        return _private(view(request, patient))

    return never_cache(found)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer.setdefault("Referrer-Policy", "no-referrer")
    return answer


@require_safe
@private_link
def patient_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Today, what is ahead, and when to worry."""
    now = timezone.now()
    ways = _recipients(patient)
    refused = opt_outs.refused(ways)
    plans = [_plan(episode) for episode in _episodes(patient)]
    context = {
        "patient": patient,
        "clinic": patient.clinic,
        **_today(plans, patient, now),
        "contact": contact_of(patient.clinic),
        "critical": _critical(patient) if refused else [],
        "stopped": [CHANNELS[one.channel] for one in ways if one in refused],
    }
    return render(request, "patient/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private_link
def patient_messages(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Stop or resume texts and emails. Looking changes nothing; link checkers look."""
    if request.method == "POST":
        channel, wish = request.POST.get("channel", ""), request.POST.get("wish", "")
        if channel not in patient.addresses or wish not in ("stop", "resume"):
            return _ask(request, patient, status=422)
        act = opt_outs.stop if wish == "stop" else start_again
        address = patient.addresses[channel]
        act(patient.clinic, channel, address, source="page", actor="patient", now=timezone.now())
        return redirect("patient-messages", patient.page_token)
    return _ask(request, patient)


def _ask(request: HttpRequest, patient: Patient, **options: Any) -> HttpResponse:
    recipients = _recipients(patient)
    refused = opt_outs.refused(recipients)
    rows = [(one.channel, CHANNELS[one.channel], one in refused) for one in recipients]
    sender = patient.clinic.sender
    context = {
        "patient": patient,
        "rows": rows,
        "critical": _critical(patient),
        "shared": sender is not None and sender.clinics.count() > 1,
        "not_understood": request.method == "POST",
    }
    answer = render(request, "patient/messages.html", context, **options)
    # With "no-referrer" browsers send a form's Origin as null, and the CSRF check refuses it.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _recipients(patient: Patient) -> list[Recipient]:
    return [Recipient(patient.clinic, *way) for way in patient.addresses.items()]


def _critical(patient: Patient) -> list[str]:
    """What the messages are about that nobody should miss: the labels of the protocol's critical ones."""
    protocols = [protocol_of(episode.edition) for episode in _episodes(patient)]
    messages = [message for protocol in protocols for message in protocol.messages.values()]
    return list(dict.fromkeys(message.label for message in messages if message.kind == "critical"))


def _episodes(patient: Patient) -> list[Episode]:
    running = patient.episodes.select_related("edition").exclude(state=Episode.State.CANCELLED)
    return list(running.order_by("-treated_at"))


@dataclass(frozen=True)
class Plan:
    """A treatment and whether something of it is still to come."""

    episode: Episode
    course: Course

    def runs(self, now: datetime) -> bool:
        ahead = any(phase.ends_at and not phase.is_over(now) for phase in self.course.phases.values())
        return ahead or self.episode.reminders.filter(status__in=TO_COME).exists()


def _plan(episode: Episode) -> Plan:
    return Plan(episode, course_of_episode(episode))


def _today(plans: list[Plan], patient: Patient, now: datetime) -> dict[str, Any]:
    """One list of what holds, of all treatments that are running; of the newest alone where none is."""
    running = [plan for plan in plans if plan.runs(now)]
    shown = running or plans[:1]
    if not shown:
        return {"day": None, "ended": True, "treatments": []}
    day = patient_day([plan.course for plan in shown], contact_of(patient.clinic), now)
    if not running:
        # Whom to call and what to watch for stays; what has no end in the source is no rule for ever.
        day = replace(day, now=tuple(rule for rule in day.now if rule.phase.kind == "watch"))
    return {
        "day": day,
        "ended": not running,
        "treatments": [plan.course.treatment for plan in reversed(shown)],
        "zone": shown[0].episode.timezone,
    }
