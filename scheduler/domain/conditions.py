"""Whether a condition of the protocol holds at a moment."""

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.phases import Phase, Treatment, by_id
from scheduler.domain.protocol import Condition, Protocol


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is said (UTC), and in which reminder: its day, if it is the last, if one can reply."""

    at: datetime
    day: int
    last: bool = False
    replies: bool = True


def holds(
    condition: Condition, protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...], moment: Moment
) -> bool:
    """Whether all that the condition asks for is true at that moment."""
    return (
        _phases_fit(condition, treatment, phases, moment.at)
        and _ends_fit(condition, phases)
        and (condition.day is None or condition.day == moment.day)
        and (condition.last_message is None or moment.last)
        and (condition.replies is None or condition.replies == moment.replies)
        and all(treatment.answers.get(name) == answer for name, answer in condition.answers.items())
        and all(protocol.values[name].mode == mode for name, mode in condition.modes.items())
    )


def _phases_fit(
    condition: Condition, treatment: Treatment, phases: tuple[Phase, ...], moment: datetime
) -> bool:
    known = by_id(phases)
    today = localtime.local_date(treatment.timezone, moment)

    def during(name: str) -> bool:
        return name in known and known[name].holds(moment)

    def last_day(name: str) -> bool:
        return name in known and known[name].last_date == today

    return (
        all(during(name) for name in condition.during)
        and not any(during(name) for name in condition.not_during)
        and (condition.over is None or (condition.over in known and known[condition.over].is_over(moment)))
        and (condition.last_day is None or last_day(condition.last_day))
        and (condition.not_last_day is None or not last_day(condition.not_last_day))
    )


def _ends_fit(condition: Condition, phases: tuple[Phase, ...]) -> bool:
    known = by_id(phases)

    def same_end(pair: tuple[str, str]) -> bool:
        first, second = (known[name].last_date if name in known else None for name in pair)
        return first == second

    return (condition.same_end is None or same_end(condition.same_end)) and (
        condition.different_end is None or not same_end(condition.different_end)
    )
