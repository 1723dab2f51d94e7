"""A treatment under a protocol: which rules hold, from when until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scheduler.domain import localtime
from scheduler.domain.protocol import Ends, Protocol
from scheduler.domain.protocol import Phase as Rule
from scheduler.domain.sending_hours import LocalHours, local_hours

if TYPE_CHECKING:
    from scheduler.domain.pattern import Pattern

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Treatment:
    """What the timeline of a treatment depends on.

    `treated_at` is T0, when the treatment ended, and `enrolled_at` when the patient was enrolled: aware UTC,
    whole minutes. `at_desk` says that staff filled in the form while the patient was there. `site` is the leg
    (left, right, both; empty: not given), and `episode` the number by which a patient's treatments are told
    apart.
    """

    treated_at: datetime
    timezone: str
    answers: Mapping[str, str]
    enrolled_at: datetime
    at_desk: bool = False
    site: str = ""
    episode: int = 0
    #: its texts wait; what holds for the patient holds nevertheless
    paused: bool = False
    #: how much its texts say: "full", "minimal", or "", as its clinic has it
    detail: str = ""
    #: only the texts that nobody should do without
    fewer: bool = False

    @cached_property
    def day_zero(self) -> date:
        """The local date of the treatment."""
        return localtime.local_date(self.timezone, self.treated_at)

    def day_of(self, instant: datetime) -> int:
        """How many local dates after Day 0 an instant lies."""
        return (localtime.local_date(self.timezone, instant) - self.day_zero).days

    def date_of(self, day: int) -> date:
        return self.day_zero + timedelta(days=day)


class Phase(NamedTuple):
    """A rule with its interval: instants in UTC, `ends_at` exclusive and None where no end is given.

    `last_day` and `last_date` are the last local day covered. `counted_day` is the day in which it ends by
    the protocol's own count: three days end on Day 3, even where a clock change carries 72 hours past it.
    `decided_by` is the episode that gives the end: its own, unless another of the patient's ends later.
    """

    id: str
    kind: str
    scope: str
    label: str
    starts_at: datetime
    ends_at: datetime | None
    first_day: int
    last_day: int | None
    last_date: date | None
    counted_day: int | None
    #: it holds through the end of `last_date`, and not to an hour of it
    ends_with_day: bool
    at_least: bool
    statements: tuple[str, ...]
    decided_by: int = 0

    def holds(self, moment: datetime) -> bool:
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)

    def is_over(self, moment: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= moment


@dataclass(frozen=True, slots=True)
class Course:
    """A treatment under a protocol, with its phases by their ids, in the protocol's order.

    What a clinic leaves out, and what would be empty, is absent.
    """

    protocol: Protocol
    treatment: Treatment
    phases: Mapping[str, Phase]
    #: the pattern that it was moved from, and how far (see `pattern.py`)
    like: tuple["Pattern", timedelta] | None = field(default=None, compare=False, repr=False)
    hours: LocalHours = field(init=False, compare=False, repr=False)

    @property
    def zone(self) -> str:
        return self.treatment.timezone

    def __post_init__(self) -> None:
        # Asked for at every step of a plan.
        object.__setattr__(self, "hours", local_hours(self.protocol, self.zone))


def work_out(protocol: Protocol, treatment: Treatment) -> Course:
    """The course, with its phases. Raises KeyError for an answer that the protocol does not offer."""
    built: dict[str, Phase | None] = {}
    for name in protocol.phases:
        _build(protocol, treatment, name, built)
    return Course(protocol, treatment, {name: phase for name in protocol.phases if (phase := built[name])})


def _build(
    protocol: Protocol, treatment: Treatment, name: str, built: dict[str, Phase | None]
) -> Phase | None:
    """The phase, after those that it starts after; kept in `built`, where None says that it is absent."""
    if name in built:
        return built[name]
    built[name] = None
    rule = protocol.phases[name]
    start = _start(protocol, treatment, rule, built)
    if start is None or any(protocol.values[value].mode == "omit" for value in _values(rule.ends)):
        return None
    starts_at, counted_from = start
    ends_at, counted_day = _end(protocol, treatment, rule.ends, starts_at, counted_from)
    if ends_at is None or starts_at < ends_at:
        built[name] = _phase(treatment, name, rule, starts_at, ends_at, counted_day)
    return built[name]


def _start(
    protocol: Protocol, treatment: Treatment, rule: Rule, built: dict[str, Phase | None]
) -> tuple[datetime, int] | None:
    """When it starts, and on which day by the protocol's count; None where what it follows has no end."""
    if rule.starts_after is None:
        return treatment.treated_at, 0
    before = _build(protocol, treatment, rule.starts_after, built)
    return (before.ends_at, before.counted_day or 0) if before and before.ends_at else None


def _phase(
    treatment: Treatment,
    name: str,
    rule: Rule,
    starts_at: datetime,
    ends_at: datetime | None,
    counted_day: int | None,
) -> Phase:
    last_date, ends_with_day = None, False
    if ends_at:
        last_date = localtime.local_date(treatment.timezone, ends_at - SECOND)
        ends_with_day = localtime.local_date(treatment.timezone, ends_at) != last_date
    return Phase(
        id=name,
        kind=rule.kind,
        scope=rule.scope,
        label=rule.label,
        starts_at=starts_at,
        ends_at=ends_at,
        first_day=treatment.day_of(starts_at),
        last_day=(last_date - treatment.day_zero).days if last_date else None,
        last_date=last_date,
        counted_day=counted_day,
        ends_with_day=ends_with_day,
        at_least=rule.at_least,
        statements=rule.statements,
        decided_by=treatment.episode,
    )


def _values(ends: Ends | None) -> tuple[str, ...]:
    if ends is None:
        return ()
    return (ends.after,) if ends.after else ends.with_day


def _end(
    protocol: Protocol, treatment: Treatment, ends: Ends | None, starts_at: datetime, counted_from: int
) -> tuple[datetime | None, int | None]:
    lengths = [protocol.values[name].of(treatment.answers) for name in _values(ends)]
    known = [length for length in lengths if length is not None]
    if ends is None or len(known) < len(lengths):
        return None, None
    if ends.after:
        return starts_at + known[0].elapsed, counted_from + known[0].days
    last_day = sum(length.days for length in known)
    return localtime.start_of_day(treatment.timezone, treatment.date_of(last_day + 1)), last_day
