"""Writing new patients with their episodes, reminders and events: four statements, however many they are."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from scheduler.domain.status import Status
from scheduler.domain.timeline import PlannedReminder
from scheduler.enrolment import rows
from scheduler.enrolment.checking import Checked
from scheduler.enrolment.request import Enrolment
from scheduler.models import Episode, Event, Patient, Reminder
from scheduler.sets import insert, new_ids, stamp

PATIENT = (
    "id", "clinic_id", "name", "mobile", "email", "language", "page_token", "created_at", "planned_at",
)  # fmt: skip
EPISODE = (
    "id", "clinic_id", "patient_id", "edition_id", "treated_at", "treated_local", "timezone", "answers",
    "site", "channels", "enrolled_at", "enrolled_by", "at_desk", "outbox_only", "state", "revision",
    "identity",
)  # fmt: skip
REMINDER = (
    "id", "clinic_id", "episode_id", "key", "message", "folds", "critical", "last", "any_hour", "due_at",
    "due_local", "timezone", "send_by", "try_at", "status", "status_reason", "lease_owner",
)  # fmt: skip
EVENT = (
    "clinic_id", "episode_id", "reminder_id", "kind", "before", "after", "reason", "actor", "at", "details",
)  # fmt: skip
Row = tuple[Any, ...]
#: an instant as the engine stores it; most come again and again, and are turned once
Stamp = Callable[[datetime], Any]


def write(enrolments: Sequence[tuple[Enrolment, Checked]], actor: str) -> list[Episode]:
    """Write new patients as they were checked; return the episodes. Within the caller's transaction."""
    number = sum(len(checked.timeline.reminders) for _, checked in enrolments)
    patient_ids, episode_ids, reminder_ids = new_ids(
        {Patient: len(enrolments), Episode: len(enrolments), Reminder: number}
    )
    stored: Stamp = cache(stamp)
    free, patients, episodes = iter(reminder_ids), list[Row](), list[Episode]()
    reminders, events = list[Row](), list[Row]()
    for (asked, checked), patient_id, episode_id in zip(enrolments, patient_ids, episode_ids, strict=True):
        patient = rows.patient_row(asked, checked)
        patient.pk = patient_id
        episode = rows.episode_row(asked, checked, patient, actor)
        episode.pk = episode_id
        patients.append(_patient(patient, stored))
        episodes.append(episode)
        planned = [(next(free), one) for one in checked.timeline.reminders]
        reminders += [_reminder(number, one, episode, stored) for number, one in planned]
        events += _events(episode, checked, [number for number, _ in planned], stored)
    insert(Patient, PATIENT, patients)
    insert(Episode, EPISODE, [_episode(one, stored) for one in episodes])
    insert(Reminder, REMINDER, reminders)
    insert(Event, EVENT, events)
    return episodes


def _patient(patient: Patient, stored: Stamp) -> Row:
    return (
        patient.pk, patient.clinic_id, patient.name, patient.mobile, patient.email, patient.language,
        patient.page_token, stored(patient.created_at), stored(patient.planned_at),
    )  # fmt: skip


def _episode(one: Episode, stored: Stamp) -> Row:
    return (
        one.pk, one.clinic_id, one.patient_id, one.edition_id, stored(one.treated_at), one.treated_local,
        one.timezone, json.dumps(one.answers), one.site, json.dumps(one.channels), stored(one.enrolled_at),
        one.enrolled_by, one.at_desk, one.outbox_only, one.state, one.revision, one.identity,
    )  # fmt: skip


def _reminder(number: int, one: PlannedReminder, episode: Episode, stored: Stamp) -> Row:
    due_at = stored(one.due_at)
    return (
        number, episode.clinic_id, episode.pk, one.key, one.message, _json(one.folds), one.critical,
        one.last, one.any_hour, due_at, rows.minutes(one.due_local), episode.timezone,
        stored(one.send_by), due_at, Status.SCHEDULED, "", "",
    )  # fmt: skip


def _json(folds: tuple[str, ...]) -> str:
    """Most carry nothing."""
    return json.dumps(folds) if folds else "[]"


def _events(episode: Episode, checked: Checked, reminders: Sequence[int], stored: Stamp) -> Iterator[Row]:
    """One for the enrolment, with what was said and what is not sent; and one per planned reminder."""
    clinic, pk, actor, at = episode.clinic_id, episode.pk, episode.enrolled_by, stored(episode.enrolled_at)
    said = json.dumps(rows.enrolled_details(episode, checked.timeline.unsent))
    yield clinic, pk, None, "enrolled", "", "", "", actor, at, said
    for number in reminders:
        yield clinic, pk, number, "planned", "", Status.SCHEDULED, "", actor, at, "{}"
