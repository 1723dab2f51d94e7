"""Patients as planning sees them, read in sets: four queries, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scheduler.domain.due import OPENERS
from scheduler.domain.opening import Telling
from scheduler.domain.phases import Course
from scheduler.domain.replan import Case
from scheduler.domain.status import AttemptStatus, Status
from scheduler.domain.stored import Stored
from scheduler.editions import protocol_of
from scheduler.models import Attempt, Edition, Episode, Reminder
from scheduler.plans.courses import course_of_episode

ROW = (
    "id", "episode_id", "key", "message", "status", "status_reason", "due_at", "send_by", "critical", "last",
    "any_hour", "timezone", "folds", "moved_to", "host_id", "decided_by_id",
)  # fmt: skip
TELLING = ("reminder__episode_id", "reminder__message", "created_at", "told")
#: an attempt that stands otherwise certainly never reached the patient
NEVER_ARRIVED = (AttemptStatus.RELEASED, AttemptStatus.REJECTED)


def load_cases(patients: Sequence[int]) -> dict[int, Case]:
    """Each patient's running treatments, reminders and tellings, by the patient's id."""
    episodes = list(Episode.objects.across_clinics().filter(patient__in=patients).order_by("pk"))
    editions = Edition.objects.across_clinics().defer("protocol").in_bulk({e.edition_id for e in episodes})
    treated = {e.pk: _Treated(e, editions[e.edition_id]) for e in episodes}
    courses: dict[int, dict[int, Course]] = defaultdict(dict)
    for episode in episodes:
        if episode.state != Episode.State.CANCELLED:
            courses[episode.patient_id][episode.pk] = course_of_episode(episode, editions[episode.edition_id])
    rows: dict[int, list[Stored]] = defaultdict(list)
    for row in _rows(treated):
        rows[treated[row.episode].episode.patient_id].append(row)
    tellings: dict[int, list[Telling]] = defaultdict(list)
    for patient, telling in _tellings(treated):
        tellings[patient].append(telling)
    return {
        patient: Case(courses[patient], tuple(rows[patient]), tuple(tellings[patient]))
        for patient in patients
    }


class _Treated(NamedTuple):
    episode: Episode
    edition: Edition


def _rows(episodes: Iterable[int]) -> Iterator[Stored]:
    found = Reminder.objects.across_clinics().filter(episode__in=list(episodes)).order_by("pk")
    for row in found.values_list(*ROW).iterator(chunk_size=5000):
        values: list[Any] = [*row[:4], Status(row[4]), *row[5:12], tuple(row[12]), *row[13:]]
        yield Stored(*values)


def _tellings(treated: Mapping[int, _Treated]) -> Iterator[tuple[int, Telling]]:
    found = Attempt.objects.across_clinics().filter(reminder__episode__in=list(treated))
    arrived = found.exclude(status__in=NEVER_ARRIVED).order_by("created_at")
    for pk, message, created_at, told in arrived.values_list(*TELLING):
        episode, edition = treated[pk]
        known = protocol_of(edition).messages.get(message)
        opens = known is not None and known.kind in OPENERS
        for about, ends in _by_treatment(pk, told).items():
            site = treated[about].episode.site
            yield episode.patient_id, Telling(created_at, site, opens and about == pk, ends)


def _by_treatment(episode: int, told: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The ends that a text named; those of another treatment that it carried bear that one's number."""
    ends: dict[int, dict[str, str]] = {episode: {}}
    for name, end in told.items():
        number, _, phase = name.rpartition(":")
        ends.setdefault(int(number or episode), {})[phase] = end
    return ends
