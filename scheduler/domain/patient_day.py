"""What a patient's page shows at a moment: what holds now, what comes, and what is worth knowing."""

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain import localtime
from scheduler.domain.phases import Course, Phase
from scheduler.domain.placeholders import Contact, fill, values_of
from scheduler.domain.protocol import Topic

KINDS = ("do", "avoid", "permit", "watch")


@dataclass(frozen=True, slots=True)
class Rule:
    """A phase in a patient's words. `end` is the date or the hour of its end, empty where none is given."""

    phase: Phase
    text: str
    end: str

    @property
    def until(self) -> str:
        return f"the end of {self.end}" if self.phase.ends_with_day else self.end


@dataclass(frozen=True, slots=True)
class PatientDay:
    """The patient's page. `now` and `ahead` and `behind` are in the order of their ends."""

    today: date
    emergency: str
    emergency_short: str
    now: tuple[Rule, ...]
    ahead: tuple[Rule, ...]
    behind: tuple[Rule, ...]
    topics: tuple[Topic, ...]


def patient_day(course: Course, contact: Contact, at: datetime) -> PatientDay:
    """What holds at `at` (UTC), in the episode's zone."""
    values = values_of(course, contact, link="")
    rules = [
        Rule(phase, fill(course.protocol.phases[phase.id].page, values), _end(course, phase))
        for phase in sorted(
            course.phases.values(), key=lambda p: (KINDS.index(p.kind), p.ends_at is None, p.ends_at)
        )
    ]
    return PatientDay(
        today=localtime.local_date(course.zone, at),
        emergency=fill(course.protocol.emergency.email, values),
        emergency_short=fill(course.protocol.emergency.page, values),
        now=tuple(rule for rule in rules if rule.phase.holds(at)),
        ahead=tuple(rule for rule in rules if at < rule.phase.starts_at),
        behind=tuple(rule for rule in rules if rule.phase.is_over(at)),
        topics=tuple(course.protocol.topics.values()),
    )


def _end(course: Course, phase: Phase) -> str:
    if phase.ends_at is None or phase.last_date is None:
        return ""
    if phase.ends_with_day:
        return localtime.short_date(phase.last_date)
    wall = localtime.to_wall(course.zone, phase.ends_at)
    return f"{localtime.clock(wall)} on {localtime.short_date(wall.date())}"
