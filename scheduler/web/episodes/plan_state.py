"""Whether a plan runs, is paused or over, found by the day of the treatment: nothing is counted or joined."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy

from scheduler.domain import localtime
from scheduler.domain.span import last_day
from scheduler.editions import protocol_of
from scheduler.models import Clinic, Edition, Episode
from scheduler.plans.cases import UNREADABLE
from scheduler.web.words import Word

# It stands in the text: a partial index is not used for parameters.
IS_PAUSED = "scheduler_episode.state = 'paused'"
#: an edition that cannot be read any more
SOME_DAYS = 28
#: an edition -> treatments under it that ended before this instant are over
Begun = Mapping[int, datetime]


class PlanState(StrEnum):
    """What staff call it; a plan is over when its last day is."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


SAYS: Mapping[str, Word] = {
    PlanState.RUNNING: gettext_lazy("Running"),
    PlanState.PAUSED: gettext_lazy("Paused"),
    PlanState.ENDED: gettext_lazy("Ended"),
    PlanState.CANCELLED: gettext_lazy("Cancelled"),
}


def begun_of(clinic: Clinic, now: datetime) -> Begun:
    """One query, and one more for each edition that this process has not read yet."""
    today = localtime.local_date(clinic.timezone, now)
    own = Edition.objects.for_clinic(clinic).defer("protocol")
    return {
        edition.pk: localtime.start_of_day(clinic.timezone, today - timedelta(days=_days(edition)))
        for edition in own
    }


def _days(edition: Edition) -> int:
    try:
        return last_day(protocol_of(edition))
    except UNREADABLE:
        return SOME_DAYS


def in_state(state: str, begun: Begun) -> Q:
    """Cancelled plans are among those that have ended; anything else than these states is everything."""
    if state == PlanState.PAUSED:
        return Q(RawSQL(IS_PAUSED, [], models.BooleanField()))  # noqa: S611 - words of our own
    if state == PlanState.RUNNING:
        return Q(state=Episode.State.ACTIVE) & _began(begun, "gte")
    if state == PlanState.ENDED:
        return Q(state=Episode.State.CANCELLED) | (Q(state=Episode.State.ACTIVE) & _began(begun, "lt"))
    return Q()


def _began(begun: Begun, how: str) -> Q:
    """In one stroke where all editions take as long: the rows are then a part of an index."""
    since = Q()
    for instant in sorted(set(begun.values())):
        within = [pk for pk, one in begun.items() if one == instant]
        these = Q() if len(within) == len(begun) else Q(edition__in=within)
        since |= these & Q(**{f"treated_at__{how}": instant})
    return since


def state_of(episode: Episode, begun: Begun) -> PlanState:
    if episode.state != Episode.State.ACTIVE:
        return PlanState(episode.state)
    return PlanState.ENDED if episode.treated_at < begun[episode.edition_id] else PlanState.RUNNING
