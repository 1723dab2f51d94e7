"""A reminder with everything that is needed to decide about it, to write its text and to send it.

Read by one plain statement into plain values: as models, the rows would cost more than their texts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection

from scheduler.domain.message import Contact, Content
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.sending_hours import LocalHours, local_hours
from scheduler.editions import protocol_of
from scheduler.enrolment import contact_of
from scheduler.models import Clinic, Edition, Patient
from scheduler.opt_outs import Recipient
from scheduler.sets import chunks, instant, with_ids

ROWS = """
    SELECT r.id, r.clinic_id, r.message, r.folds, r.critical, r.last, r.any_hour, r.due_at, r.due_local,
        r.timezone, r.send_by, r.try_at, r.status, r.not_by, r.lease_owner, r.lease_until,
        e.id, e.patient_id, e.edition_id, e.treated_at, e.timezone, e.answers, e.site, e.channels,
        e.enrolled_at, e.outbox_only, e.state, e.revision, e.detail,
        p.mobile, p.email, p.page_token, p.language, p.page_revoked_at,
        EXISTS (
            SELECT 1 FROM scheduler_episode AS other
            WHERE other.patient_id = p.id AND other.id <> e.id AND other.state <> 'cancelled'
        )
    FROM scheduler_reminder AS r
    JOIN scheduler_episode AS e ON e.id = r.episode_id
    JOIN scheduler_patient AS p ON p.id = e.patient_id
    WHERE r.id IN (IDS)
"""
#: providers count the time that is left in whole seconds
SHORTEST = timedelta(seconds=1)


class ReminderRow(NamedTuple):
    pk: int
    clinic_id: int
    message: str
    #: JSON, as it is stored: whoever asks what it says finds out if it is nonsense
    folds_json: str
    critical: bool
    last: bool
    any_hour: bool
    due_at: datetime
    due_local: str
    timezone: str
    send_by: datetime
    try_at: datetime
    status: str
    not_by: str
    lease_owner: str
    lease_until: datetime | None

    @property
    def content(self) -> Content:
        """What it says, for `render`."""
        return _content(self.message, self.folds_json, self.last, self.due_local[:10])


class EpisodeRow(NamedTuple):
    pk: int
    patient_id: int
    edition_id: int
    treated_at: datetime
    timezone: str
    answers_json: str
    site: str
    channels_json: str
    enrolled_at: datetime
    outbox_only: bool
    state: str
    revision: int
    detail: str

    @property
    def treatment(self) -> Treatment:
        """The episode as it is now, by itself."""
        return Treatment(
            self.treated_at, self.timezone, decoded(self.answers_json), self.enrolled_at,
            site=self.site, episode=self.pk, detail=self.detail,
        )  # fmt: skip

    @property
    def channels(self) -> Sequence[str]:
        return decoded(self.channels_json)  # type: ignore[no-any-return]


class PatientRow(NamedTuple):
    mobile: str
    email: str
    page_token: str
    language: str
    page_revoked_at: datetime | None
    #: whether another of the patient's treatments runs
    has_company: bool


#: which of the columns of ROWS are the reminder's, the episode's and the patient's, and which are instants
REMINDER = slice(0, len(ReminderRow._fields))
EPISODE = slice(REMINDER.stop, REMINDER.stop + len(EpisodeRow._fields))
PATIENT = slice(EPISODE.stop, EPISODE.stop + len(PatientRow._fields))
INSTANTS = tuple(
    column
    for column, kind in enumerate(
        kind for part in (ReminderRow, EpisodeRow, PatientRow) for kind in part.__annotations__.values()
    )
    if kind in (datetime, datetime | None)
)


class Window(NamedTuple):
    """From when on a text may leave, now or at the next opening, and when today's sending hours end."""

    opens: datetime
    closes: datetime


@lru_cache(maxsize=1024)
def decoded(text: str) -> Any:
    """A column of JSON, the same value for the same text: nobody changes it."""
    return json.loads(text)


@lru_cache(maxsize=1024)
def _content(message: str, folds: str, last: bool, due: str) -> Content:
    return Content(message, tuple(json.loads(folds)), last, date.fromisoformat(due))


class Home:
    """What all rows of one clinic and edition have in common, worked out once for a batch."""

    def __init__(self, clinic: Clinic, edition: Edition) -> None:
        self.clinic, self.edition = clinic, edition
        self._windows: dict[tuple[str, datetime], Window] = {}

    @cached_property
    def protocol(self) -> Protocol:
        return protocol_of(self.edition)

    @cached_property
    def contact(self) -> Contact:
        return contact_of(self.clinic)

    def window(self, zone: str, now: datetime) -> Window:
        """The sending hours in a zone at that moment."""
        if (zone, now) not in self._windows:
            self._windows[zone, now] = _window(local_hours(self.protocol, zone), now)
        return self._windows[zone, now]


def _window(hours: LocalHours, now: datetime) -> Window:
    opens, closes = hours.next_moment(now), hours.closing(now)
    if opens == now and closes - now < SHORTEST:
        opens = hours.next_moment(closes)
    return Window(opens, closes)


@dataclass(frozen=True)
class Row:
    reminder: ReminderRow
    episode: EpisodeRow
    patient: PatientRow
    home: Home

    @property
    def clinic(self) -> Clinic:
        return self.home.clinic

    @property
    def edition(self) -> Edition:
        return self.home.edition

    @property
    def protocol(self) -> Protocol:
        return self.home.protocol

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where the patient can be reached, by channel; channels without an address are absent."""
        fields = {name: getattr(self.patient, field) for name, field in Patient.ADDRESS_FIELDS.items()}
        return {name: address for name, address in fields.items() if address}

    @cached_property
    def ways(self) -> tuple[Recipient, ...]:
        """The ways to the patient that were agreed on, the preferred first, but what was tried in vain."""
        known, vain = self.addresses, self.reminder.not_by
        kinds = [kind for kind in self.episode.channels if kind in known and kind != vain]
        return tuple(Recipient(self.clinic, kind, known[kind]) for kind in kinds)


def load(ids: Sequence[int]) -> list[Row]:
    """The rows as they are now, in the order of `ids`; three queries, whatever their number."""
    found = {values[0]: _parts(values) for some in chunks(ids) for values in _read(some)}
    clinics = Clinic.objects.select_related("sender").in_bulk({r.clinic_id for r, _, _ in found.values()})
    # The protocol is large, and `protocol_of` reads it only for an edition that it has not seen.
    editions = Edition.objects.across_clinics().defer("protocol")
    known = editions.in_bulk({e.edition_id for _, e, _ in found.values()})
    homes: dict[tuple[int, int], Home] = {}
    rows = []
    for reminder, episode, patient in (found[pk] for pk in ids if pk in found):
        place = reminder.clinic_id, episode.edition_id
        if place not in homes:
            homes[place] = Home(clinics[place[0]], known[place[1]])
        rows.append(Row(reminder, episode, patient, homes[place]))
    return rows


def _read(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(with_ids(ROWS, ids), ids)
        return list(cursor.fetchall())


def _parts(values: tuple[Any, ...]) -> tuple[ReminderRow, EpisodeRow, PatientRow]:
    plain = list(values)
    for column in INSTANTS:
        plain[column] = instant(plain[column])
    return ReminderRow(*plain[REMINDER]), EpisodeRow(*plain[EPISODE]), PatientRow(*plain[PATIENT])
