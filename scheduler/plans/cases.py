"""Patients as planning sees them, read in sets: four queries, whatever their number."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from scheduler.domain.due import OPENERS
from scheduler.domain.opening import Telling
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course
from scheduler.domain.protocol import Protocol
from scheduler.domain.replan import Case
from scheduler.domain.status import AttemptStatus, Status
from scheduler.domain.stored import PENDING, Stored
from scheduler.editions import protocol_of
from scheduler.models import Attempt, Edition, Episode
from scheduler.plans.courses import treatment_of
from scheduler.sets import chunks, instant, with_ids

ROWS = """
    SELECT id, episode_id, "key", message, status, status_reason, due_at, send_by, critical, last, any_hour,
        timezone, folds, moved_to, host_id, decided_by_id
    FROM scheduler_reminder WHERE episode_id IN (IDS) ORDER BY id
"""
TELLING = ("reminder__episode_id", "reminder__message", "created_at", "told")
#: what a row raises whose values nothing can be made of, such as JSON of the wrong type
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
#: an attempt that stands otherwise certainly never reached the patient
NEVER_ARRIVED = (AttemptStatus.RELEASED, AttemptStatus.REJECTED)


def own_protocol(episode: Episode, edition: Edition, pending: bool) -> Protocol:
    """The edition's."""
    return protocol_of(edition)


def load_cases(
    patients: Sequence[int], choose: Callable[[Episode, Edition, bool], Protocol] = own_protocol
) -> dict[int, Case]:
    """Each patient's running treatments, reminders and tellings, by the patient's id.

    `choose` says under which protocol a treatment is planned, and is told whether something of it pends.
    """
    episodes = list(Episode.objects.across_clinics().filter(patient__in=patients).order_by("pk"))
    editions = Edition.objects.across_clinics().defer("protocol").in_bulk({e.edition_id for e in episodes})
    treated = {e.pk: _Treated(e, editions[e.edition_id]) for e in episodes}
    rows: dict[int, list[Stored]] = defaultdict(list)
    pending: set[int] = set()
    for row in _rows(list(treated)):
        rows[treated[row.episode].episode.patient_id].append(row)
        if row.status in PENDING or row.status is Status.CLAIMED:
            pending.add(row.episode)
    courses: dict[int, dict[int, Course]] = defaultdict(dict)
    for episode, edition in treated.values():
        if episode.state != Episode.State.CANCELLED:
            protocol = choose(episode, edition, episode.pk in pending)
            courses[episode.patient_id][episode.pk] = course_of(protocol, treatment_of(episode))
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


def _rows(episodes: Sequence[int]) -> Iterator[Stored]:
    # Not by the ORM: most values come again and again, and are read once.
    when = cache(instant)
    folds = cache(lambda text: tuple(json.loads(text)))
    status = {str(one): one for one in Status}
    with connection.cursor() as cursor:
        for chunk in chunks(episodes):
            cursor.execute(with_ids(ROWS, chunk), chunk)
            for row in cursor.fetchall():
                values: list[Any] = [*row[:4], status[row[4]], row[5], when(row[6]), when(row[7])]
                values += [*map(bool, row[8:11]), row[11], folds(row[12]), when(row[13]), *row[14:]]
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
            yield episode.patient_id, Telling(created_at, site, opens and about == pk, ends, about)


def _by_treatment(episode: int, told: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The ends that a text named; those of another treatment that it carried bear that one's number."""
    ends: dict[int, dict[str, str]] = {episode: {}}
    for name, end in told.items():
        number, _, phase = name.rpartition(":")
        ends.setdefault(int(number or episode), {})[phase] = end
    return ends
