"""A patient's treatments as the pages behind the patient's own link show them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduler.domain.phases import Course
from scheduler.domain.status import Status
from scheduler.models import Episode, Patient, Reminder
from scheduler.plans import course_of_episode

TO_COME = (Status.SCHEDULED, Status.CLAIMED)
#: how long after the end of the last plan the page stays
KEPT = timedelta(days=90)


class Planned(NamedTuple):
    """A message of a plan."""

    id: int
    episode_id: int
    key: str
    message: str
    status: str
    due_at: datetime
    critical: bool

    @property
    def to_come(self) -> bool:
        return self.status in TO_COME


@dataclass(frozen=True)
class Plan:
    """A treatment, what follows from it, and its messages in the order in which they are due."""

    episode: Episode
    course: Course
    messages: Sequence[Planned] = ()

    @property
    def is_cancelled(self) -> bool:
        return self.episode.state == Episode.State.CANCELLED

    @property
    def is_paused(self) -> bool:
        return self.episode.state == Episode.State.PAUSED

    @property
    def ends_at(self) -> datetime:
        """When nothing of it is to come any more, whether or not its messages go."""
        phases = [phase.ends_at for phase in self.course.phases.values() if phase.ends_at]
        return max(self.episode.treated_at, *phases, *(message.due_at for message in self.messages))

    @property
    def critical_to_come(self) -> list[str]:
        """The labels of what comes even while the plan is paused."""
        critical = [one.message for one in self.messages if one.critical and one.to_come]
        return [self.course.protocol.messages[name].label for name in dict.fromkeys(critical)]

    def holds(self, now: datetime) -> bool:
        """Whether a rule of it that ends is still ahead of its end. Cancelling its messages ends no rule."""
        return any(phase.ends_at and not phase.is_over(now) for phase in self.course.phases.values())

    def runs(self, now: datetime) -> bool:
        """Whether something of it is still to come."""
        return not self.is_cancelled and (self.holds(now) or any(one.to_come for one in self.messages))


def plans_of(patient: Patient) -> list[Plan]:
    """All treatments, the newest first; two queries."""
    episodes = (
        Episode.objects.across_clinics()
        .filter(patient=patient.pk)
        .select_related("edition")
        # It is large, and read only for an edition that was not seen yet.
        .defer("edition__protocol")
        .order_by("-treated_at", "-pk")
    )
    messages = _messages(patient)
    return [Plan(one, course_of_episode(one), messages[one.pk]) for one in episodes]


def _messages(patient: Patient) -> dict[int, list[Planned]]:
    rows = Reminder.objects.across_clinics().filter(episode__patient=patient.pk).order_by("due_at", "pk")
    by_episode: dict[int, list[Planned]] = defaultdict(list)
    for row in rows.values_list(*Planned._fields):
        planned = Planned(*row)
        by_episode[planned.episode_id].append(planned)
    return by_episode


def is_over(plans: Iterable[Plan], now: datetime) -> bool:
    """Whether the last of the plans ended so long ago that there is no page any more."""
    return now >= max(plan.ends_at for plan in plans) + KEPT


class Shown(NamedTuple):
    """The treatments that a page is about, the newest first, and why it is about these."""

    plans: list[Plan]
    #: nothing of them is to come
    ended: bool = False
    #: only their messages were cancelled: the treatments took place, as far as anybody knows
    cancelled: bool = False
    #: treatments that stand in no list, though their rules would still hold
    left_out: tuple[Plan, ...] = ()


def shown(plans: Sequence[Plan], now: datetime) -> Shown:
    """Those that run; else those whose messages were cancelled while their rules hold; else the newest."""
    running = [plan for plan in plans if plan.runs(now)]
    cancelled = [plan for plan in plans if plan.is_cancelled and plan.holds(now)]
    if running:
        return Shown(running, left_out=tuple(cancelled))
    if cancelled:
        return Shown(cancelled, cancelled=True)
    return Shown([next((plan for plan in plans if not plan.is_cancelled), plans[0])], ended=True)
