"""What a new plan changes for a patient: shown before it is done, and then done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from scheduler.domain.phases import Course
from scheduler.domain.plan import Unsent
from scheduler.domain.status import Status
from scheduler.domain.stored import PENDING, STAYS, WITHHELD, Stored, is_gone
from scheduler.domain.timeline import PlannedReminder, Timeline


class Effect(StrEnum):
    """What becomes of one reminder."""

    #: it is planned now and was not before
    APPEARS = "appears"
    #: it goes at another time
    MOVES = "moves"
    #: it stays when it is; what it says besides, or until when it may go, changes
    CHANGES = "changes"
    #: another text does not speak for it any more: it goes after all
    RETURNS = "returns"
    #: another text carries its lines
    FOLDED = "folded"
    #: what another treatment makes of its rule takes its place
    SUPERSEDED = "superseded"
    #: it does not go
    VANISHES = "vanishes"


STATUS = {Effect.FOLDED: Status.FOLDED, Effect.SUPERSEDED: Status.SUPERSEDED}
SPOKEN_FOR = {"folded": Effect.FOLDED, "superseded": Effect.SUPERSEDED}
NOT_GONE = STAYS | {Status.CANCELLED}
#: what may be planned again as the row that it was
BACK = (Status.SUPERSEDED, Status.FOLDED, Status.SKIPPED)


class Step(NamedTuple):
    """What becomes of one reminder. `before` and `after` are when it was due and is (UTC); None: it is not.

    `reason` is why one vanishes; `into` and `decided_by` name the text and the episode that speak for it.
    """

    episode: int
    key: str
    label: str
    effect: Effect
    before: datetime | None = None
    after: datetime | None = None
    reason: str = ""
    into: str = ""
    decided_by: int = 0
    row: Stored | None = None
    planned: PlannedReminder | None = None
    unsent: Unsent | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """Every step from the stored reminders to the new plan; `gone` counts those that left already."""

    steps: tuple[Step, ...]
    gone: int = 0
    #: the reminders as they are stored, by episode and key
    rows: Mapping[tuple[int, str], Stored] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def corrections(self) -> tuple[Step, ...]:
        """The texts that tell the patient of dates that were told otherwise."""
        return tuple(
            step
            for step in self.steps
            if step.planned and step.planned.kind == "correction" and step.effect is not Effect.CHANGES
        )


def compare(rows: Sequence[Stored], timeline: Timeline, until: datetime) -> Diff:
    """From what is stored to the plan as it is to be. Both are one patient's.

    What a worker withheld when its time came stays so; that time lies before `until` (UTC).
    """
    known = {(row.episode, row.key): row for row in rows}
    by_id = {row.id: row for row in rows}
    steps = [step for p in timeline.reminders if (step := _planned(known.get((p.episode, p.key)), p, until))]
    steps += [step for u in timeline.unsent if (step := _unsent(known.get((u.episode, u.key)), u, by_id))]
    named = {(p.episode, p.key) for p in timeline.reminders} | {(u.episode, u.key) for u in timeline.unsent}
    courses = {course.treatment.episode: course for course in timeline.courses}
    steps += [
        _vanishing(row, courses.get(row.episode))
        for row in rows
        if row.status in PENDING and (row.episode, row.key) not in named and not is_gone(row, by_id)
    ]
    gone = len([row for row in rows if row.status not in NOT_GONE])
    return Diff(tuple(steps), gone, known)


def _planned(row: Stored | None, planned: PlannedReminder, until: datetime) -> Step | None:
    if row is None:
        effect = Effect.APPEARS
    elif row.status in BACK:
        if row.reason in WITHHELD and row.due_at == planned.due_at <= until:
            return None
        effect = Effect.RETURNS
    elif row.status is not Status.SCHEDULED or _fields(row) == _fields(planned):
        return None
    else:
        effect = Effect.MOVES if row.due_at != planned.due_at else Effect.CHANGES
    before = row.due_at if row and effect is not Effect.APPEARS else None
    return Step(
        planned.episode, planned.key, planned.label, effect, before, planned.due_at, row=row, planned=planned
    )


def _fields(one: Stored | PlannedReminder) -> tuple[object, ...]:
    return (
        one.due_at, one.send_by, one.timezone, one.message, one.folds, one.critical, one.last, one.any_hour,
    )  # fmt: skip


def _carried(one: Stored | Unsent) -> tuple[object, ...]:
    return one.due_at, one.send_by, one.timezone, one.message, one.folds


def _unsent(row: Stored | None, unsent: Unsent, by_id: Mapping[int, Stored]) -> Step | None:
    if unsent.reason in SPOKEN_FOR and (unsent.episode != unsent.decided_by or row):
        return _spoken_for(row, unsent, SPOKEN_FOR[unsent.reason], by_id)
    if row is None or row.status not in PENDING:
        return None
    return Step(
        unsent.episode, unsent.key, unsent.label, Effect.VANISHES, row.due_at,
        reason=unsent.reason, into=unsent.into, decided_by=unsent.decided_by, row=row,
    )  # fmt: skip


def _spoken_for(
    row: Stored | None, unsent: Unsent, effect: Effect, by_id: Mapping[int, Stored]
) -> Step | None:
    if row and row.status not in PENDING:
        return None
    host = by_id.get(row.host or 0) if row else None
    into = host.key if host else ""
    stands = (STATUS[effect], unsent.decided_by, unsent.into)
    # Its own times count too: it comes back with them, and is carried with what it says on its day.
    if row and (row.status, row.decided_by, into) == stands and _carried(row) == _carried(unsent):
        return None
    before = row.due_at if row else None
    return Step(
        unsent.episode, unsent.key, unsent.label, effect, before, unsent.due_at,
        into=unsent.into, decided_by=unsent.decided_by, row=row, unsent=unsent,
    )  # fmt: skip


def _vanishing(row: Stored, course: Course | None) -> Step:
    """A reminder that the plan does not have any more; `course` is None where its episode was cancelled."""
    reason = "plan-changed" if course else "episode-cancelled"
    message = course.protocol.messages.get(row.message) if course else None
    day = str(course.treatment.day_of(row.due_at)) if course else ""
    label = message.label.replace("{day}", day) if message else row.key
    return Step(row.episode, row.key, label, Effect.VANISHES, row.due_at, reason=reason, row=row)
