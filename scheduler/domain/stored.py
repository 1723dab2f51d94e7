"""A patient's reminders as they are stored, read for the next plan."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from scheduler.domain.due import Candidate
from scheduler.domain.phases import Course
from scheduler.domain.standing import Opening, Standing
from scheduler.domain.status import Status

#: a person decided that it does not go: nothing brings it back
BY_PERSON = "by-person"
#: a pause lasted longer than its time
PAUSED = "paused"
#: why a worker let one go by when its time had come
WITHHELD = ("opted-out", "past-send-by", PAUSED)
#: still to come, or would be if another treatment did not speak for it
PENDING = frozenset({Status.SCHEDULED, Status.SUPERSEDED, Status.FOLDED})
#: it pends, or went by and may be planned again
STAYS = PENDING | {Status.SKIPPED}
#: it left, or may have left
WENT = frozenset({Status.CLAIMED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.IN_DOUBT})
#: a text that stands so has not carried, and will not carry, what was folded into it
NOT_CARRIED = PENDING | {Status.SKIPPED, Status.FAILED, Status.CANCELLED}


class Stored(NamedTuple):
    """A reminder's row, as far as planning looks at it. Instants in UTC."""

    id: int
    episode: int
    key: str
    message: str
    status: Status
    reason: str
    due_at: datetime
    send_by: datetime
    critical: bool
    last: bool
    any_hour: bool
    timezone: str
    folds: tuple[str, ...]
    moved_to: datetime | None
    host: int | None
    decided_by: int | None


def standing_of(
    course: Course, since: datetime, rows: Sequence[Stored], patients: Iterable[Stored], *, back: bool = False
) -> Standing:
    """Where a treatment's plan stands for a plan from `since` on.

    `rows` are its own reminders, `patients` all of the patient's: a folded one is gone when its host is.
    `back` looks back at a plan that was made then: what left since was still to come.
    """
    by_id = {row.id: row for row in patients}
    gone: set[str] = set()
    for row in rows:
        if is_gone(row, by_id) and not (back and _was_to_come(row, since, by_id)):
            gone.update((row.key, *row.folds))
    left = [row for row in rows if row.key in gone]
    rest = [row for row in rows if row.key not in gone]
    pending = [row for row in rest if row.status in PENDING or row.due_at >= since]
    overdue = [row for row in rows if row.status is Status.SCHEDULED and row.due_at < since]
    return Standing(
        course,
        since,
        gone=frozenset(gone),
        lapsed=frozenset([row.key for row in rest if row.status is Status.SKIPPED and row.due_at < since]),
        known=frozenset([name for row in pending for name in (row.key, *row.folds)]) if rows else None,
        overdue=frozenset([row.key for row in overdue if not row.critical]),
        moved={row.key: row.moved_to for row in rows if row.moved_to},
        opening=_opening(course, since, rows),
        said=_said(course, left),
        planned=frozenset([row.key for row in pending if row.status is not Status.SKIPPED]),
        went_at=max([row.due_at for row in left if row.status in WENT and row.due_at < since], default=None),
        interrupted=_interrupted(course, rows, by_id),
    )


def is_gone(row: Stored, by_id: Mapping[int, Stored]) -> bool:
    """Whether it left, may have left, is with a worker or a person, or went in a text that did."""
    if row.status not in STAYS:
        return True
    if row.status is Status.FOLDED:
        host = by_id.get(row.host or 0)
        return host is not None and host.status not in NOT_CARRIED
    return row.status is Status.SKIPPED and row.reason == BY_PERSON


def _was_to_come(row: Stored, since: datetime, by_id: Mapping[int, Stored]) -> bool:
    """Whether a plan of that moment had it. What is carried leaves with its host; a person stops before."""
    return by_id.get(row.host or 0, row).due_at >= since and row.status is not Status.SKIPPED


def _said(course: Course, gone: Iterable[Stored]) -> Candidate | None:
    messages, names = course.protocol.messages, course.protocol.openers
    openers = [row for row in gone if row.message in names]
    if not openers:
        return None
    last = max(openers, key=lambda row: row.due_at)
    kind, day = messages[last.message].kind, course.treatment.day_of(last.due_at)
    return Candidate(last.key, last.message, "", kind, day, last.due_at, last.send_by)


def _interrupted(course: Course, rows: Sequence[Stored], by_id: Mapping[int, Stored]) -> bool:
    """Whether a pause let a text go by after the last one that said all that holds."""
    paused = [row.due_at for row in rows if row.status is Status.SKIPPED and row.reason == PAUSED]
    if not paused:
        return False
    said = [row.due_at for row in rows if row.message in course.protocol.openers and is_gone(row, by_id)]
    return not said or max(said) < max(paused)


def _opening(course: Course, since: datetime, rows: Iterable[Stored]) -> Opening | None:
    """The text with which the plan that stands was made anew."""
    protocol = course.protocol
    names = (protocol.catch_up, protocol.correction)
    found = (
        row
        for row in rows
        if row.message in names
        and row.due_at >= since
        and (row.status is not Status.SKIPPED or row.reason in WITHHELD)
    )
    return next((Opening(row.key, row.message) for row in found), None)
