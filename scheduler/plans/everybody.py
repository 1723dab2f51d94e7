"""What a protocol that is to be published would change for everybody enrolled, and who that is."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from scheduler import collector
from scheduler.domain.diff import Diff
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.replan import Case, replan
from scheduler.domain.status import Status
from scheduler.domain.stored import PENDING
from scheduler.domain.timeline import Timeline
from scheduler.models import Clinic, Episode, Reminder
from scheduler.plans.cases import UNREADABLE, load_cases

#: so many patients are planned anew in one transaction
STEP = 500


@dataclass
class Reach:
    """Counts over everybody: `effects` by what becomes of a reminder, `gone` texts that went already.

    `corrected` is how many were told another date and get a text about it; `left` has the episodes that keep
    their edition, because the new one asks a question that nobody answered for them. `unreadable` are
    patients whose rows nothing can be made of: their plans stay as they are.
    """

    patients: int = 0
    changed: int = 0
    corrected: int = 0
    gone: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    left: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)

    def add(self, diff: Diff) -> None:
        self.patients += 1
        self.changed += bool(diff)
        self.corrected += bool(diff.corrections)
        self.gone += diff.gone
        self.effects.update(str(step.effect) for step in diff.steps)

    def counts(self) -> dict[str, int]:
        """Plain numbers, to be kept and compared."""
        own = {"patients": self.patients, "changed": self.changed, "corrected": self.corrected}
        stay = {"left": len(self.left), "unreadable": len(self.unreadable)}
        return own | stay | dict(self.effects)

    def join(self, other: "Reach") -> None:
        """Add what was counted of others."""
        self.patients += other.patients
        self.changed += other.changed
        self.corrected += other.corrected
        self.gone += other.gone
        self.effects += other.effects
        self.left += other.left
        self.unreadable += other.unreadable


@dataclass(frozen=True, slots=True)
class Effect:
    """What it does to one patient."""

    patient: int
    case: Case
    timeline: Timeline
    diff: Diff


Tell = Callable[[int, int], None]


def reached(clinic: Clinic, protocol_id: str, *, after: int = 0, limit: int | None = None) -> list[int]:
    """Ids of the patients, in their order, for whom something of this protocol is still to come."""
    patients = _running(clinic, protocol_id).filter(patient__gt=after).order_by("patient_id")
    return list(patients.values_list("patient_id", flat=True).distinct()[:limit])


def _running(clinic: Clinic, protocol_id: str) -> QuerySet[Episode]:
    # One that a worker holds may come back.
    to_come = [*PENDING, Status.CLAIMED]
    pending = Reminder.objects.across_clinics().filter(episode=OuterRef("pk"), status__in=to_come)
    episodes = Episode.objects.for_clinic(clinic).filter(Exists(pending), edition__protocol_id=protocol_id)
    return episodes.exclude(state=Episode.State.CANCELLED)


@dataclass
class Choice:
    """Plans under this protocol what still pends of it; notes whose edition changes, and whose cannot."""

    protocol: Protocol
    moved: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def __call__(self, treatment: Treatment, own: Protocol, pending: bool) -> Protocol:
        if not pending or own.id != self.protocol.id:
            return own
        if self.protocol.check_answers(treatment.answers):
            self.left.append(treatment.episode)
            return own
        self.moved.append(treatment.episode)
        return self.protocol


def effect_on_everybody(
    clinic: Clinic,
    protocol: Protocol,
    now: datetime,
    *,
    tell: Tell = lambda done, of: None,
    each: Callable[[Effect], None] = lambda effect: None,
) -> Reach:
    """What publishing this protocol to everybody would do; writes nothing.

    `tell` hears how far it is, and may break it off by raising; `each` gets every patient's own effect.
    """
    reach, patients = Reach(), reached(clinic, protocol.id)
    for first in range(0, len(patients), STEP):
        tell(first, len(patients))
        look(patients[first : first + STEP], protocol, now, reach, each)
    tell(len(patients), len(patients))
    return reach


@collector.paused()
def look(
    patients: Sequence[int],
    protocol: Protocol,
    now: datetime,
    reach: Reach,
    each: Callable[[Effect], None],
) -> None:
    """The effect on these; one by one where somebody's rows are unreadable, so that they hold up no other."""
    choice = Choice(protocol)
    try:
        found = [
            Effect(patient, case, *replan(case, now))
            for patient, case in load_cases(patients, choice).items()
        ]
    except UNREADABLE:
        if len(patients) == 1:
            reach.unreadable += patients
            return
        for patient in patients:
            look([patient], protocol, now, reach, each)
        return
    reach.left += choice.left
    for effect in found:
        reach.add(effect.diff)
        each(effect)
