"""Who may see which page. Every view of a clinic goes through `clinic_page`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from scheduler.alarms import alarms_for, says
from scheduler.attention import count_waiting
from scheduler.dispatch.watchdog import notice_workers
from scheduler.models import Alarm, Clinic, Membership, User
from scheduler.senders import leaves_for_real
from scheduler.team import JOINED


@dataclass(frozen=True)
class Trouble:
    """Something is wrong with the sending of a clinic's messages: in words, and who sees to it."""

    alarm: Alarm
    says: str


class ClinicRequest(HttpRequest):
    """A request of a member of a clinic. `now` is the one reading of the clock, UTC."""

    user: User
    clinic: Clinic
    membership: Membership
    is_admin: bool
    nothing_leaves: bool
    alarms: list[Trouble]
    #: how much waits for somebody; it is counted where a page says it
    waiting: int
    now: datetime
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def clinic_page(*, admin: bool = False) -> Callable[[View], View]:
    """Let members of the clinic in the address through; to everybody else that clinic does not exist.

    With `admin`, staff are refused with 403: they know the clinic, and whom to ask.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: Any, slug: str, **parts: Any) -> HttpResponse:
            membership = memberships_of(request.user).filter(clinic__slug=slug).first()
            if membership is None:
                raise Http404
            request.clinic, request.membership = membership.clinic, membership
            request.is_admin = membership.role == Membership.Role.ADMIN
            request.nothing_leaves = nothing_leaves(membership.clinic)
            request.now = timezone.now()
            request.alarms = alarms_shown(membership.clinic, request.now)
            request.waiting = SimpleLazyObject(lambda: waiting_for(request))
            if admin and not request.is_admin:
                raise PermissionDenied
            return view(request, **parts)

        @wraps(view)
        def guarded(request: Any, slug: str, **parts: Any) -> HttpResponse:
            if request.htmx and not request.user.is_authenticated:
                # The sign-in page has no place inside a part of another page.
                back = quote(request.htmx.current_url_abs_path or "/")
                return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?next={back}")
            return login_required(entered)(request, slug=slug, **parts)

        return never_cache(guarded)

    return decorate


def memberships_of(user: Any) -> Any:
    """The memberships of a signed-in user with their clinics, in order of the clinics' names."""
    return (
        Membership.objects.across_clinics()
        .filter(JOINED, user=user)
        .select_related("clinic__sender")
        .order_by("clinic__name")
    )


def nothing_leaves(clinic: Clinic) -> bool:
    """Whether what this clinic sends ends in the outbox."""
    return not leaves_for_real(clinic)


def alarms_shown(clinic: Clinic, now: datetime) -> list[Trouble]:
    """What is wrong with the sending of this clinic's messages, in sentences."""
    notice_workers(now)
    return [Trouble(found, says(found)) for found in alarms_for([clinic])]


def waiting_for(request: ClinicRequest) -> int:
    """Messages, replies and held enrolments of the clinic, and alarms that nobody sees to yet."""
    unseen = sum(not trouble.alarm.acknowledged_at for trouble in request.alarms)
    return count_waiting(request.clinic, request.now) + unseen
