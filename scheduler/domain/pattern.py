"""What treatments that end at the same time of day have in common.

Their rules and messages lie alike, whole days apart, as long as no clock changes in between. So they are
worked out once for a model day and moved from there, which costs a fraction of working them out.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.due import Candidate, work_out_candidates
from scheduler.domain.phases import Course, Phase, Treatment, work_out
from scheduler.domain.protocol import Protocol

MODEL_DAY = date(2001, 1, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A course on the model day, in UTC, with its messages; `reach` days after that the last of them ends."""

    course: Course
    candidates: tuple[Candidate, ...]
    reach: int
    #: whether a message has room for another one: asked once for all
    rooms: dict[object, bool] = field(default_factory=dict)


def course_of(protocol: Protocol, treatment: Treatment) -> Course:
    """Work out the phases. Raises KeyError for an answer that the protocol does not offer: check first."""
    moved = moved_from(protocol, treatment)
    if moved is None:
        return work_out(protocol, treatment)
    pattern, by, days = moved
    phases = _Moved(pattern.course.phases, by, days, treatment.episode)
    return Course(protocol, treatment, phases, like=(pattern, by))


def candidates(course: Course, without: Container[str] = ()) -> list[Candidate]:
    """Every message that hangs on a day or a phase and that has something to say when it is due.

    They are those of the treatment by itself: another treatment may leave less of them. Those of the keys
    in `without` are left out.
    """
    if course.like is None:
        return [one for one in work_out_candidates(course) if one.key not in without]
    pattern, by = course.like
    return [_candidate(one, by) for one in pattern.candidates if one.key not in without]


def pattern_of(course: Course) -> Pattern | None:
    """None where a clock change makes the treatment unlike those of other days."""
    return course.like[0] if course.like else None


def moved_from(protocol: Protocol, treatment: Treatment) -> tuple[Pattern, timedelta, timedelta] | None:
    """The pattern, and by what instants and dates lie after it."""
    zone, wall = treatment.timezone, localtime.to_wall(treatment.timezone, treatment.treated_at)
    pattern = _pattern(Same(protocol), wall.time(), tuple(treatment.answers.items()))
    if not localtime.is_steady(zone, wall.date() - DAY, pattern.reach + 2):
        return None
    return pattern, treatment.treated_at - pattern.course.treatment.treated_at, wall.date() - MODEL_DAY


class Same:
    """A protocol as a key: itself, and not one that is equal to it."""

    __slots__ = ("protocol",)

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __hash__(self) -> int:
        return id(self.protocol)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.protocol is other.protocol


@lru_cache(maxsize=4096)
def _pattern(same: Same, clock: time, answers: tuple[tuple[str, str], ...]) -> Pattern:
    treated_at = datetime.combine(MODEL_DAY, clock, UTC)
    course = work_out(same.protocol, Treatment(treated_at, "UTC", dict(answers), treated_at))
    found = tuple(work_out_candidates(course))
    last = [p.ends_at for p in course.phases.values() if p.ends_at] + [c.send_by for c in found]
    return Pattern(course, found, max(((at.date() - MODEL_DAY).days for at in last), default=0) + 1)


def _candidate(one: Candidate, by: timedelta) -> Candidate:
    return Candidate(one.key, one.message, one.label, one.kind, one.day, one.due_at + by, one.send_by + by)


class _Moved(Mapping[str, Phase]):
    """The phases of a pattern, each moved when it is first asked for: most plans ask for few of them."""

    __slots__ = ("_by", "_days", "_episode", "_model", "_moved")

    def __init__(self, model: Mapping[str, Phase], by: timedelta, days: timedelta, episode: int) -> None:
        self._model, self._by, self._days, self._episode = model, by, days, episode
        self._moved: dict[str, Phase] = {}

    def __getitem__(self, name: str) -> Phase:
        if name not in self._moved:
            self._moved[name] = _phase(self._model[name], self._by, self._days, self._episode)
        return self._moved[name]

    def __contains__(self, name: object) -> bool:
        return name in self._model

    def __iter__(self) -> Iterator[str]:
        return iter(self._model)

    def __len__(self) -> int:
        return len(self._model)


def _phase(one: Phase, by: timedelta, days: timedelta, episode: int) -> Phase:
    return Phase(
        one.id,
        one.kind,
        one.scope,
        one.label,
        one.starts_at + by,
        one.ends_at + by if one.ends_at else None,
        one.first_day,
        one.last_day,
        one.last_date + days if one.last_date else None,
        one.counted_day,
        one.ends_with_day,
        one.at_least,
        one.statements,
        episode,
    )
