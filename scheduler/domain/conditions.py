"""Whether a condition of the protocol holds at a moment."""

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.phases import Course
from scheduler.domain.protocol import Condition


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is said (UTC), and in which reminder: its day, if it is the last, if one can reply."""

    at: datetime
    day: int
    last: bool = False
    replies: bool = True


def is_empty(condition: Condition) -> bool:
    """Whether it asks for nothing, and so holds always."""
    return not condition.model_fields_set


def holds(condition: Condition, course: Course, moment: Moment) -> bool:
    """Whether all that the condition asks for is true at that moment."""
    if is_empty(condition):
        return True
    answers, values = course.treatment.answers, course.protocol.values
    return (
        _phases_fit(condition, course, moment.at)
        and _last_days_fit(condition, course, moment.at)
        and _ends_fit(condition, course)
        and (condition.day is None or condition.day == moment.day)
        and (condition.last_message is None or moment.last)
        and (condition.replies is None or condition.replies == moment.replies)
        and all(answers.get(name) == answer for name, answer in condition.answers.items())
        and all(values[name].mode == mode for name, mode in condition.modes.items())
    )


def _phases_fit(condition: Condition, course: Course, moment: datetime) -> bool:
    phases = course.phases
    return (
        all(name in phases and phases[name].holds(moment) for name in condition.during)
        and not any(name in phases and phases[name].holds(moment) for name in condition.not_during)
        and (condition.over is None or (condition.over in phases and phases[condition.over].is_over(moment)))
    )


def _last_days_fit(condition: Condition, course: Course, moment: datetime) -> bool:
    if condition.last_day is None and condition.not_last_day is None:
        return True
    today = localtime.local_date(course.zone, moment)
    ending = {name for name, phase in course.phases.items() if phase.last_date == today}
    return (condition.last_day is None or condition.last_day in ending) and (
        condition.not_last_day not in ending
    )


def _ends_fit(condition: Condition, course: Course) -> bool:
    def same_end(pair: tuple[str, str]) -> bool:
        first, second = (phase.last_date if (phase := course.phases.get(name)) else None for name in pair)
        return first == second

    return (condition.same_end is None or same_end(condition.same_end)) and (
        condition.different_end is None or not same_end(condition.different_end)
    )
