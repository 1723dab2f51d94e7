"""Writing new patients with their episodes, reminders and events: five statements, however many they are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from scheduler.domain.status import Status
from scheduler.domain.timeline import PlannedReminder
from scheduler.enrolment import rows
from scheduler.enrolment.checking import Checked
from scheduler.enrolment.contact import new_token
from scheduler.enrolment.request import Enrolment
from scheduler.models import Episode, Event, Patient, Reminder
from scheduler.sets import chunks, insert, new_ids, stamp, with_ids

PATIENT = (
    "id", "clinic_id", "name", "mobile", "email", "language", "page_token", "created_at", "planned_at",
)  # fmt: skip
EPISODE = (
    "id", "clinic_id", "patient_id", "edition_id", "treated_at", "treated_local", "timezone", "answers",
    "site", "channels", "detail", "fewer_texts", "enrolled_at", "enrolled_by", "at_desk", "outbox_only",
    "state", "revision", "identity",
)  # fmt: skip
REMINDER = (
    "id", "clinic_id", "episode_id", "key", "message", "folds", "critical", "last", "any_hour", "due_at",
    "due_local", "timezone", "send_by", "try_at", "status", "status_reason", "lease_owner",
)  # fmt: skip
EVENT = ("clinic_id", "episode_id", "kind", "before", "after", "reason", "actor", "at", "details")
PLANNED = """
    INSERT INTO scheduler_event
        (clinic_id, episode_id, reminder_id, kind, "before", "after", reason, actor, at, details)
    SELECT clinic_id, episode_id, id, 'planned', '', status, '', %s, %s, '{}'
    FROM scheduler_reminder WHERE episode_id IN (IDS) ORDER BY id
"""
LANGUAGE = Patient().language
Row = tuple[Any, ...]
#: an instant as the engine stores it; most come again and again, and are turned once
stored = lru_cache(maxsize=8192)(stamp)


def write(enrolments: Sequence[tuple[Enrolment, Checked]], actor: str) -> list[Episode]:
    """Write new patients as they were checked; return the episodes. Within the caller's transaction.

    All are enrolled at the same minute.
    """
    number = sum(len(checked.timeline.reminders) for _, checked in enrolments)
    patient_ids, episode_ids, reminder_ids = new_ids(
        {Patient: len(enrolments), Episode: len(enrolments), Reminder: number}
    )
    free, patients, episodes, reminders = iter(reminder_ids), list[Row](), list[Episode](), list[Row]()
    for (asked, checked), patient_id, episode_id in zip(enrolments, patient_ids, episode_ids, strict=True):
        patients.append(_patient(patient_id, asked, checked))
        episode = rows.episode_row(asked, checked, patient_id, actor)
        episode.pk = episode_id
        episodes.append(episode)
        reminders += _reminders(episode, checked.timeline.reminders, free)
    insert(Patient, PATIENT, patients)
    insert(Episode, EPISODE, [_episode(one) for one in episodes])
    insert(Reminder, REMINDER, reminders)
    told = zip(episodes, enrolments, strict=True)
    insert(Event, EVENT, [_enrolled(episode, checked) for episode, (_, checked) in told])
    _tell_planned(episode_ids, actor, stored(episodes[0].enrolled_at))
    return episodes


def _patient(pk: int, asked: Enrolment, checked: Checked) -> Row:
    typed, at = checked.typed, stored(checked.treatment.enrolled_at)
    language = typed.language or LANGUAGE
    return pk, asked.clinic.pk, typed.name, typed.mobile, typed.email, language, new_token(), at, at


def _episode(one: Episode) -> Row:
    return (
        one.pk, one.clinic_id, one.patient_id, one.edition_id, stored(one.treated_at), one.treated_local,
        one.timezone, json.dumps(one.answers), one.site, json.dumps(one.channels), one.detail,
        one.fewer_texts, stored(one.enrolled_at), one.enrolled_by, one.at_desk, one.outbox_only, one.state,
        one.revision, one.identity,
    )  # fmt: skip


def _reminders(episode: Episode, planned: Iterable[PlannedReminder], ids: Iterator[int]) -> Iterator[Row]:
    clinic, pk, zone = episode.clinic_id, episode.pk, episode.timezone
    for one in planned:
        due_at = stored(one.due_at)
        yield (
            next(ids), clinic, pk, one.key, one.message, _json(one.folds), one.critical, one.last,
            one.any_hour, due_at, rows.minutes(one.due_local), zone, stored(one.send_by), due_at,
            Status.SCHEDULED, "", "",
        )  # fmt: skip


def _json(folds: tuple[str, ...]) -> str:
    """Most carry nothing."""
    return json.dumps(folds) if folds else "[]"


def _enrolled(episode: Episode, checked: Checked) -> Row:
    """What was said, and what is not sent."""
    said = json.dumps(rows.enrolled_details(episode, checked.timeline.unsent))
    at = stored(episode.enrolled_at)
    return episode.clinic_id, episode.pk, "enrolled", "", "", "", episode.enrolled_by, at, said


def _tell_planned(episodes: Sequence[int], actor: str, at: Any) -> None:
    """One event for each reminder, made by the database: so they need not go there once more."""
    with connection.cursor() as cursor:
        for ids in chunks(episodes):
            cursor.execute(with_ids(PLANNED, ids), [actor, at, *ids])
