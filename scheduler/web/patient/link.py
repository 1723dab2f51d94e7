"""The links that patients have. Whoever knows the unguessable end of one gets in; it names nobody."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from scheduler.accounts import UNAMBIGUOUS
from scheduler.enrolment import contact_of
from scheduler.enrolment.contact import TOKEN_LENGTH
from scheduler.models import Clinic, Patient
from scheduler.web.access import View
from scheduler.web.patient.nobody import nobody, plan_of_nobody
from scheduler.web.patient.plans import Plan, is_over, plans_of


class Token:
    """The end of a patient's link, as an address may have it; anything else never reaches the database."""

    regex = f"[{UNAMBIGUOUS}]{{{TOKEN_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Link:
    """What a link leads to. `now` (UTC) is the one reading of the clock."""

    patient: Patient
    plans: list[Plan]
    now: datetime

    @property
    def clinic(self) -> Clinic:
        return self.patient.clinic


def private_link(view: View) -> View:
    """Hand the view what the link leads to, in the patient's language; keep it out of indexes and referrers.

    For a link that leads nowhere, or not any more, the same is done for nobody and thrown away: it takes as
    long. Only looking is done for nobody; a wrong link changes nothing.
    """

    @wraps(view)
    def entered(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        found = _patient(token)
        plans = plans_of(found or nobody(token, now))
        only = only_clinic()
        known = Link(found, plans, now) if found and plans else None
        if known and not is_over(plans, now):
            return _private(_answer(view, request, known))
        if request.method in ("GET", "HEAD"):
            _answer(view, _like(request), known or _link_of_nobody(token, now))
        return _kind_page(request, found, only)

    return never_cache(entered)


@never_cache
def unknown_link(request: HttpRequest) -> HttpResponse:
    """For what cannot be a patient's link, whoever looks at it."""
    return _kind_page(request, None, only_clinic())


def _patient(token: str) -> Patient | None:
    patients = Patient.objects.across_clinics().select_related("clinic__sender")
    return patients.filter(page_token=token, page_revoked_at=None).first()


def _link_of_nobody(token: str, now: datetime) -> Link:
    patient = nobody(token, now)
    return Link(patient, [plan_of_nobody(patient, now)], now)


def _like(request: HttpRequest) -> HttpRequest:
    """One that may be used up: a form on a page asks for a cookie by writing into the request."""
    like = copy(request)
    like.META = dict(request.META)
    return like


def only_clinic() -> Clinic | None:
    """The clinic that a stranger with a link must mean, where there is but one."""
    two = list(Clinic.objects.select_related("sender")[:2])
    return two[0] if len(two) == 1 else None


def _answer(view: View, request: HttpRequest, link: Link) -> HttpResponse:
    with translation.override(language_of(link.patient)):
        answer = view(request, link)
        answer["Content-Language"] = translation.get_language() or ""
    return answer


def _kind_page(request: HttpRequest, patient: Patient | None, only: Clinic | None) -> HttpResponse:
    """The clinic's way of contact stands on it where it is known whose link it is or was."""
    clinic = patient.clinic if patient else only
    context = {"clinic": clinic, "contact": contact_of(clinic) if clinic else None, "over": bool(patient)}
    with translation.override(language_of(patient)):
        status = HTTPStatus.GONE if patient else HTTPStatus.NOT_FOUND
        return _private(render(request, "patient/unknown.html", context, status=status))


def language_of(patient: Patient | None) -> str | None:
    """The patient's language where the pages have it, else the one that the browser asks for."""
    try:
        return translation.get_supported_language_variant(patient.language if patient else "")
    except LookupError:
        return translation.get_language()


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer.setdefault("Referrer-Policy", "no-referrer")
    return answer
