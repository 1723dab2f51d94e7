"""A plan is held for a while, goes on, or ends."""

from dataclasses import dataclass
from typing import ClassVar

from scheduler.changes.loaded import Loaded
from scheduler.changes.wanted import Wanted
from scheduler.domain.status import Status
from scheduler.domain.stored import Stored
from scheduler.models import Episode
from scheduler.plans.wording import moment


@dataclass(frozen=True)
class Pause:
    """Nothing goes until it is resumed, but what is critical."""

    kind: ClassVar[str] = "plan-paused"

    def read(self, loaded: Loaded) -> Wanted:
        critical = [row for row in loaded.to_come() if row.critical]
        notes = (
            "Nothing but critical texts is sent until somebody resumes the plan. "
            "After that, one text makes up for those missed.",
        )
        goes = tuple(f"{_named(loaded, row)} goes nevertheless." for row in critical)
        return Wanted(episode={"state": Episode.State.PAUSED}, notes=notes + goes)


@dataclass(frozen=True)
class Resume:
    kind: ClassVar[str] = "plan-resumed"

    def read(self, loaded: Loaded) -> Wanted:
        return Wanted(episode={"state": Episode.State.ACTIVE})


@dataclass(frozen=True)
class Cancel:
    """For good: nothing of this treatment is sent any more."""

    kind: ClassVar[str] = "plan-cancelled"

    def read(self, loaded: Loaded) -> Wanted:
        critical = [row for row in loaded.to_come() if row.critical]
        unsaid = [f"{_named(loaded, row)} is not sent: tell the patient." for row in critical]
        if any(row.status is Status.CLAIMED for row in loaded.rows):
            unsaid.append("A text is being sent right now and may still arrive.")
        notes = (
            "A cancelled plan cannot be taken up again. No text tells the patient that it is cancelled.",
        )
        return Wanted(episode={"state": Episode.State.CANCELLED}, notes=notes, warnings=tuple(unsaid))


def _named(loaded: Loaded, row: Stored) -> str:
    return f"{loaded.label_of(row)} ({moment(row.timezone, row.due_at)})"
