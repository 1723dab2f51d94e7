"""An episode with all that a change of its plan depends on, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from scheduler import dates
from scheduler.changes.refused import refuse
from scheduler.domain.phases import Course
from scheduler.domain.replan import Case
from scheduler.domain.status import Status
from scheduler.domain.stored import Stored
from scheduler.models import Clinic, Episode, Patient
from scheduler.plans.cases import load_cases
from scheduler.plans.wording import label_in


@dataclass(frozen=True)
class Loaded:
    """`case` has all of the patient's running treatments; `course` is this episode's."""

    episode: Episode
    case: Case
    now: datetime

    @property
    def clinic(self) -> Clinic:
        return self.episode.clinic

    @property
    def patient(self) -> Patient:
        return self.episode.patient

    @property
    def course(self) -> Course:
        return self.case.courses[self.episode.pk]

    @property
    def others(self) -> list[Course]:
        return [course for number, course in self.case.courses.items() if number != self.episode.pk]

    @property
    def rows(self) -> list[Stored]:
        """The episode's own reminders, in the order in which they are due."""
        mine = [row for row in self.case.rows if row.episode == self.episode.pk]
        return sorted(mine, key=lambda row: row.due_at)

    def label_of(self, row: Stored) -> str:
        """What staff call it: 2 days after treatment."""
        course = self.case.courses.get(row.episode)
        return label_in(course, row.message, row.due_at) if course else row.key

    def to_come(self) -> list[Stored]:
        return [row for row in self.rows if row.status is Status.SCHEDULED]


def find(clinic: Clinic, episode_id: int) -> Episode:
    """One of the clinic's episodes; another clinic's is as unknown as one that never was. Raises Refused."""
    mine = Episode.objects.for_clinic(clinic).select_related("patient", "edition", "clinic__sender")
    episode = mine.filter(pk=episode_id).first()
    if episode is None:
        raise refuse(
            "unknown-episode",
            _("There is no episode %(episode_id)s at this clinic.") % {"episode_id": episode_id},
            "episode",
        )
    return episode


def load(clinic: Clinic, episode_id: int, now: datetime) -> Loaded:
    """Raises Refused where nothing of the plan can be changed any more."""
    episode = find(clinic, episode_id)
    if episode.state == Episode.State.CANCELLED:
        raise refuse(
            "cancelled", _("This plan is cancelled: nothing of it is sent, and it cannot be changed.")
        )
    loaded = Loaded(episode, load_cases([episode.patient_id])[episode.patient_id], now)
    if _is_over(loaded):
        raise refuse("ended", _ended(loaded))
    return loaded


def _is_over(loaded: Loaded) -> bool:
    pending = any(row.status in (Status.SCHEDULED, Status.CLAIMED) for row in loaded.rows)
    phases = loaded.course.phases.values()
    return not pending and all(phase.is_over(loaded.now) for phase in phases if phase.ends_at)


def _ended(loaded: Loaded) -> str:
    ends = [phase.last_date for phase in loaded.course.phases.values() if phase.last_date]
    if not ends:
        return _("This plan ended: nothing of it is to be sent, and it cannot be changed.")
    said = _("This plan ended with %(day)s: nothing of it is to be sent, and it cannot be changed.")
    return said % {"day": dates.day(max(ends))}


def keys_of(rows: Sequence[Stored]) -> str:
    return ", ".join(row.key for row in rows) or "none"
