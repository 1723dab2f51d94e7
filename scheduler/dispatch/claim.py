"""Step one: take what is due, in one transaction, with a lease and a recorded attempt each."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from scheduler import collector
from scheduler.channels.base import Outgoing
from scheduler.dispatch.anew import ENDED, LATE, held_up, hold, opens, plan_anew
from scheduler.dispatch.company import company_of
from scheduler.dispatch.decide import OPTED_OUT, QUEUED, Decision, by_decision, hold_back
from scheduler.dispatch.due import ON_TIME, look, next_due, outlived, take_due
from scheduler.dispatch.prepare import ATTEMPT, Prepared, attempts, prepare
from scheduler.dispatch.rate import Lane, hold_lanes, keep, lanes
from scheduler.dispatch.route import Route, refusals, wanted
from scheduler.dispatch.row import Row, load
from scheduler.domain.status import Status
from scheduler.history import move
from scheduler.models import Attempt, Episode, Reminder
from scheduler.opt_outs import Recipient
from scheduler.plans.cases import UNREADABLE
from scheduler.sets import CHUNK, insert

#: how long a worker has for what it claimed; after that it is in doubt
LEASE = timedelta(seconds=60)
#: of a single turn; a worker that goes on takes more at once
BATCH = 50
#: what becomes of a reminder whose patient is planned anew first
ANEW = "planned-anew"


class Claimed(NamedTuple):
    """A reminder that this worker alone may post, until half of its lease is gone."""

    reminder_id: int
    patient_id: int
    outgoing: Outgoing
    route: Route
    revision: int
    #: the text is true, and may be delivered, until then
    until: datetime
    lease_until: datetime
    #: when its sender's rate lets it leave, in a moment at the most
    slot: datetime
    #: on the monotonic clock of this process, which no adjustment of the time of day moves
    claimed_at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought. `looked_at` 0: nothing was due, or somebody else has it in hand now.

    `next_due` says then when to look again; None: nothing is scheduled.
    """

    looked_at: int = 0
    next_due: datetime | None = None
    claimed: tuple[Claimed, ...] = ()
    #: how many were not claimed, by what became of them
    set_aside: Counter[str] = field(default_factory=Counter)


class _Due(NamedTuple):
    """A reminder that is due, with its text or what becomes of it instead."""

    row: Row
    fate: Prepared | Decision
    #: it carries what another treatment has to say
    carries: bool

    @property
    def reminder(self) -> int:
        return self.row.reminder.pk

    @property
    def patient(self) -> int:
        return self.row.episode.patient_id

    @property
    def loses(self) -> bool:
        """Whether what it carries is not said unless the patient is planned anew."""
        return self.carries and isinstance(self.fate, Decision) and self.fate.status in ENDED


@collector.paused()
def claim(
    now: datetime, *, worker: str, live: Set[str], limit: int = BATCH, ahead: timedelta = ON_TIME
) -> Batch:
    """Claim what is due at `now`, and what is due so long after; `live` are the kinds of channel with a
    provider. The slot of a text is never before it is due, and it is written for that moment."""
    began, waiting = time.monotonic(), look()
    first = next_due(now, waiting, ahead=ahead)
    if first is None or first > now:
        # Most looks find nothing: they cost one read, and take no lock.
        return Batch(next_due=first)
    with transaction.atomic():
        senders = lanes(now)
        ids = take_due(now, limit, senders, queued=waiting.queued, ahead=ahead)
        rows = sorted(load(ids), key=lambda row: _moment(row, now))
        batch = _claim_of(rows, now, worker, live, senders, began)
    return batch if batch.looked_at else replace(batch, next_due=now)


def _moment(row: Row, now: datetime) -> datetime:
    """When it may leave, as far as it alone is concerned."""
    return max(now, row.reminder.try_at)


def give_up_outlived(now: datetime, worker: str) -> int:
    """What waited in a queue until it was too late, for a sender that is held or slow; return how many."""
    began = time.monotonic()
    with transaction.atomic():
        return _claim_of(load(outlived(now, CHUNK)), now, worker, frozenset(), {}, began).looked_at


def _claim_of(
    rows: list[Row], now: datetime, worker: str, live: Set[str], senders: Mapping[int, Lane], began: float
) -> Batch:
    refused = refusals(rows)
    rest, anew = _without_held_up(rows, refused, now, worker)
    batch = _take(_look_at(rest, now, live, refused, senders), now, worker, began)
    if not anew:
        return batch
    return replace(batch, looked_at=batch.looked_at + anew, set_aside=batch.set_aside + Counter({ANEW: anew}))


def _without_held_up(
    rows: list[Row], refused: Set[Recipient], now: datetime, worker: str
) -> tuple[list[Row], int]:
    """The rows of patients for whom nothing has piled up; how many of the others are planned anew now."""
    late = held_up(set(_overdue(rows, refused, now)), now) | set(_outlived(rows, refused, now))
    if not late:
        return rows, 0
    held = hold(late)
    planned = plan_anew(held, now, worker=worker)
    # The next claim takes those whom somebody else is planning at this moment.
    away = planned | (late - held)
    rest = [row for row in rows if row.episode.patient_id not in away]
    return rest, sum(row.episode.patient_id in planned for row in rows)


