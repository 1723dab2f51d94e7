"""Treatments around the weekend on which the clocks change: what is then not at its usual wall time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.domain import localtime
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case, Enrolled, at_desk
from scheduler.domain.rehearsal.clocks import WEEK, ClockChange, quiet_weeks
from scheduler.domain.rehearsal.planning import Plan, plan_of
from scheduler.domain.rehearsal.totals import Tally, Totals
from scheduler.domain.sentences import gettext as _

#: treatments end at these hours of each day
HOURS = range(8, 21, 2)
DISCHARGE = timedelta(minutes=15)
#: a rule in hours that takes more days is looked at for so many only
LONGEST = 28


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """A reminder: its wall clock on other days, and on this weekend; "-" where it is not sent."""

    key: str
    label: str
    usual: str
    then: str


@dataclass(frozen=True, slots=True, order=True)
class Shifted:
    """The end of a rule: so many minutes later by the clock than on other days, or earlier if below zero."""

    phase: str
    label: str
    minutes: int


@dataclass(frozen=True)
class Weekend:
    """What one edition sends to the patients treated around a change, and how many of it move."""

    totals: Totals
    moved: Counter[Moved]
    ends: Counter[Shifted]


@dataclass(frozen=True, slots=True)
class Around:
    """The days around a change that matter: those before it whose rules in hours reach it, and as many after.

    `weeks` earlier the same days have no change; None: there is no such time, and nothing to compare with.
    """

    change: ClockChange
    reach: int
    weeks: int | None

    @property
    def last(self) -> date:
        return self.change.date + timedelta(days=self.reach)


def around(change: ClockChange, *protocols: Protocol) -> Around:
    """The days that matter under any of these protocols."""
    reach = min(max(map(_longest_rule_in_hours, protocols)), LONGEST) + 1
    span = timedelta(days=reach + 1)
    return Around(change, reach, quiet_weeks(change.zone, change.date - span, change.date + span))


def _longest_rule_in_hours(protocol: Protocol) -> int:
    """In days."""
    values = [
        protocol.values[phase.ends.after]
        for phase in protocol.phases.values()
        if phase.ends and phase.ends.after
    ]
    lengths = [length for value in values for length in (value.length, *value.lengths.values()) if length]
    return max((length.days for length in lengths), default=0)


def cases_of(around: Around, answers: Sequence[dict[str, str]]) -> list[Case]:
    """Treatments at several hours of each of the days, with all answers, up to the day after the change."""
    days = [around.change.date + timedelta(days=number) for number in range(-around.reach, 2)]
    walls = [datetime.combine(day, time(hour)) for day in days for hour in HOURS]
    return [(at_desk(around.change.zone, wall, given, DISCHARGE),) for wall in walls for given in answers]


def weekend(around: Around, tally: Tally, cases: Sequence[Case]) -> Weekend:
    """Each case beside the same one some weeks earlier, when no clock changes."""
    moved: Counter[Moved] = Counter()
    ends: Counter[Shifted] = Counter()
    for case in cases:
        then = tally.add(case)
        if around.weeks is not None:
            usual = plan_of(tally.protocol, tuple(_earlier(one, around.weeks) for one in case))
            moved.update(_moved(around, usual, then))
            ends.update(_shifted(around, usual, then))
    return Weekend(tally.totals, moved, ends)


def _earlier(one: Enrolled, weeks: int) -> Enrolled:
    """The same times on the wall clock of another week."""
    treatment = one.treatment
    wall = localtime.to_wall(treatment.timezone, treatment.treated_at) - weeks * WEEK
    treated_at = localtime.resolve(treatment.timezone, wall)
    enrolled_at = treated_at + (treatment.enrolled_at - treatment.treated_at)
    return replace(one, treatment=replace(treatment, treated_at=treated_at, enrolled_at=enrolled_at))


def _moved(around: Around, usual: Plan, then: Plan) -> Iterator[Moved]:
    """Reminders up to the last day; a later change of the clock is none of this weekend's."""
    ago = (around.weeks or 0) * WEEK
    walls = {due.reminder.key: due.reminder.due_local + ago for due in usual.due}
    labels = {due.reminder.key: due.reminder.label for due in (*usual.due, *then.due)}
    now = {due.reminder.key: due.reminder.due_local for due in then.due}
    for key in labels:
        was, is_now = walls.get(key), now.get(key)
        first = min(wall for wall in (was, is_now) if wall)
        if was != is_now and first.date() <= around.last:
            usually = localtime.clock(was) if was else "-"
            yield Moved(key, labels[key], usually, _clock_from(was, is_now) if is_now else "-")


def _clock_from(usual: datetime | None, wall: datetime) -> str:
    days = (wall.date() - usual.date()).days if usual else 0
    clock = localtime.clock(wall)
    return _("%(clock)s (%(days)s day)") % {"clock": clock, "days": f"{days:+}"} if days else clock


def _shifted(around: Around, usual: Plan, then: Plan) -> Iterator[Shifted]:
    ago = (around.weeks or 0) * WEEK
    walls = {name: wall + ago for name, (_label, wall) in _ends(usual).items()}
    for name, (label, wall) in _ends(then).items():
        if name in walls and wall != walls[name] and min(wall, walls[name]).date() <= around.last:
            yield Shifted(name, label, round((wall - walls[name]).total_seconds() / 60))


def _ends(plan: Plan) -> dict[str, tuple[str, datetime]]:
    return {
        phase.id: (phase.label, localtime.to_wall(course.zone, phase.ends_at))
        for course in plan.courses
        for phase in course.phases.values()
        if phase.ends_at
    }
