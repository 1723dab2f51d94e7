"""What a patient's page shows at a moment: what holds now, what comes, and what is worth knowing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from scheduler.domain import localtime
from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.overlap import LEGS
from scheduler.domain.phases import Course, Phase
from scheduler.domain.placeholders import Contact, fill, values_of
from scheduler.domain.protocol import Topic

KINDS = ("do", "avoid", "permit", "watch")


@dataclass(frozen=True, slots=True)
class Rule:
    """A phase in a patient's words. `end` is the date or the hour of its end, empty where none is given.

    `leg` is said where the patient's legs differ.
    """

    phase: Phase
    text: str
    end: str
    leg: str = ""

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


def patient_day(courses: Sequence[Course], contact: Contact, at: datetime) -> PatientDay:
    """What holds at `at` (UTC) for a patient with these treatments, each rule once.

    The zone, the emergency line and the order of what is worth knowing are the newest treatment's.
    """
    newest = max(courses, key=lambda course: course.treatment.treated_at)
    values = values_of(newest, contact, link="")
    rules = sorted(_rules(courses, contact, at), key=lambda rule: _order(rule.phase))
    topics = {t.heading: t for c in (newest, *courses) for t in c.protocol.topics.values()}
    return PatientDay(
        today=localtime.local_date(newest.zone, at),
        emergency=fill(newest.protocol.emergency.email, values),
        emergency_short=fill(newest.protocol.emergency.page, values),
        now=tuple(rule for rule in rules if rule.phase.holds(at)),
        ahead=tuple(rule for rule in rules if at < rule.phase.starts_at),
        behind=tuple(rule for rule in rules if rule.phase.is_over(at)),
        topics=tuple(topics.values()),
    )


def _order(phase: Phase) -> tuple[object, ...]:
    return KINDS.index(phase.kind), phase.ends_at is None, phase.ends_at


def _rules(courses: Sequence[Course], contact: Contact, at: datetime) -> Iterator[Rule]:
    """Each restriction once: where it holds, that it held or will hold as well is not said beside it."""
    of_phase = groupby(stretches(courses), key=lambda stretch: stretch.phase.id)
    for _, found in of_phase:
        nearest_last = sorted(found, key=lambda stretch: _nearness(stretch.phase, at))
        by_leg = {(stretch.leg, stretch.phase.ends_at is None): stretch for stretch in nearest_last}
        rules = [_rule(stretch, contact) for stretch in by_leg.values()]
        yield from _alike(rules)


def _nearness(phase: Phase, at: datetime) -> tuple[int, datetime]:
    """What says most about this moment comes last: what holds, before what comes, before what is over."""
    return 2 if phase.holds(at) else 0 if phase.is_over(at) else 1, phase.starts_at


def _rule(stretch: Stretch, contact: Contact) -> Rule:
    course = stretch.course
    text = fill(course.protocol.phases[stretch.phase.id].page, values_of(course, contact, link=""))
    return Rule(stretch.phase, text, _end(course, stretch.phase), stretch.leg)


def _alike(rules: Sequence[Rule]) -> Iterable[Rule]:
    """What is the same for both legs is said once."""
    legs = {rule.leg for rule in rules}
    same = len({(rule.text, rule.end) for rule in rules}) == 1
    return [replace(rules[0], leg="")] if legs == set(LEGS.values()) and same else rules


def _end(course: Course, phase: Phase) -> str:
    if phase.ends_at is None or phase.last_date is None:
        return ""
    if phase.ends_with_day:
        return localtime.short_date(phase.last_date)
    wall = localtime.to_wall(course.zone, phase.ends_at)
    return f"{localtime.clock(wall)} on {localtime.short_date(wall.date())}"
