"""Several treatments of one patient: which of their rules are the same restriction, and which one decides.

Phases of the same id are the same restriction, whatever the protocol: for the whole body always, at the site
of the treatment where the legs meet. They merge as intervals, and the later end wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from scheduler.domain.phases import SECOND, Course, Phase

NEVER = datetime.max.replace(tzinfo=UTC)
LEGS = {"left": "Left leg", "right": "Right leg"}


def legs_meet(one: str, other: str) -> bool:
    """Whether two treatments share a leg; one that is not given meets both."""
    return not one or not other or "both" in (one, other) or one == other


def shares(course: Course, other: Course, phase: Phase) -> bool:
    """Whether the other treatment's phase of the same id is the same restriction."""
    return phase.scope == "body" or legs_meet(course.treatment.site, other.treatment.site)


def merged_phase(course: Course, others: Iterable[Course], phase: Phase, at: datetime | None = None) -> Phase:
    """The restriction with what other treatments add to it: of its stretches the one that holds at `at`.

    Without such a one, or without a moment, the stretch of this course's own phase.
    """
    same = [other.phases[phase.id] for other in others if _is_same(course, other, phase)]
    if not same:
        return phase
    stretches = _stretches([phase, *same])
    own = next(stretch for stretch in stretches if phase in stretch)
    holding = (s for s in stretches if at and s[0].starts_at <= at < _end(_decider(s)))
    return _as_one(course, phase, next(holding, own))


def _is_same(course: Course, other: Course, phase: Phase) -> bool:
    return phase.id in other.phases and shares(course, other, phase)


def _stretches(phases: list[Phase]) -> list[list[Phase]]:
    """The phases in groups that leave no gap between them."""
    groups: list[list[Phase]] = []
    for phase in sorted(phases, key=lambda p: p.starts_at):
        if groups and phase.starts_at <= _end(_decider(groups[-1])):
            groups[-1].append(phase)
        else:
            groups.append([phase])
    return groups


def _end(phase: Phase) -> datetime:
    return phase.ends_at or NEVER


def _decider(stretch: Sequence[Phase]) -> Phase:
    return max(stretch, key=_end)


def _as_one(course: Course, own: Phase, stretch: Sequence[Phase]) -> Phase:
    decider, treatment = _decider(stretch), course.treatment
    return replace(
        decider,
        label=own.label,
        statements=own.statements,
        starts_at=stretch[0].starts_at,
        first_day=treatment.day_of(stretch[0].starts_at),
        last_day=treatment.day_of(decider.ends_at - SECOND) if decider.ends_at else None,
    )


def seen_with(course: Course, others: Sequence[Course], at: datetime) -> Course:
    """The course as it stands at a moment (UTC) beside the patient's other treatments.

    A rule that follows another waits while that one still holds for the same leg: what is worn day and night
    for the second treatment is not worn in the daytime only for the first.
    """
    if not others:
        return course
    merged = {name: merged_phase(course, others, phase, at) for name, phase in course.phases.items()}
    waiting = {name: _after_what_holds(course, phase, merged, at) for name, phase in merged.items()}
    return replace(course, phases={name: phase for name, phase in waiting.items() if phase})


def _after_what_holds(course: Course, phase: Phase, merged: dict[str, Phase], at: datetime) -> Phase | None:
    before = merged.get(course.protocol.phases[phase.id].starts_after or "")
    if before is None or not before.holds(at) or before.ends_at is None or phase.starts_at >= before.ends_at:
        return phase
    return replace(phase, starts_at=before.ends_at) if _end(phase) > before.ends_at else None


def leg_to_name(course: Course, others: Iterable[Course], at: datetime) -> str:
    """The leg, where a text has to say which one it means: the other one is in treatment as well."""
    named = LEGS.get(course.treatment.site, "")
    apart = (o for o in others if not legs_meet(course.treatment.site, o.treatment.site))
    current = any(
        p.scope == "site" and p.ends_at and p.holds(at) for other in apart for p in other.phases.values()
    )
    return named if current else ""
