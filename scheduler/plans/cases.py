"""Patients as planning sees them, read in sets: four queries, whatever their number."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from scheduler.domain.opening import Telling
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.replan import Case
from scheduler.domain.status import AttemptStatus, Status
from scheduler.domain.stored import PENDING, Stored
from scheduler.editions import protocol_of
from scheduler.models import Edition, Episode
from scheduler.sets import at_once, instant, listed

EPISODES = """
    SELECT id, patient_id, edition_id, state, CAST(treated_at AS text), timezone, CAST(answers AS text),
        CAST(enrolled_at AS text), at_desk, site, detail, fewer_texts
    FROM scheduler_episode WHERE patient_id IN (IDS)
"""
# Instants as text: most come again and again, and are read once.
ROWS = """
    SELECT id, episode_id, "key", message, status, status_reason, CAST(due_at AS text), CAST(send_by AS text),
        critical, last, any_hour, timezone, CAST(folds AS text), CAST(moved_to AS text), host_id,
        decided_by_id
    FROM scheduler_reminder WHERE episode_id IN (IDS)
"""
# By the reminders that are known already: a join would be free to read every attempt that there is.
TELLINGS = """
    SELECT reminder_id, CAST(created_at AS text), CAST(told AS text)
    FROM scheduler_attempt WHERE reminder_id IN (IDS) AND status NOT IN (%s, %s)
"""
#: what a row raises whose values nothing can be made of, such as JSON of the wrong type
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
#: an attempt that stands otherwise certainly never reached the patient
NEVER_ARRIVED = (AttemptStatus.RELEASED, AttemptStatus.REJECTED)
#: something of a treatment is still to come; what a worker holds may come back
TO_COME = PENDING | {Status.CLAIMED}


#: under which protocol a treatment is planned, given its own and whether something of it pends
Choose = Callable[[Treatment, Protocol, bool], Protocol]


def keep(treatment: Treatment, own: Protocol, pending: bool) -> Protocol:
    """Everything stays under the edition that it was enrolled with."""
    return own


class _Treated(NamedTuple):
    patient: int
    own: Protocol
    treatment: Treatment
    cancelled: bool


def load_cases(patients: Sequence[int], choose: Choose = keep) -> dict[int, Case]:
    """Each patient's running treatments, reminders and tellings, by the patient's id."""
    treated = {one.treatment.episode: one for one in _treated(patients)}
    rows = _rows(treated)
    of_patient: dict[int, list[Stored]] = defaultdict(list)
    for row in rows:
        of_patient[treated[row.episode].patient].append(row)
    pending = {row.episode for row in rows if row.status in TO_COME}
    courses: dict[int, dict[int, Course]] = defaultdict(dict)
    for episode, one in treated.items():
        if not one.cancelled:
            protocol = choose(one.treatment, one.own, episode in pending)
            courses[one.patient][episode] = course_of(protocol, one.treatment)
    tellings: dict[int, list[Telling]] = defaultdict(list)
    for patient, telling in _tellings(treated, {row.id: row for row in rows}):
        tellings[patient].append(telling)
    return {
        patient: Case(courses[patient], tuple(of_patient[patient]), tuple(tellings[patient]))
        for patient in patients
    }


def _treated(patients: Iterable[int]) -> Iterator[_Treated]:
    found = _fetch(EPISODES, patients)
    editions = Edition.objects.across_clinics().defer("protocol").in_bulk({row[2] for row in found})
    protocols = {pk: protocol_of(edition) for pk, edition in editions.items()}
    answered: Callable[[str], Any] = cache(json.loads)
    for (
        pk, patient, edition, state, treated_at, zone, answers, enrolled_at, at_desk, site, detail, fewer
    ) in found:  # fmt: skip
        treated, enrolled = instant(treated_at), instant(enrolled_at)
        assert treated
        assert enrolled
        treatment = Treatment(
            treated, zone, answered(answers), enrolled, bool(at_desk), site, pk,
            state == Episode.State.PAUSED, detail, bool(fewer),
        )  # fmt: skip
        yield _Treated(patient, protocols[edition], treatment, state == Episode.State.CANCELLED)


def _rows(episodes: Iterable[int]) -> list[Stored]:
    when: Callable[[Any], Any] = cache(instant)
    folds = cache(lambda text: tuple(json.loads(text)))
    status = {str(one): one for one in Status}
    return [
        Stored(
            pk, episode, key, message, status[stands], reason, when(due_at), when(send_by), bool(critical),
            bool(last), bool(any_hour), zone, folds(folded), when(moved_to), host, decided_by,
        )
        for pk, episode, key, message, stands, reason, due_at, send_by, critical, last, any_hour, zone,
            folded, moved_to, host, decided_by in _fetch(ROWS, episodes)
    ]  # fmt: skip


def _tellings(treated: Mapping[int, _Treated], rows: Mapping[int, Stored]) -> Iterator[tuple[int, Telling]]:
    when: Callable[[Any], Any] = cache(instant)
    ends_of = cache(_by_treatment)
    for reminder, created_at, told in _fetch(TELLINGS, rows, *NEVER_ARRIVED):
        row = rows[reminder]
        patient, protocol, treatment, _ = treated[row.episode]
        opens = row.message in protocol.openers
        for number, ends in ends_of(told).items():
            about = int(number or row.episode)
            site = treated[about].treatment.site if number else treatment.site
            yield patient, Telling(when(created_at), site, opens and about == row.episode, ends, about)


def _fetch(sql: str, ids: Iterable[int], *values: Any) -> list[tuple[Any, ...]]:
    """The rows in the order of their ids, which come first."""
    with connection.cursor() as cursor:
        cursor.execute(at_once(sql), [listed(ids), *values])
        return sorted(cursor.fetchall())


def _by_treatment(told: str) -> dict[str, dict[str, str]]:
    """The ends that a text named; those of another treatment that it carried bear that one's number."""
    ends: dict[str, dict[str, str]] = {"": {}}
    for name, end in json.loads(told).items():
        number, _, phase = name.rpartition(":")
        ends.setdefault(number, {})[phase] = end
    return ends
