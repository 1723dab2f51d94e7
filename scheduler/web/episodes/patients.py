"""The clinic's patients, newest treatment first: search by name or number, filters, and how messages fare."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from scheduler.models import Episode
from scheduler.plans import treatment_of
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.episodes.delivery import Delivery, deliveries
from scheduler.web.episodes.plan_state import Begun, PlanState, begun_of, in_state, state_of
from scheduler.web.episodes.search import found, read_term
from scheduler.web.episodes.slices import sliced
from scheduler.web.episodes.stopped import Stopped, stopped_of

PAGE = 50
FILTERS = {
    "": gettext_lazy("All"),
    PlanState.RUNNING: gettext_lazy("Running"),
    PlanState.PAUSED: gettext_lazy("Paused"),
    PlanState.ENDED: gettext_lazy("Ended"),
}


@dataclass(frozen=True)
class Row:
    episode: Episode
    #: whole days since the date of treatment, in the episode's zone
    day: int
    state: PlanState
    delivery: Delivery
    #: the channels that the patient stopped
    stopped: Collection[str]


@require_safe
@clinic_page()
def patients(request: ClinicRequest) -> HttpResponse:
    asked = request.GET
    term, show = read_term(asked.get("q", "")), asked.get("show", "")
    show = show if show in FILTERS else ""
    begun = begun_of(request.clinic, request.now)
    rows = Episode.objects.for_clinic(request.clinic).filter(in_state(show, begun)).select_related("patient")
    if term:
        rows = found(request.clinic, term, rows)
    part = sliced(rows, "treated_at", PAGE, older=asked.get("older", ""), newer=asked.get("newer", ""))
    context = {
        "rows": _rows(request, part.rows, begun),
        "term": term,
        "show": show,
        "filters": [(name, words, address(q=term, show=name)) for name, words in FILTERS.items()],
        "newest": address(q=term, show=show),
        "newer": address(q=term, show=show, newer=part.newer) if part.newer else "",
        "older": address(q=term, show=show, older=part.older) if part.older else "",
    }
    return render(request, "clinic/patients.html", context)


def _rows(request: ClinicRequest, episodes: list[Episode], begun: Begun) -> list[Row]:
    stopped: Stopped = stopped_of(request.clinic, episodes)
    delivered = deliveries(request.clinic, [episode.pk for episode in episodes], request.now)
    return [
        Row(
            episode,
            treatment_of(episode).day_of(request.now),
            state_of(episode, begun),
            delivered[episode.pk],
            stopped[episode.pk],
        )
        for episode in episodes
    ]


def address(**asked: str) -> str:
    """Of this page, with what is given and not empty."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value})
    return f"?{query.urlencode()}"
