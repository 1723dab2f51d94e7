"""Fewer texts, where a patient wants them: which ones nobody should do without.

It follows from when a message goes and what it says, whatever the protocol: what is critical, what opens a
plan or corrects it, and what is sent as a rule begins or ends. The others repeat what holds.
"""

from collections.abc import Iterator, Sequence

from scheduler.domain import localtime
from scheduler.domain.due import Candidate
from scheduler.domain.overlap import seen_with
from scheduler.domain.phases import Course


def is_needed(course: Course, others: Sequence[Course], candidate: Candidate) -> bool:
    """Whether it goes nevertheless; `others` are the patient's other treatments, which may move an end."""
    at = course.protocol.messages[candidate.message].at
    if candidate.critical or candidate.opens or at.end_of or at.last_day_of:
        return True
    seen = seen_with(course, others, candidate.due_at)
    day = localtime.local_date(course.zone, candidate.due_at)
    phases = [seen.phases[name] for name in _spoken_of(course, candidate) if name in seen.phases]
    # The first text says what begins with the treatment.
    begin = (p.starts_at for p in phases if p.starts_at > course.treatment.treated_at)
    return any(p.last_date == day for p in phases) or any(
        localtime.local_date(course.zone, starts_at) == day for starts_at in begin
    )


def _spoken_of(course: Course, candidate: Candidate) -> Iterator[str]:
    """The rules on whose days it is sent, and those whose last day it would name."""
    protocol = course.protocol
    message = protocol.messages[candidate.message]
    yield from message.at.each_day_of
    for name in message.lines:
        if last_day := protocol.lines[name].when.last_day:
            yield last_day
