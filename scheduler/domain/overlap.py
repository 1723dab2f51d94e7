"""Several treatments of one patient: which of their rules are the same restriction, and which one decides.

Phases of the same id are the same restriction, whatever the protocol: for the whole body always, at the site
of the treatment where the legs meet, if need be through a third treatment. They merge as intervals, and the
later end wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from scheduler.domain.phases import SECOND, Course, Phase

NEVER = datetime.max.replace(tzinfo=UTC)
LEGS = {"left": "Left leg", "right": "Right leg"}
#: a phase and the leg that it is about
Sited = tuple[str, Phase]


def legs_meet(one: str, other: str) -> bool:
    """Whether two treatments share a leg; one that is not given meets both."""
    return not one or not other or "both" in (one, other) or one == other


def joined(courses: Sequence[Course]) -> list[Course]:
    """The courses; a left and a right one are of both legs where a third, of both or not given, links them.

    Else a text about both legs would say of one what is true of the other only.
    """
    found = list(courses)
    for link in courses if len(courses) > 2 else ():
        touching = [
            c for c in courses if legs_meet(link.treatment.site, c.treatment.site) and _overlap(link, c)
        ]
        if link.treatment.site not in LEGS and LEGS.keys() <= {c.treatment.site for c in touching}:
            found = [_of_both(c) if any(c.treatment is t.treatment for t in touching) else c for c in found]
    return found


def _overlap(one: Course, other: Course) -> bool:
    """Whether rules about the leg, of one and of the other, follow each other without a gap."""
    ends = [
        max((p.ends_at for p in c.phases.values() if p.scope == "site" and p.ends_at), default=None)
        for c in (one, other)
    ]
    first, second = ends
    return bool(
        first and second and one.treatment.treated_at <= second and other.treatment.treated_at <= first
    )


def _of_both(course: Course) -> Course:
    return replace(course, treatment=replace(course.treatment, site="both"))


def merged_phase(course: Course, others: Iterable[Course], phase: Phase, at: datetime | None = None) -> Phase:
    """The restriction with what other treatments add to it: of its stretches the one that holds at `at`.

    Without such a one, or without a moment, the stretch of this course's own phase. One to which no end is
    given is as the patient was told in person: it moves no end, and none moves it.
    """
    if phase.ends_at is None:
        return phase
    own = (course.treatment.site, phase)
    same = [(o.treatment.site, p) for o in others if (p := o.phases.get(phase.id)) and p.ends_at]
    if not same:
        return phase
    stretches = [s for s in _stretches([own, *same]) if any(_meet(own, one) for one in s)]
    holding = [s for s in stretches if at and _start(s) <= at < _end(_decider(s))]
    mine = next(s for s in stretches if own in s)
    chosen = mine if mine in holding or not holding else max(holding, key=lambda s: _end(_decider(s)))
    return phase if chosen == [own] else _as_one(course, phase, chosen)


def _stretches(phases: list[Sited]) -> list[list[Sited]]:
    """The phases in groups: within one no gap lies between phases of legs that meet."""
    groups: list[list[Sited]] = []
    for sited in sorted(phases, key=lambda one: one[1].starts_at):
        touched = [g for g in groups if any(_meet(one, sited) and _touch(one[1], sited[1]) for one in g)]
        groups = [g for g in groups if g not in touched]
        groups.append([*(one for g in touched for one in g), sited])
    return groups


def _meet(one: Sited, other: Sited) -> bool:
    return one[1].scope == "body" or legs_meet(one[0], other[0])


def _touch(earlier: Phase, later: Phase) -> bool:
    return later.starts_at <= _end(earlier)


def _end(phase: Phase) -> datetime:
    return phase.ends_at or NEVER


def _start(stretch: Sequence[Sited]) -> datetime:
    return min(phase.starts_at for _, phase in stretch)


def _decider(stretch: Sequence[Sited]) -> Phase:
    """The one that ends last; of several the newest, which then speaks for all."""
    return max((p for _, p in stretch), key=lambda p: (_end(p), p.starts_at, p.decided_by))


def _as_one(course: Course, own: Phase, stretch: Sequence[Sited]) -> Phase:
    decider, starts_at = _decider(stretch), _start(stretch)
    return decider._replace(
        label=own.label,
        statements=own.statements,
        starts_at=starts_at,
        first_day=course.treatment.day_of(starts_at),
        last_day=course.treatment.day_of(_end(decider) - SECOND),
    )


def seen_with(course: Course, others: Sequence[Course], at: datetime) -> Course:
    """The course as it stands at a moment (UTC) beside the patient's other treatments.

    A rule that follows another waits while that one still holds for the same leg: what is worn day and night
    for the second treatment is not worn in the daytime only for the first.
    """
    if not others:
        return course
    course, *others = joined([course, *others])
    merged = {name: merged_phase(course, others, phase, at) for name, phase in course.phases.items()}
    seen: dict[str, Phase] = {}
    for name, phase in merged.items():
        before = merged.get(course.protocol.phases[name].starts_after or "")
        # Where another treatment's is over by then, this one's own may be still to come.
        waiting = _after(before, phase, at) or _after(
            before, merged_phase(course, others, course.phases[name]), at
        )
        if waiting:
            seen[name] = waiting
    return replace(course, phases=seen)


def _after(before: Phase | None, phase: Phase, at: datetime) -> Phase | None:
    if before is None or not before.holds(at) or before.ends_at is None or phase.starts_at >= before.ends_at:
        return phase
    if phase.ends_at and phase.ends_at <= before.ends_at:
        return None
    return phase._replace(starts_at=before.ends_at)


def leg_to_name(course: Course, others: Iterable[Course], at: datetime) -> str:
    """The leg, where a text has to say which one it means: the other one is in treatment as well."""
    course, *others = joined([course, *others])
    named = LEGS.get(course.treatment.site, "")
    apart = (o for o in others if not legs_meet(course.treatment.site, o.treatment.site))
    current = any(
        p.scope == "site" and p.ends_at and p.holds(at) for other in apart for p in other.phases.values()
    )
    return named if current else ""
