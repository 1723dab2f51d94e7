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
from scheduler.models import Edition, Episode
from scheduler.plans.courses import treatment_of
from scheduler.sets import chunks, instant, with_ids

EPISODES = "SELECT * FROM scheduler_episode WHERE patient_id IN (IDS) ORDER BY id"
# Instants as text: most come again and again, and are read once.
ROWS = """
    SELECT id, episode_id, "key", message, status, status_reason, CAST(due_at AS text), CAST(send_by AS text),
        critical, last, any_hour, timezone, folds, CAST(moved_to AS text), host_id, decided_by_id
    FROM scheduler_reminder WHERE episode_id IN (IDS) ORDER BY id
"""
TELLINGS = """
    SELECT reminder.episode_id, reminder.message, CAST(attempt.created_at AS text), attempt.told
    FROM scheduler_attempt attempt JOIN scheduler_reminder reminder ON reminder.id = attempt.reminder_id
    WHERE reminder.episode_id IN (IDS) AND attempt.status NOT IN (%s, %s)
    ORDER BY attempt.created_at
"""
#: what a row raises whose values nothing can be made of, such as JSON of the wrong type
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
#: an attempt that stands otherwise certainly never reached the patient
NEVER_ARRIVED = (AttemptStatus.RELEASED, AttemptStatus.REJECTED)


#: under which protocol a treatment is planned, given its own and whether something of it pends
Choose = Callable[[Episode, Protocol, bool], Protocol]


def keep(episode: Episode, own: Protocol, pending: bool) -> Protocol:
    """Everything stays under the edition that it was enrolled with."""
    return own


def load_cases(patients: Sequence[int], choose: Choose = keep) -> dict[int, Case]:
    """Each patient's running treatments, reminders and tellings, by the patient's id."""
    episodes = list(_episodes(patients))
    editions = Edition.objects.across_clinics().defer("protocol").in_bulk({e.edition_id for e in episodes})
    protocols = {pk: protocol_of(edition) for pk, edition in editions.items()}
    treated = {e.pk: _Treated(e, protocols[e.edition_id]) for e in episodes}
    rows: dict[int, list[Stored]] = defaultdict(list)
    pending: set[int] = set()
    for row in _rows(list(treated)):
        rows[treated[row.episode].episode.patient_id].append(row)
        if row.status in PENDING or row.status is Status.CLAIMED:
            pending.add(row.episode)
    courses: dict[int, dict[int, Course]] = defaultdict(dict)
    for episode, own in treated.values():
        if episode.state != Episode.State.CANCELLED:
            protocol = choose(episode, own, episode.pk in pending)
            courses[episode.patient_id][episode.pk] = course_of(protocol, treatment_of(episode))
    tellings: dict[int, list[Telling]] = defaultdict(list)
    for patient, telling in _tellings(treated):
        tellings[patient].append(telling)
    return {
        patient: Case(courses[patient], tuple(rows[patient]), tuple(tellings[patient]))
        for patient in patients
    }


def _episodes(patients: Sequence[int]) -> Iterator[Episode]:
    for chunk in chunks(patients):
        yield from Episode.objects.across_clinics().raw(with_ids(EPISODES, chunk), chunk)


class _Treated(NamedTuple):
    episode: Episode
    own: Protocol


def _rows(episodes: Sequence[int]) -> Iterator[Stored]:
    when: Callable[[Any], Any] = cache(instant)
    folds = cache(lambda text: tuple(json.loads(text)))
    status = {str(one): one for one in Status}
    with connection.cursor() as cursor:
        for chunk in chunks(episodes):
            cursor.execute(with_ids(ROWS, chunk), chunk)
            for row in cursor.fetchall():
                (
                    pk, episode, key, message, stands, reason, due_at, send_by, critical, last, any_hour,
                    zone, folded, moved_to, host, decided_by,
                ) = row  # fmt: skip
                yield Stored(
                    pk, episode, key, message, status[stands], reason, when(due_at), when(send_by),
                    bool(critical), bool(last), bool(any_hour), zone, folds(folded), when(moved_to), host,
                    decided_by,
                )  # fmt: skip


def _tellings(treated: Mapping[int, _Treated]) -> Iterator[tuple[int, Telling]]:
    when, ends_of = cache(instant), cache(_by_treatment)
    for pk, message, created_at, told in _arrived(list(treated)):
        episode, protocol = treated[pk]
        known = protocol.messages.get(message)
        opens = known is not None and known.kind in OPENERS
        at = when(created_at)
        assert at is not None
        for number, ends in ends_of(told).items():
            about = int(number or pk)
            site = treated[about].episode.site
            yield episode.patient_id, Telling(at, site, opens and about == pk, ends, about)


def _arrived(episodes: Sequence[int]) -> Iterator[tuple[int, str, Any, str]]:
    with connection.cursor() as cursor:
        for chunk in chunks(episodes):
            cursor.execute(with_ids(TELLINGS, chunk), [*chunk, *NEVER_ARRIVED])
            yield from cursor.fetchall()


def _by_treatment(told: str) -> dict[str, dict[str, str]]:
    """The ends that a text named; those of another treatment that it carried bear that one's number."""
    ends: dict[str, dict[str, str]] = {"": {}}
    for name, end in json.loads(told).items():
        number, _, phase = name.rpartition(":")
        ends.setdefault(number, {})[phase] = end
    return ends
