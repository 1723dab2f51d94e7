"""Whether a condition of the protocol holds at a moment."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from scheduler.domain import localtime
from scheduler.domain.phases import Course
from scheduler.domain.protocol import Condition


class Moment(NamedTuple):
    """When something is said (UTC), and in which reminder: its day, if it is the last, if one can reply.

    `replies` is None where neither an answer nor the link to a page stops texts: nothing says how then.
    """

    at: datetime
    day: int
    last: bool = False
    replies: bool | None = True


def holds(condition: Condition, course: Course, moment: Moment) -> bool:
    """Whether all that the condition asks for is true at that moment."""
    # A loop, and not `all`: it is asked at every line of every message.
    for name, asked in condition.asks:  # noqa: SIM110
        if not CHECKS[name](asked, course, moment):
            return False
    return True


def _in_force(name: str, course: Course, moment: Moment) -> bool:
    phase = course.phases.get(name)
    return phase is not None and phase.holds(moment.at)


def _is_over(name: str, course: Course, moment: Moment) -> bool:
    phase = course.phases.get(name)
    return phase is not None and phase.is_over(moment.at)


def _on_last_day(name: str, course: Course, moment: Moment) -> bool:
    phase = course.phases.get(name)
    return phase is not None and phase.last_date == localtime.local_date(course.zone, moment.at)


def _end_alike(pair: tuple[str, str], course: Course) -> bool:
    first, second = (phase.last_date if (phase := course.phases.get(name)) else None for name in pair)
    return first == second


CHECKS: Mapping[str, Callable[[Any, Course, Moment], bool]] = {
    "during": lambda names, course, moment: all(_in_force(name, course, moment) for name in names),
    "not_during": lambda names, course, moment: not any(_in_force(name, course, moment) for name in names),
    "over": _is_over,
    "last_day": _on_last_day,
    "not_last_day": lambda name, course, moment: not _on_last_day(name, course, moment),
    "same_end": lambda pair, course, moment: _end_alike(pair, course),
    "different_end": lambda pair, course, moment: not _end_alike(pair, course),
    "day": lambda day, course, moment: day == moment.day,
    "last_message": lambda last, course, moment: moment.last,
    "replies": lambda replies, course, moment: replies == moment.replies,
    "answers": lambda answers, course, moment: answers.items() <= course.treatment.answers.items(),
    "modes": lambda modes, course, moment: all(
        course.protocol.values[name].mode == mode for name, mode in modes.items()
    ),
}
