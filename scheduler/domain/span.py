"""How many days a plan takes."""

from datetime import date, time

from scheduler.domain import localtime
from scheduler.domain.edits.samples import all_answers
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import Treatment, timeline_of

#: any day will do: days are counted, not hours
ZONE, TREATED_AT = "UTC", localtime.at("UTC", date(2026, 3, 2), time(12))


def last_day(protocol: Protocol) -> int:
    """The last day on which a rule ends or a message goes, whatever the answers; Day 0 is the treatment's."""
    return max((_last_day(protocol, answers) for answers in all_answers(protocol)), default=0)


def _last_day(protocol: Protocol, answers: dict[str, str]) -> int:
    timeline = timeline_of(protocol, Treatment(TREATED_AT, ZONE, answers, TREATED_AT))
    ends = [phase.last_day for phase in timeline.phases if phase.last_day is not None]
    return max([0, *ends, *(reminder.day for reminder in timeline.reminders)])
