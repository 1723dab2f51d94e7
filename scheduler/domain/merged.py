"""All rules of a patient as one list: what several treatments ask for stands there once.

Phases of one id that share a leg, or the whole body, and leave no gap are one stretch; the latest end wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.overlap import LEGS, NEVER, joined, legs_meet
from scheduler.domain.phases import SECOND, Course, Phase


@dataclass(frozen=True, slots=True)
class Stretch:
    """A rule over one interval, from whichever treatments it comes.

    `phase` has the merged interval and the deciding one of `episodes`, and the words of `course`, the newest.
    `leg` is the one leg that it is about, where the patient's other leg is treated as well; else empty.
    `name` tells a patient's stretches apart. It stays when an end moves or a treatment is added.
    """

    phase: Phase
    course: Course
    leg: str
    sites: frozenset[str]
    episodes: frozenset[int]
    name: str


@dataclass(frozen=True, slots=True)
class _One:
    course: Course
    phase: Phase

    def touches(self, other: "_One") -> bool:
        mine, theirs = self.phase, other.phase
        if bool(mine.ends_at) != bool(theirs.ends_at):
            # What has no end given is as the patient was told: it moves no end, and none moves it.
            return False
        meet = mine.scope == "body" or legs_meet(self.course.treatment.site, other.course.treatment.site)
        return meet and mine.starts_at <= _end(theirs) and theirs.starts_at <= _end(mine)


def stretches(courses: Sequence[Course]) -> list[Stretch]:
    """What holds for a patient with these treatments, in the order of the newest one's protocol.

    A rule that follows another is interrupted while that one holds again for the same leg.
    """
    newest_last = joined(sorted(courses, key=_age))
    names = dict.fromkeys(name for course in reversed(newest_last) for name in course.phases)
    merged = {
        name: list(_merged([_One(c, c.phases[name]) for c in newest_last if name in c.phases]))
        for name in names
    }
    return [
        replace(piece, leg=_leg(piece, newest_last))
        for name in names
        for stretch in merged[name]
        for piece in _without(stretch, merged.get(_before(stretch), []))
    ]


def _leg(stretch: Stretch, courses: Sequence[Course]) -> str:
    """The leg, where there is another one to take it for."""
    site = min(stretch.sites)
    others = any(not legs_meet(site, course.treatment.site) for course in courses)
    named = stretch.phase.scope == "site" and len(stretch.sites) == 1 and others
    return LEGS.get(site, "") if named else ""


def _age(course: Course) -> tuple[datetime, int]:
    return course.treatment.treated_at, course.treatment.episode


def _end(phase: Phase) -> datetime:
    return phase.ends_at or NEVER


def _before(stretch: Stretch) -> str:
    return stretch.course.protocol.phases[stretch.phase.id].starts_after or ""


def _merged(found: Sequence[_One]) -> Iterator[Stretch]:
    """The phases of one id in groups that hang together, each as one."""
    groups: list[list[_One]] = []
    for one in found:
        touching = [group for group in groups if any(one.touches(other) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(other for group in touching for other in group), one])
    return map(_as_one, sorted(groups, key=lambda group: min(one.phase.starts_at for one in group)))


def _as_one(group: Sequence[_One]) -> Stretch:
    newest = max(group, key=lambda one: _age(one.course))
    first = min(group, key=lambda one: one.phase.starts_at)
    decider = max(group, key=lambda one: (_end(one.phase), _age(one.course)))
    treatment = newest.course.treatment
    phase = decider.phase._replace(
        label=newest.phase.label,
        statements=newest.phase.statements,
        starts_at=first.phase.starts_at,
        first_day=treatment.day_of(first.phase.starts_at),
        last_day=treatment.day_of(decider.phase.ends_at - SECOND) if decider.phase.ends_at else None,
    )
    sites = frozenset(one.course.treatment.site for one in group)
    episodes = frozenset(one.course.treatment.episode for one in group)
    oldest = min(episodes)
    # A treatment that is not enrolled has no number.
    name = f"{phase.id}-{oldest}" if oldest else phase.id
    return Stretch(phase, newest.course, "", sites, episodes, name)


def _without(stretch: Stretch, before: Sequence[Stretch]) -> Iterator[Stretch]:
    """The stretch in the pieces that are left where the rule before it holds again."""
    pieces = [stretch.phase]
    for other in before:
        if stretch.phase.scope == "body" or any(legs_meet(a, b) for a in stretch.sites for b in other.sites):
            pieces = [part for piece in pieces for part in _cut(stretch.course, piece, other.phase)]
    for number, piece in enumerate(pieces, 1):
        name = stretch.name if number == 1 else f"{stretch.name}-{number}"
        yield replace(stretch, phase=piece, name=name)


def _cut(course: Course, phase: Phase, other: Phase) -> Iterator[Phase]:
    if _end(other) <= phase.starts_at or _end(phase) <= other.starts_at:
        yield phase
        return
    if phase.starts_at < other.starts_at:
        yield _until(course, phase, other)
    if other.ends_at and other.ends_at < _end(phase):
        yield phase._replace(starts_at=other.ends_at, first_day=course.treatment.day_of(other.ends_at))


def _until(course: Course, phase: Phase, other: Phase) -> Phase:
    """As long as the other one does not hold yet."""
    last = other.starts_at - SECOND
    return phase._replace(
        ends_at=other.starts_at,
        last_day=course.treatment.day_of(last),
        last_date=localtime.local_date(course.zone, last),
        counted_day=None,
        ends_with_day=False,
        decided_by=other.decided_by,
    )
