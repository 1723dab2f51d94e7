"""How the messages of a plan fare, in a word: whether the last one arrived, or somebody has to act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from scheduler.attention import UNSAID
from scheduler.domain.status import Status
from scheduler.models import Clinic, Reminder

#: what a provider has not reported by then it will not report
SILENT = timedelta(days=2)
TROUBLE = {Status.FAILED, Status.IN_DOUBT, Status.UNDELIVERED}
#: it left, or is about to
GONE = {Status.CLAIMED, Status.SENT, Status.DELIVERED}


class Health(StrEnum):
    """In the order in which they matter; the words are in scheduler.web.words."""

    #: something failed, may not have arrived, or is critical and was not sent
    PERSON = "person"
    #: the last message was taken, and its arrival is not reported yet
    ON_ITS_WAY = "on-its-way"
    #: nor will it be: the way that it went does not say
    SENT = "sent"
    ARRIVED = "arrived"
    #: nothing has gone yet
    WAITING = "waiting"
    NONE = "none"


class Planned(NamedTuple):
    """What is read of a reminder."""

    episode: int
    status: str
    reason: str
    critical: bool
    due_at: datetime
    due_local: str
    send_by: datetime


@dataclass(frozen=True)
class Delivery:
    """`next_local` is on the wall clock, empty where nothing more is planned; then `elsewhere` says whether
    texts of another treatment say what this one's would."""

    health: Health
    next_local: str
    elsewhere: bool


def deliveries(clinic: Clinic, episodes: Iterable[int], now: datetime) -> dict[int, Delivery]:
    """Of each episode by its id: one query, whatever their number."""
    rows: dict[int, list[Planned]] = {pk: [] for pk in episodes}
    columns = ("episode", "status", "status_reason", "critical", "due_at", "due_local", "send_by")
    for values in Reminder.objects.for_clinic(clinic).filter(episode__in=list(rows)).values_list(*columns):
        rows[values[0]].append(Planned(*values))
    return {pk: delivery_of(planned, now) for pk, planned in rows.items()}


def delivery_of(rows: Iterable[Planned], now: datetime) -> Delivery:
    """Of the reminders of one plan, in any order."""
    planned = sorted(rows, key=lambda row: row.due_at)
    ahead = [row.due_local for row in planned if row.status == Status.SCHEDULED]
    carried = (Status.SUPERSEDED, Status.FOLDED)
    elsewhere = any(row.status in carried and row.send_by > now for row in planned)
    return Delivery(_health(planned, bool(ahead), now), ahead[0] if ahead else "", elsewhere)


def _health(planned: list[Planned], ahead: bool, now: datetime) -> Health:
    if any(needs_person(row) for row in planned):
        return Health.PERSON
    gone = [row for row in planned if row.status in GONE]
    if not gone:
        return Health.WAITING if ahead else Health.NONE
    last = gone[-1]
    if last.status == Status.DELIVERED:
        return Health.ARRIVED
    return Health.ON_ITS_WAY if last.due_at > now - SILENT else Health.SENT


def needs_person(row: Planned) -> bool:
    """A critical text that was not sent at all has to be said in another way."""
    unsaid = row.status == Status.SKIPPED and row.critical and row.reason in UNSAID
    return row.status in TROUBLE or unsaid
