"""Where a statement of the source is said, and which are said nowhere.

A message says a statement where a patient enrolled at discharge, with some of the answers, is sent it (or a
text that carries it), and a line that rests on the statement holds when it is due. The catch-up and the
correction do not count: most patients never get one. A line that leaves an SMS for want of room counts: the
email says it. Apart from messages a statement may be said on the patient's page, by a rule or a topic, and by
the emergency fragment, which every message carries.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.conditions import Moment, holds
from scheduler.domain.edits.samples import Sample
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import PlannedReminder

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Statements that no message says, by where they are said all the same."""

    page: tuple[str, ...]
    emergency: tuple[str, ...]
    nowhere: tuple[str, ...]


def said_by_messages(samples: Iterable[Sample]) -> dict[str, set[str]]:
    """Which statements each message says; a message that no sample is sent is absent."""
    said: dict[str, set[str]] = {}
    for sample in samples:
        for reminder in sample.timeline.reminders:
            moment = Moment(reminder.due_at, reminder.day, reminder.last)
            for key in (reminder.message, *reminder.folds):
                said.setdefault(key, set()).update(_statements(sample, key, moment))
    return said


def _statements(sample: Sample, message: str, moment: Moment) -> Iterator[str]:
    course = sample.timeline.course
    names = (*course.protocol.messages[message].lines, *course.protocol.every_message)
    for line in (course.protocol.lines[name] for name in names):
        if holds(line.when, course, moment):
            yield from line.all_statements


def falls_silent(sample: Sample, reminder: PlannedReminder) -> bool:
    """Whether nothing of it about care holds any more at the last minute at which it may leave."""
    course = sample.timeline.course
    moment = Moment(reminder.send_by - MINUTE, reminder.day, reminder.last)
    lines = [course.protocol.lines[name] for name in course.protocol.messages[reminder.message].lines]
    return not any(holds(line.when, course, moment) for line in lines if not line.service)


def elsewhere(protocol: Protocol, statements: Iterable[str]) -> Elsewhere:
    """Where statements are said that no message says; the page counts before the emergency fragment."""
    by_rules = (phase.statements for phase in protocol.phases.values())
    by_topics = (topic.statements for topic in protocol.topics.values())
    on_page = {statement for said in (*by_rules, *by_topics) for statement in said}
    lost = sorted(statements)
    page = tuple(name for name in lost if name in on_page)
    emergency = tuple(name for name in lost if name not in on_page and name in protocol.emergency.statements)
    return Elsewhere(page, emergency, tuple(name for name in lost if name not in (*page, *emergency)))
