"""From a due reminder to a text on its way, or what becomes of one that has none."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog
from django.db import connection

from scheduler.channels.base import Outgoing
from scheduler.dispatch.company import Company
from scheduler.dispatch.decide import QUEUED, UNWRITABLE, Decision, last_moment, seconds_left
from scheduler.dispatch.rate import Lane
from scheduler.dispatch.route import Route, choose
from scheduler.dispatch.row import Row
from scheduler.dispatch.text import address, write
from scheduler.domain.message import Email, Sms
from scheduler.domain.status import AttemptStatus, Status
from scheduler.opt_outs import Recipient
from scheduler.plans.cases import UNREADABLE
from scheduler.sets import stamp

log = structlog.get_logger(__name__)

ATTEMPT = (
    "id", "reminder_id", "clinic_id", "sender_id", "kind", "channel", "address", "subject", "text",
    "segments", "told", "episode_revision", "created_at", "status", "error_code",
)  # fmt: skip


class Prepared(NamedTuple):
    """A text, its way out, and the attempt that will tell of it."""

    row: Row
    route: Route
    text: Sms | Email
    outgoing: Outgoing
    #: nobody may deliver it later
    until: datetime

    @property
    def segments(self) -> int:
        return self.text.segments if isinstance(self.text, Sms) else 0

    @property
    def sender(self) -> int | None:
        """Whose rate it counts against; emails and the outbox have none."""
        return self.row.clinic.sender_id if self.route.channel == "sms" else None


def attempts(texts: Sequence[Prepared], now: datetime) -> list[Sequence[object]]:
    """The values of their attempts, each in the order of ATTEMPT."""
    created_at, keys = stamp(now), stored_keys(text.outgoing.attempt_id for text in texts)
    return [
        (
            attempt,
            text.row.reminder.pk, text.row.reminder.clinic_id, text.sender, text.route.kind,
            text.route.channel, outgoing.address, outgoing.subject, outgoing.text, text.segments,
            json.dumps(text.text.told), text.row.episode.revision, created_at, str(AttemptStatus.OPEN), "",
        )
        for attempt, text in zip(keys, texts, strict=True)
        for outgoing in (text.outgoing,)
    ]  # fmt: skip


def stored_keys(attempt_ids: Iterable[UUID]) -> list[UUID | str]:
    """Attempts' ids as the engine stores them."""
    is_native = connection.features.has_native_uuid_field
    return list(attempt_ids) if is_native else [one.hex for one in attempt_ids]


def prepare(
    row: Row,
    company: Company | None,
    now: datetime,
    live: Set[str],
    refused: Set[Recipient],
    senders: Mapping[int, Lane],
) -> Prepared | Decision:
    """As it is at `now`; `senders` as they seem to stand: what surely finds no room is not written yet."""
    try:
        route = choose(row, live, refused)
        if isinstance(route, str):
            return Decision(Status.FAILED, route)
        lane = senders.get(row.clinic.sender_id or 0) if route.channel == "sms" else None
        if lane and not lane.is_open(now):
            return QUEUED
        text, until = write(row, company, route.kind, now), last_moment(row, now)
        outgoing = address(row, route, text, uuid4(), seconds_left(until, now))
        prepared = Prepared(row, route, text, outgoing, until)
        if lane:
            lane.take(prepared.segments, row.reminder.clinic_id, now)
        return prepared
    except UNREADABLE:
        # One text that cannot be written must not hold up the others.
        log.exception("text cannot be written", reminder=row.reminder.pk, edition=row.edition.pk)
        return UNWRITABLE
