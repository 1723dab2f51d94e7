"""In sentences: what a new treatment changes for reminders of the patient's treatments that are running."""

from collections.abc import Iterator
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.diff import Effect, Step
from scheduler.domain.overlap import LEGS, merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.enrolment.further import Together

VANISHES = {
    "past-send-by": "its time has passed",
    "said-elsewhere": "a text of this treatment says what still holds of it",
    "nothing-to-say": "nothing of what it says holds then",
}


def sentences(together: Together) -> Iterator[str]:
    """One for each reminder of another treatment that changes, in the order of their times."""
    several = len(together.timeline.courses) > 2
    for step in sorted(together.effect, key=_time):
        course = _course(together, step.episode)
        whose = f" of {named(course)}" if several else ""
        yield f"{step.label}{whose} ({_moment(course, _time(step))}): {_what(together, course, step)}."


def _time(step: Step) -> datetime:
    """When it was due, or will be where it is new."""
    time = step.before or step.after
    assert time
    return time


def named(course: Course) -> str:
    """The treatment of Fri 20 Nov, left leg."""
    treatment = course.treatment
    leg = f", {LEGS[treatment.site].lower()}" if treatment.site in LEGS else ""
    return f"the treatment of {localtime.short_date(treatment.day_zero)}{leg}"


def _what(together: Together, course: Course, step: Step) -> str:
    after = _moment(course, step.after) if step.after else ""
    match step.effect:
        case Effect.SUPERSEDED:
            return f"not sent; {_decider(together, step.decided_by)} decides{_until(together, course, step)}"
        case Effect.FOLDED:
            return f"said in the text of {_host(together, step)}"
        case Effect.MOVES:
            return f"goes on {after} instead"
        case Effect.RETURNS:
            return f"goes after all, on {after}"
        case Effect.APPEARS:
            return "is sent besides: the patient was told other dates"
        case Effect.CHANGES:
            return _changes(step)
        case Effect.VANISHES:
            return f"not sent; {VANISHES.get(step.reason, 'it has no place in the plan any more')}"


def _changes(step: Step) -> str:
    if step.planned and step.row and step.planned.last != step.row.last:
        last = "is the last one now and says so" if step.planned.last else "is not the last one any more"
        return f"goes as it is planned, and {last}"
    return "goes when it is planned, and says something else besides"


def _decider(together: Together, episode: int) -> str:
    return "this treatment" if episode == together.episode else named(_course(together, episode))


def _until(together: Together, course: Course, step: Step) -> str:
    """The end that holds instead of the one that the message announces."""
    if step.unsent is None or step.unsent.message not in course.protocol.messages:
        return ""
    at = course.protocol.messages[step.unsent.message].at
    phase = course.phases.get(at.last_day_of or at.end_of or "")
    if phase is None:
        return ""
    end = said_end(course, merged_phase(course, together.timeline.others_of(step.episode), phase))
    return f", until {end}" if end else ""


def said_end(course: Course, phase: Phase) -> str:
    """Fri 4 Dec; with the hour where it does not hold through the end of that day."""
    if phase.ends_at is None or phase.last_date is None:
        return ""
    return localtime.short_date(phase.last_date) if phase.ends_with_day else _moment(course, phase.ends_at)


def _host(together: Together, step: Step) -> str:
    found = [p for p in together.timeline.reminders if (p.episode, p.key) == (step.decided_by, step.into)]
    return (
        f"{localtime.short_date(found[0].due_local.date())}, {localtime.clock(found[0].due_local)}"
        if found
        else "that day"
    )


def _course(together: Together, episode: int) -> Course:
    return next(course for course in together.timeline.courses if course.treatment.episode == episode)


def _moment(course: Course, instant: datetime) -> str:
    wall = localtime.to_wall(course.zone, instant)
    return f"{localtime.short_date(wall.date())}, {localtime.clock(wall)}"