def _overdue(rows: Iterable[Row], refused: Set[Recipient], now: datetime) -> Iterator[int]:
    """The patients of texts that should have left long ago, unless they stopped them."""
    for row in rows:
        if row.reminder.due_at <= now - LATE and not _refuses(row, refused):
            yield row.episode.patient_id


def _outlived(rows: Iterable[Row], refused: Set[Recipient], now: datetime) -> Iterator[int]:
    """The patients of first texts that are too late: what they say is still to be said."""
    for row in rows:
        paused = row.episode.state == Episode.State.PAUSED
        if row.reminder.send_by <= now and opens(row) and not paused and not _refuses(row, refused):
            yield row.episode.patient_id


def _refuses(row: Row, refused: Set[Recipient]) -> bool:
    try:
        return bool(row.ways) and not wanted(row, refused)
    except UNREADABLE:
        # It is claimed, so that it can fail where a person sees it.
        return False


def _look_at(
    rows: Sequence[Row], now: datetime, live: Set[str], refused: Set[Recipient], senders: Mapping[int, Lane]
) -> list[_Due]:
    companies = company_of(rows)
    due = []
    for row in rows:
        company = companies.get(row.reminder.pk)
        at = _moment(row, now)
        fate = _held(row, at, refused) or prepare(row, company, at, live, refused, senders)
        due.append(_Due(row, fate, bool(company and company.guests)))
    return due


def _held(row: Row, now: datetime, refused: Set[Recipient]) -> Decision | None:
    try:
        decision = hold_back(row, now)
    except UNREADABLE:
        decision = None
    return decision or (OPTED_OUT if _refuses(row, refused) else None)


def _take(due: Sequence[_Due], now: datetime, worker: str, began: float) -> Batch:
    losing = {one.patient for one in due if one.loses}
    anew = hold(losing)
    if losing:
        # Nothing is claimed of a patient who is planned anew, and nothing is done for one who cannot be now.
        away = losing - anew
        due = [one for one in due if one.patient not in (away if isinstance(one.fate, Decision) else losing)]
    decided = [(one.reminder, one.fate) for one in due if isinstance(one.fate, Decision)]
    slots, waiting = _slots([one.fate for one in due if isinstance(one.fate, Prepared)], now)
    groups = by_decision([*decided, *((pk, QUEUED) for pk in waiting)])
    failed = {decision: ids for decision, ids in groups.items() if decision.status is Status.FAILED}
    _set_aside({decision: ids for decision, ids in groups.items() if decision not in failed}, worker, now)
    claimed = _claim(slots, failed, now, worker, began)
    plan_anew(anew, now, worker=worker)
    counted = Counter(str(decision.status) for _, decision in decided if decision is not QUEUED)
    return Batch(len(due), claimed=claimed, set_aside=counted)


def _slots(texts: Sequence[Prepared], now: datetime) -> tuple[list[tuple[Prepared, datetime]], list[int]]:
    """The texts that may be claimed, each with its slot, and the reminders that have to wait for one.

    Senders are held only now: while texts are written other workers may claim.
    """
    senders = hold_lanes({pk for text in texts if (pk := text.sender)}, now)
    slots, waiting = [], []
    for text in texts:
        lane, at = senders.get(text.sender or 0), _moment(text.row, now)
        if lane is None:
            slots.append((text, at))
        elif lane.is_open(now):
            slots.append((text, lane.take(text.segments, text.row.reminder.clinic_id, at)))
        else:
            waiting.append(text.row.reminder.pk)
    for lane in senders.values():
        keep(lane)
    return slots, waiting


def _set_aside(groups: Mapping[Decision, list[int]], worker: str, now: datetime) -> None:
    for decision, ids in groups.items():
        waiting = Reminder.objects.across_clinics().filter(pk__in=ids, status=Status.SCHEDULED)
        if decision is QUEUED:
            waiting.update(queued=True)
        elif decision.status is Status.SCHEDULED:
            waiting.update(try_at=decision.try_at)
        else:
            move(ids, Status.SCHEDULED, decision.status, reason=decision.reason, actor=worker, now=now)


def _claim(
    texts: Sequence[tuple[Prepared, datetime]],
    failed: Mapping[Decision, list[int]],
    now: datetime,
    worker: str,
    began: float,
) -> tuple[Claimed, ...]:
    """`failed` are claimed as well: a reminder fails in somebody's hands."""
    lease_until = now + LEASE
    ids = [text.row.reminder.pk for text, _ in texts] + [pk for ids in failed.values() for pk in ids]
    won = set(
        move(
            ids, Status.SCHEDULED, Status.CLAIMED, actor=worker, now=now,
            lease_owner=worker, lease_until=lease_until,
        )
    )  # fmt: skip
    mine = [(text, slot) for text, slot in texts if text.row.reminder.pk in won]
    insert(Attempt, ATTEMPT, attempts([text for text, _ in mine], now))
    for decision, ids in failed.items():
        move(ids, Status.CLAIMED, decision.status, reason=decision.reason, actor=worker, now=now)
    return tuple(_claimed(text, lease_until, slot, began) for text, slot in mine)


def _claimed(text: Prepared, lease_until: datetime, slot: datetime, began: float) -> Claimed:
    reminder, episode = text.row.reminder, text.row.episode
    return Claimed(
        reminder.pk, episode.patient_id, text.outgoing, text.route, episode.revision, text.until,
        lease_until, slot, began,
    )  # fmt: skip
