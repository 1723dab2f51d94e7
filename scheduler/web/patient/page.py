"""What a patient sees behind the link in every text. It names nobody, sets no cookie and needs no script."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scheduler import opt_outs
from scheduler.domain.patient_day import PatientDay, patient_day
from scheduler.enrolment import contact_of
from scheduler.opt_outs import Recipient
from scheduler.web.patient.link import Link, private_link
from scheduler.web.patient.plans import Shown, shown


@require_safe
@private_link
def patient_page(request: HttpRequest, link: Link) -> HttpResponse:
    """Today, the days behind and ahead, and when to worry."""
    return render(request, "patient/page.html", facts_of(link))


def facts_of(link: Link) -> dict[str, Any]:
    """What a page or a sheet of paper tells the patient."""
    about = shown(link.plans, link.now)
    ways = recipients_of(link)
    refused = opt_outs.refused(ways)
    paused = [plan for plan in reversed(about.plans) if plan.is_paused and not about.ended]
    still_comes = [label for plan in paused for label in plan.critical_to_come]
    return {
        "patient": link.patient,
        "clinic": link.clinic,
        "contact": contact_of(link.clinic),
        "about": about,
        "day": _day(about, link),
        "treatments": [plan.course.treatment for plan in reversed(about.plans)],
        "paused": paused,
        "still_comes": list(dict.fromkeys(still_comes)) if len(refused) < len(ways) else [],
        "unsaid": critical_of(link) if len(refused) == len(ways) else [],
        "ways": [one.channel for one in ways],
        "stopped": [one.channel for one in ways if one in refused],
        "webcal": _webcal(link),
    }


def _day(about: Shown, link: Link) -> PatientDay:
    """One list of what holds, of all the treatments that it is about."""
    day = patient_day([plan.course for plan in about.plans], contact_of(link.clinic), link.now)
    if about.ended:
        # Whom to call and what to watch for stays; what has no end in the source is no rule for ever.
        return replace(day, now=tuple(rule for rule in day.now if rule.phase.kind == "watch"))
    return day


def _webcal(link: Link) -> str:
    """The address of the calendar that calendar programs subscribe to."""
    _, _, rest = settings.PUBLIC_URL.partition(":")
    return f"webcal:{rest}{reverse('patient-calendar', args=[link.patient.page_token])}"


def recipients_of(link: Link) -> list[Recipient]:
    """The ways that are permitted: by any other nothing comes, and there is nothing to stop."""
    plans = [plan for plan in link.plans if not plan.is_cancelled] or link.plans
    used = {way for plan in plans for way in plan.episode.channels}
    return [Recipient(link.clinic, *way) for way in link.patient.addresses.items() if way[0] in used]


def critical_of(link: Link) -> list[str]:
    """What the messages are about that nobody should miss: the labels of the protocols' critical ones."""
    protocols = [plan.course.protocol for plan in link.plans if not plan.is_cancelled]
    messages = [message for protocol in protocols for message in protocol.messages.values()]
    return list(dict.fromkeys(message.label for message in messages if message.critical))
