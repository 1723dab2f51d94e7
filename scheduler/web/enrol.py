"""Enrolling a patient at the desk, with the plan beside the form before anything is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scheduler import editions
from scheduler.clinic_settings import FIELDS
from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.message import Text
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.domain.timeline import Phase, PlannedReminder
from scheduler.enrolment import Preview, Refused, already_running, offered, preview
from scheduler.enrolment import enrol as enrol_patient
from scheduler.enrolment.patients import record
from scheduler.models import Attempt, Clinic, Episode
from scheduler.plans.view import views
from scheduler.plans.wording import named
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.enrol_form import EnrolForm
from scheduler.web.picture import until


@dataclass(frozen=True)
class Held:
    """A rule with its end in words; the leg and the deciding treatment where they have to be named."""

    phase: Phase
    leg: str
    until: str
    decider: str


@dataclass(frozen=True)
class Shown:
    """What stands beside the form: the plan, or what is still to be said before there is one."""

    plan: Preview | None = None
    #: what must be said before there is a plan
    wanted: tuple[str, ...] = ()
    #: questions that the form asks only when they arise
    asks_fold: str = ""
    asks_late: bool = False
    asks_patient: bool = False
    #: the patient agreed to emails alone
    by_email: bool = False
    #: plans that run already for the number or the email address
    running: tuple[Episode, ...] = ()

    @property
    def texts(self) -> list[tuple[PlannedReminder, Text]]:
        return (
            [(planned, self.plan.texts[planned.key]) for planned in self.plan.reminders] if self.plan else []
        )

    @property
    def holds(self) -> list[Held]:
        """Each rule that is not over yet, of all the patient's treatments, with its end in words."""
        if self.plan is None:
            return []
        mine = self.plan.course.treatment
        ahead = (s for s in stretches(self.plan.timeline.courses) if not s.phase.is_over(mine.enrolled_at))
        held = [Held(s.phase, s.leg, until(s.phase, mine.timezone), self._decider(s)) for s in ahead]
        return list(_alike(held))

    def _decider(self, stretch: Stretch) -> str:
        """Which of the running treatments gives the end of a rule that the new one has as well."""
        if self.plan is None or self.plan.course.treatment.episode not in stretch.episodes:
            return ""
        deciding = (c for c in self.plan.others if c.treatment.episode == stretch.phase.decided_by)
        return next((named(course) for course in deciding if stretch.phase.ends_at), "")


def _alike(held: Iterable[Held]) -> Iterator[Held]:
    """What is the same for both legs stands there once."""
    for _rule, found in groupby(held, key=lambda one: (one.phase.id, one.until)):
        rules = list(found)
        yield from [replace(rules[0], leg="")] if len({rule.leg for rule in rules}) > 1 else rules


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def enrol(request: ClinicRequest) -> HttpResponse:
    protocols = ready_protocols(request.clinic)
    if not protocols:
        return _not_ready(request)
    if request.method != "POST":
        return _blank(request, protocols)
    form = EnrolForm(request.clinic, protocols, request.POST)
    if request.POST.get("step") == "preview":
        return _page(request, form, _shown(form, request))
    try:
        done = enrol_patient(form.enrolment(), request.user.email, request.now)
    except Refused as refused:
        shown = _shown(form, request)
        form.explain(refused)
        return _page(request, form, shown, status=422)
    answer = redirect("enrolled", request.clinic.slug, done.episode.pk)
    if not done.created:
        answer["Location"] += "?again=1"
    return answer


@require_POST
@clinic_page()
def enrol_preview(request: ClinicRequest) -> HttpResponse:
    """The plan for what is typed so far, to be put beside the form."""
    protocols = ready_protocols(request.clinic)
    if not protocols:
        return _not_ready(request)
    form = EnrolForm(request.clinic, protocols, request.POST)
    return render(request, "clinic/enrol_preview.html", {"form": form, "shown": _shown(form, request)})


@require_safe
@clinic_page()
def enrolled(request: ClinicRequest, episode: int) -> HttpResponse:
    """After enrolling: the address to read back, and what goes first."""
    found = get_object_or_404(
        Episode.objects.for_clinic(request.clinic).select_related("patient"), pk=episode
    )
    of_its_own = found.reminders.exclude(status__in=(Status.SUPERSEDED, Status.FOLDED))
    first = of_its_own.order_by("due_at").first()
    text = Attempt.objects.for_clinic(request.clinic).filter(reminder=first).order_by("-created_at").first()
    context = {
        "episode": found,
        "first": first,
        "text": text,
        "again": "again" in request.GET,
        "others": views([found])[found.pk].others,
    }
    return render(request, "clinic/enrolled.html", context)


def ready_protocols(clinic: Clinic) -> dict[str, Protocol]:
    """The protocols, with the clinic's own values, for which nothing is missing."""
    ready = [name for name in editions.available_protocols() if not editions.missing(clinic, name)]
    current = {name: editions.current_edition(clinic, name) for name in ready}
    return {name: editions.protocol_of(edition) for name, edition in current.items() if edition}


def _blank(request: ClinicRequest, protocols: dict[str, Protocol]) -> HttpResponse:
    """An empty form; `?patient=` says for whom, where the patient is known."""
    patient = None
    if "patient" in request.GET:
        patient = record(request.clinic, request.GET["patient"])
        if patient is None:
            raise Http404
    form = EnrolForm.blank(request.clinic, protocols, request.now, patient)
    return _page(request, form, Shown(asks_patient=True) if patient else None)


def _not_ready(request: ClinicRequest) -> HttpResponse:
    missing = [
        (protocol, editions.missing(request.clinic, name))
        for name, protocol in editions.available_protocols().items()
    ]
    context = {"missing": missing, "of_the_clinic": FIELDS, "where": editions.where_to_set(request.clinic)}
    return render(request, "clinic/not_ready.html", context)


def _shown(form: EnrolForm, request: ClinicRequest) -> Shown:
    asked = form.enrolment()
    known = offered(asked)
    form.offer(known)
    shown = Shown(asks_patient=bool(known), running=tuple(already_running(asked)))
    try:
        plan = preview(asked, request.now)
    except Refused as refused:
        wanted = tuple(sentence for field, sentence in form.sentences(refused).items() if field != "fold")
        fold = refused.faults.get("fold", "")
        return replace(shown, wanted=wanted, asks_fold=fold, asks_late=asked.late_confirmed)
    # A question once answered stays on the form, or its answer would be lost with the next change.
    fold = _("The clock showed this time twice.") if asked.fold else ""
    by_email = asked.channels == ("email",)
    return replace(shown, plan=plan, asks_fold=fold, asks_late=plan.late, by_email=by_email)


def _page(request: ClinicRequest, form: EnrolForm, shown: Shown | None, **options: Any) -> HttpResponse:
    return render(request, "clinic/enrol.html", {"form": form, "shown": shown}, **options)
