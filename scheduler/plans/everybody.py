"""What a protocol that is to be published would change for everybody enrolled, and who that is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from scheduler.domain.diff import Diff
from scheduler.domain.phases import Course, course_of
from scheduler.domain.protocol import Protocol
from scheduler.domain.replan import Case, replan
from scheduler.domain.stored import PENDING
from scheduler.domain.timeline import Timeline
from scheduler.models import Clinic, Episode, Reminder
from scheduler.plans.cases import load_cases

#: so many patients are planned anew in one transaction
STEP = 500


@dataclass
class Reach:
    """Counts over everybody: `effects` by what becomes of a reminder, `gone` texts that went already.

    `corrected` is how many were told another date and get a text about it; `left` has the episodes that keep
    their edition, because the new one asks a question that nobody answered for them.
    """

    patients: int = 0
    changed: int = 0
    corrected: int = 0
    gone: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    left: list[int] = field(default_factory=list)

    def add(self, diff: Diff) -> None:
        self.patients += 1
        self.changed += bool(diff)
        self.corrected += bool(diff.corrections)
        self.gone += diff.gone
        self.effects.update(str(step.effect) for step in diff.steps)

    def counts(self) -> dict[str, int]:
        """Plain numbers, to be kept and compared."""
        own = {"patients": self.patients, "changed": self.changed, "corrected": self.corrected}
        return own | {"left": len(self.left)} | dict(self.effects)


@dataclass(frozen=True, slots=True)
class Effect:
    """What it does to one patient."""

    patient: int
    before: Case
    after: Case
    timeline: Timeline
    diff: Diff


Tell = Callable[[int, int], None]


def reached(clinic: Clinic, protocol_id: str, *, after: int = 0, limit: int | None = None) -> list[int]:
    """Ids of the patients, in their order, for whom something of this protocol is still to come."""
    patients = _running(clinic, protocol_id).filter(patient__gt=after).order_by("patient_id")
    return list(patients.values_list("patient_id", flat=True).distinct()[:limit])


def _running(clinic: Clinic, protocol_id: str) -> QuerySet[Episode]:
    pending = Reminder.objects.across_clinics().filter(episode=OuterRef("pk"), status__in=list(PENDING))
    episodes = Episode.objects.for_clinic(clinic).filter(Exists(pending), edition__protocol_id=protocol_id)
    return episodes.exclude(state=Episode.State.CANCELLED)


def under(case: Case, protocol: Protocol) -> tuple[Case, list[int], list[int]]:
    """The case with its running treatments under this protocol; whose edition changes, and whose cannot."""
    pending = {row.episode for row in case.rows if row.status in PENDING}
    courses: dict[int, Course] = dict(case.courses)
    moved: list[int] = []
    left: list[int] = []
    for episode, course in case.courses.items():
        if episode not in pending or course.protocol.id != protocol.id:
            continue
        if protocol.check_answers(course.treatment.answers):
            left.append(episode)
            continue
        courses[episode] = course_of(protocol, course.treatment)
        moved.append(episode)
    return replace(case, courses=courses), moved, left


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
        for patient, case in load_cases(patients[first : first + STEP]).items():
            after, _, left = under(case, protocol)
            timeline, diff = replan(after, now)
            reach.left += left
            reach.add(diff)
            each(Effect(patient, case, after, timeline, diff))
    tell(len(patients), len(patients))
    return reach
