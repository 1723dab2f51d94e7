"""Right after enrolling: the address to read back, and whether the first message arrives, while one looks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scheduler.domain.status import Status
from scheduler.models import Attempt, Episode, Reminder
from scheduler.plans.view import views
from scheduler.web.access import ClinicRequest, clinic_page

#: so long a page looks for what becomes of the message
WATCHED = timedelta(minutes=2)
WENT = (Status.SENT, Status.DELIVERED)
MOVING = (Status.CLAIMED, Status.SENT, Status.UNDELIVERED, Status.IN_DOUBT)


@dataclass(frozen=True)
class Arrival:
    """The first message of a treatment as it stands at `now`; `until` is when the page stops looking.

    `text` is the last try of it. `in_vain` is the first, where that went another way.
    """

    episode: Episode
    first: Reminder | None
    text: Attempt | None
    now: datetime
    until: datetime
    in_vain: Attempt | None = None

    @property
    def in_outbox(self) -> bool:
        return bool(self.text and self.text.channel == "outbox")

    @property
    def is_kept(self) -> bool:
        """Whether it is in the outbox, and stays there."""
        return bool(self.first and self.first.status in WENT and self.in_outbox)

    @property
    def is_due(self) -> bool:
        """Whether it leaves while somebody looks."""
        return bool(self.first and self.first.try_at <= self.now + WATCHED)

    @property
    def may_change(self) -> bool:
        """Whether anything is to be expected within the next minutes."""
        if self.first is None:
            return False
        if self.first.status == Status.SCHEDULED:
            return self.is_due
        return self.first.status in MOVING and not self.in_outbox

    @property
    def is_over(self) -> bool:
        """Whether the page has looked for long enough."""
        return self.now >= self.until

    @property
    def is_watched(self) -> bool:
        return self.may_change and not self.is_over

    @property
    def to_ask(self) -> bool:
        """Whether the patient may have it: only the patient knows whether it came to the right telephone."""
        may_have_it = (*WENT, Status.IN_DOUBT)
        return bool(self.first and self.first.status in may_have_it and not self.in_outbox)

    @property
    def seen(self) -> str:
        """A mark that is another one as soon as the page has to say something else."""
        first = f"{self.first.status}-{self.first.try_at.timestamp():.0f}" if self.first else ""
        return f"{first}-{self.text.pk if self.text else ''}-{self.is_over:d}"

    @property
    def look_again(self) -> str:
        """The address that tells only what changed."""
        asks = {"seen": self.seen, "until": int(self.until.timestamp())}
        path = reverse("arrival", args=[self.episode.clinic.slug, self.episode.pk])
        return f"{path}?{urlencode(asks)}"


@require_safe
@clinic_page()
def enrolled(request: ClinicRequest, episode: int) -> HttpResponse:
    """The address to read back, and what goes first."""
    found = _episode(request, episode)
    context = {
        "episode": found,
        "arrival": _arrival(found, request.now, request.now + WATCHED),
        "again": "again" in request.GET,
        "others": views([found])[found.pk].others,
    }
    return render(request, "clinic/enrolled.html", context)


@require_safe
@clinic_page()
def arrival(request: ClinicRequest, episode: int) -> HttpResponse:
    """What became of the first message, for a page that is open; nothing where that page says it already."""
    found = _arrival(_episode(request, episode), request.now, _until(request))
    if request.GET.get("seen") == found.seen:
        return HttpResponse(status=204)
    return render(request, "clinic/enrolled_arrival_news.html", {"arrival": found, "episode": found.episode})


def _episode(request: ClinicRequest, number: int) -> Episode:
    own = Episode.objects.for_clinic(request.clinic).select_related("patient", "clinic")
    return get_object_or_404(own, pk=number)


def _arrival(episode: Episode, now: datetime, until: datetime) -> Arrival:
    """The first message that goes by itself, with the last try of it."""
    of_its_own = episode.reminders.exclude(status__in=(Status.SUPERSEDED, Status.FOLDED))
    first = of_its_own.order_by("due_at").first()
    tries = list(Attempt.objects.for_clinic(episode.clinic).filter(reminder=first).order_by("created_at"))
    text = tries[-1] if first and tries else None
    other_way = text is not None and tries[0].kind != text.kind
    return Arrival(episode, first, text, now, until, in_vain=tries[0] if other_way else None)


def _until(request: ClinicRequest) -> datetime:
    """What no page of ours asked for is over."""
    word = request.GET.get("until", "")
    known = word.isascii() and word.isdecimal() and len(word) < 12
    return min(datetime.fromtimestamp(int(word), UTC), request.now + WATCHED) if known else request.now
