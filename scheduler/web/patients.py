"""The clinic's patients, newest treatment first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scheduler.attention import UNSAID
from scheduler.domain.status import Status
from scheduler.models import Clinic, Episode, Reminder
from scheduler.plans import treatment_of
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.stopped import stopped_of

PAGE = 50
#: what a person has to see to; a critical text that was not sent at all has to be said in another way
TROUBLE = Q(status__in=[Status.FAILED, Status.IN_DOUBT, Status.UNDELIVERED]) | Q(
    status=Status.SKIPPED, critical=True, status_reason__in=UNSAID
)


@dataclass(frozen=True)
class Row:
    episode: Episode
    #: whole days since the date of treatment, in the episode's zone
    day: int
    #: on the wall clock; empty where nothing more is planned
    next_local: str
    #: nothing is planned of its own, and texts of another treatment say what it would
    elsewhere: bool
    trouble: bool
    #: the channels that the patient stopped
    stopped: Collection[str]


@require_safe
@clinic_page()
def patients(request: ClinicRequest) -> HttpResponse:
    page = Paginator(episodes(request.clinic, request.now), PAGE).get_page(request.GET.get("page"))
    stopped = stopped_of(request.clinic, page)
    rows = [row_of(episode, stopped[episode.pk], request.now) for episode in page]
    return render(request, "clinic/patients.html", {"page": page, "rows": rows})


def episodes(clinic: Clinic, now: datetime) -> "QuerySet[Episode]":
    """The clinic's episodes, each with its next reminder and whether one needs a person."""
    reminders = Reminder.objects.for_clinic(clinic).filter(episode=OuterRef("pk"))
    planned = reminders.filter(status=Status.SCHEDULED).order_by("due_at")
    return (
        Episode.objects.for_clinic(clinic)
        .select_related("patient")
        .annotate(
            next_local=Subquery(planned.values("due_local")[:1]),
            elsewhere=Exists(
                reminders.filter(status__in=(Status.SUPERSEDED, Status.FOLDED), send_by__gt=now)
            ),
            trouble=Exists(reminders.filter(TROUBLE)),
        )
        .order_by("-treated_at", "-pk")
    )


def row_of(episode: Episode, stopped: Collection[str], now: datetime) -> Row:
    day = treatment_of(episode).day_of(now)
    next_local, elsewhere = episode.next_local or "", episode.elsewhere  # type: ignore[attr-defined]
    return Row(episode, day, next_local, elsewhere, episode.trouble, stopped)  # type: ignore[attr-defined]
