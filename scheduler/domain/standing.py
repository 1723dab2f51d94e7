"""Where the plan of one treatment stands when it is made, or made anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.domain.due import Candidate
from scheduler.domain.phases import Course


@dataclass(frozen=True, slots=True)
class Opening:
    """A text that begins a plan anew: a correction, or a catch-up after a break."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A course, and what has become of its reminders before `since` (UTC): nothing is planned before that.

    A first plan has no history: `known` is None then, and everything that is still in time may be planned.
    """

    course: Course
    since: datetime
    #: keys of what left, may have left, or was stopped by a person: never planned again
    gone: frozenset[str] = frozenset()
    #: keys of what was skipped: planned again only where its time comes anew, or it is critical
    lapsed: frozenset[str] = frozenset()
    #: keys of the plan as it stood
    known: frozenset[str] | None = None
    #: those of them that should have left before `since` and did not
    overdue: frozenset[str] = frozenset()
    #: when a person decided that it goes, by its key
    moved: Mapping[str, datetime] = field(default_factory=dict)
    opening: Opening | None = None
    #: the last text that went and said all that holds; what it repeats is not planned after it
    said: Candidate | None = None
    #: keys that are planned, whatever was said
    planned: frozenset[str] = frozenset()
    #: when the last text left, or may have left
    went_at: datetime | None = None
    #: a pause let texts go by, and no text has said since what holds
    interrupted: bool = False

    @property
    def opened(self) -> bool:
        """Whether the patient has had a first text, or a person deals with it."""
        protocol = self.course.protocol
        return protocol.welcome in self.gone or any(
            key.startswith(f"{protocol.catch_up}-") for key in self.gone
        )

    @property
    def may_welcome(self) -> bool:
        return self.course.protocol.welcome not in self.lapsed

    def may_plan(self, candidate: Candidate) -> bool:
        """Whether it is still to be planned. What was in no plan when its time came is not sent late."""
        if candidate.key in self.gone:
            return False
        if candidate.critical or candidate.due_at > self.since:
            return True
        return candidate.key not in self.lapsed and (self.known is None or candidate.key in self.known)


def first(course: Course) -> Standing:
    """A treatment that is being enrolled."""
    return Standing(course, course.treatment.enrolled_at)
