"""The timeline as a picture: where each bar, mark and tick goes, in percent of the width.

Percentages let one SVG fit every screen with its letters unstretched; colours are classes, as the CSP asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler import dates
from scheduler.domain import localtime
from scheduler.domain.timeline import Phase
from scheduler.models import Reminder
from scheduler.web import words

KINDS = ("do", "avoid", "permit", "watch")
#: percent: less of a bar would not be seen, and the date at a tick further on would reach over the edge
THINNEST, EDGE = 0.4, 93
#: so many days have a tick every other day, more of them one a week
SHORT = 10


@dataclass(frozen=True)
class Scale:
    """Instants between two midnights of a zone."""

    zone: str
    start: datetime
    end: datetime

    def x(self, instant: datetime) -> float:
        inside = min(max(instant, self.start), self.end)
        return (inside - self.start) / (self.end - self.start) * 100


@dataclass(frozen=True)
class Bar:
    """`more` is where the part begins that another treatment adds, with its width; None: it adds none."""

    phase: Phase
    x: str
    width: str
    until: str
    more: tuple[str, str] | None = None


@dataclass(frozen=True)
class Mark:
    reminder: Reminder
    x: str
    kind: str
    title: str


@dataclass(frozen=True)
class Tick:
    x: str
    text: str
    #: too close to its neighbours for a narrow screen
    wide_only: bool


@dataclass(frozen=True)
class Picture:
    ticks: tuple[Tick, ...]
    groups: tuple[tuple[str, tuple[Bar, ...]], ...]
    marks: tuple[Mark, ...]
    mark_kinds: tuple[str, ...]
    #: where today's line stands; None before and after the plan
    now: str | None


def draw(
    zone: str,
    first: date,
    phases: Sequence[Phase],
    reminders: Iterable[Reminder],
    now: datetime,
    own: Mapping[str, Phase] | None = None,
) -> Picture:
    """The picture from the day of treatment to the day after whatever ends last.

    `own` has the phases that another treatment makes longer, as they would be without it.
    """
    reminders = list(reminders)
    ends = [phase.last_date for phase in phases if phase.last_date]
    ends += [localtime.local_date(zone, reminder.due_at) for reminder in reminders]
    last = max([first, *ends]) + timedelta(days=1)
    scale = Scale(
        zone, localtime.start_of_day(zone, first), localtime.start_of_day(zone, last + timedelta(days=1))
    )
    marks = tuple(_mark(scale, reminder) for reminder in reminders)
    within = scale.start <= now < scale.end
    return Picture(
        ticks=tuple(_ticks(scale, first, (last - first).days)),
        groups=_groups(scale, phases, own or {}),
        marks=marks,
        mark_kinds=tuple(kind for kind in words.MARK_MEANS if any(mark.kind == kind for mark in marks)),
        now=_percent(scale.x(now)) if within else None,
    )


def _groups(
    scale: Scale, phases: Sequence[Phase], own: Mapping[str, Phase]
) -> tuple[tuple[str, tuple[Bar, ...]], ...]:
    groups = [
        (kind, tuple(_bar(scale, phase, own.get(phase.id)) for phase in phases if phase.kind == kind))
        for kind in KINDS
    ]
    return tuple((str(words.KINDS[kind]), bars) for kind, bars in groups if bars)


def _bar(scale: Scale, phase: Phase, own: Phase | None) -> Bar:
    left = scale.x(phase.starts_at)
    right = scale.x(phase.ends_at) if phase.ends_at else 100
    said = words.until(phase, scale.zone)
    if own is None or own.ends_at is None:
        return Bar(phase, _percent(left), _percent(max(right - left, THINNEST)), said)
    end = scale.x(own.ends_at)
    more = _percent(end), _percent(max(right - end, THINNEST))
    return Bar(phase, _percent(left), _percent(max(end - left, THINNEST)), said, more)


def _mark(scale: Scale, reminder: Reminder) -> Mark:
    due = dates.wall_moment(datetime.fromisoformat(reminder.due_local))
    title = f"{due}: {str(words.STATUS[reminder.status]).lower()}"
    return Mark(reminder, _percent(scale.x(reminder.due_at)), words.mark(reminder.status), title)


def _ticks(scale: Scale, first: date, days: int) -> Iterable[Tick]:
    for number in range(0, days + 1, 7 if days > SHORT else 2):
        day = first + timedelta(days=number)
        x = scale.x(localtime.start_of_day(scale.zone, day))
        if x <= EDGE:
            yield Tick(_percent(x), dates.day(day), wide_only=number % 14 != 0)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
