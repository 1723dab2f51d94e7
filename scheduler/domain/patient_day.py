"""What a patient's page shows at a moment: what holds now, what comes, and what is worth knowing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from scheduler.domain import localtime
from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.overlap import LEGS, NEVER
from scheduler.domain.phases import Course, Phase, Treatment
from scheduler.domain.placeholders import Contact, fill, values_of
from scheduler.domain.protocol import Topic

KINDS = ("do", "avoid", "permit", "watch")


@dataclass(frozen=True, slots=True)
class Rule:
    """A phase in a patient's words. `leg` is said where the patient's legs differ; `over`: it has ended."""

    phase: Phase
    text: str
    zone: str
    over: bool
    leg: str = ""

    @property
    def starts(self) -> datetime:
        """When it starts, on the wall clock."""
        return localtime.to_wall(self.zone, self.phase.starts_at)

    @property
    def ends(self) -> datetime | None:
        """When it ends, on the wall clock; None where no end is given."""
        return localtime.to_wall(self.zone, self.phase.ends_at) if self.phase.ends_at else None

    @property
    def place(self) -> str:
        """Whose time it is: Madrid."""
        return self.zone.rpartition("/")[2].replace("_", " ")


@dataclass(frozen=True, slots=True)
class Day:
    """A date on which something begins or ends, or today."""

    date: date
    treated: tuple[Treatment, ...]
    begins: tuple[Rule, ...]
    ends: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PatientDay:
    """The patient's page: what holds `now` in the order of its ends, and the days behind, today and ahead."""

    today: date
    emergency: str
    emergency_short: str
    now: tuple[Rule, ...]
    days: tuple[Day, ...]
    topics: tuple[Topic, ...]

    @property
    def behind(self) -> list[Day]:
        return [day for day in self.days if day.date < self.today]

    @property
    def ahead(self) -> list[Day]:
        """Today first."""
        return [day for day in self.days if day.date >= self.today]


def patient_day(courses: Sequence[Course], contact: Contact, at: datetime) -> PatientDay:
    """What holds at `at` (UTC) for a patient with these treatments, each rule once.

    The zone, the emergency line and the order of what is worth knowing are the newest treatment's.
    """
    newest = max(courses, key=lambda course: course.treatment.treated_at)
    values = values_of(newest, contact, link="")
    found = stretches(courses)
    rules = sorted(_rules(found, contact, at), key=lambda rule: _order(rule.phase))
    today = localtime.local_date(newest.zone, at)
    topics = {t.heading: t for c in (newest, *courses) for t in c.protocol.topics.values()}
    return PatientDay(
        today=today,
        emergency=fill(newest.protocol.emergency.email, values),
        emergency_short=fill(newest.protocol.emergency.page, values),
        now=tuple(rule for rule in rules if rule.phase.holds(at)),
        days=tuple(_days(courses, [_rule(stretch, contact, at) for stretch in found], today)),
        topics=tuple(topics.values()),
    )


def _order(phase: Phase) -> tuple[object, ...]:
    return KINDS.index(phase.kind), phase.ends_at is None, phase.ends_at


def _rules(found: Iterable[Stretch], contact: Contact, at: datetime) -> Iterator[Rule]:
    """Each restriction once: where it holds, that it held or will hold as well is not said beside it."""
    for _, of_phase in groupby(found, key=lambda stretch: stretch.phase.id):
        nearest_last = sorted(of_phase, key=lambda stretch: _nearness(stretch.phase, at))
        by_leg = {(stretch.leg, stretch.phase.ends_at is None): stretch for stretch in nearest_last}
        yield from _alike([_rule(stretch, contact, at) for stretch in by_leg.values()])


def _nearness(phase: Phase, at: datetime) -> tuple[int, datetime]:
    """What says most about this moment comes last: what holds, before what comes, before what is over."""
    return 2 if phase.holds(at) else 0 if phase.is_over(at) else 1, phase.starts_at


def _rule(stretch: Stretch, contact: Contact, at: datetime) -> Rule:
    course = stretch.course
    text = fill(course.protocol.phases[stretch.phase.id].page, values_of(course, contact, link=""))
    return Rule(stretch.phase, text, course.zone, stretch.phase.is_over(at), stretch.leg)


def _alike(rules: Sequence[Rule]) -> Sequence[Rule]:
    """What is the same for both legs is said once."""
    legs = {rule.leg for rule in rules}
    same = len({(rule.text, rule.phase.ends_at) for rule in rules}) == 1
    return [replace(rules[0], leg="")] if legs == set(LEGS.values()) and same else rules


def _days(courses: Sequence[Course], rules: Sequence[Rule], today: date) -> Iterator[Day]:
    """The dates of the treatments, of what begins after one, and of what ends; and today in any case."""
    treated_at = {course.treatment.treated_at for course in courses}
    begins = _by_date((r.starts.date(), r) for r in rules if r.phase.starts_at not in treated_at)
    ends = _by_date((r.phase.last_date, r) for r in rules if r.phase.last_date)
    treated = defaultdict(list)
    for course in sorted(courses, key=lambda course: course.treatment.treated_at):
        treated[course.treatment.day_zero].append(course.treatment)
    for day in sorted({today, *begins, *ends, *treated}):
        yield Day(day, tuple(treated[day]), begins.get(day, ()), ends.get(day, ()))


def _by_date(dated: Iterable[tuple[date, Rule]]) -> dict[date, tuple[Rule, ...]]:
    """In the order of the protocol, but what has an hour first."""
    found: dict[date, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for day, rule in dated:
        found[day][rule.phase.id].append(rule)
    return {
        day: tuple(sorted((r for same in of_day.values() for r in _alike(same)), key=_hour_first))
        for day, of_day in found.items()
    }


def _hour_first(rule: Rule) -> tuple[bool, datetime]:
    return rule.phase.ends_with_day, rule.phase.ends_at or NEVER
