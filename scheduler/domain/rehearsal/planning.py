"""One patient's plan in a rehearsal, and how long its texts are.

All that the rehearsal asks of timelines and texts it asks here.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from scheduler.domain import localtime
from scheduler.domain.message import Contact, render
from scheduler.domain.phases import Course, Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case, Enrolled
from scheduler.domain.timeline import PlannedReminder, Unsent, timeline_of


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder of the plan, with the treatment that it is about."""

    enrolled: Enrolled
    course: Course
    reminder: PlannedReminder


@dataclass(frozen=True, slots=True)
class Plan:
    """A patient's reminders in the order in which they are due; `faults` says what could not be planned."""

    courses: tuple[Course, ...]
    due: tuple[Due, ...]
    unsent: tuple[Unsent, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How many segments a text takes, or in `fault` why it cannot be written."""

    segments: int = 0
    fault: str = ""


class Unplannable(ValueError):
    """A treatment that the protocol cannot plan; the sentence names nobody."""


def plan_of(protocol: Protocol, case: Case) -> Plan:
    """What the protocol plans for one patient."""
    courses: list[Course] = []
    due: list[Due] = []
    unsent: list[Unsent] = []
    faults: list[str] = []
    for enrolled in case:
        try:
            timeline = timeline_of(protocol, _asked(protocol, enrolled.treatment))
        except (Unplannable, localtime.UnknownZone) as fault:
            faults.append(str(fault))
            continue
        courses.append(timeline.course)
        due += [Due(enrolled, timeline.course, reminder) for reminder in timeline.reminders]
        unsent += timeline.unsent
    due.sort(key=lambda one: one.reminder.due_at)
    return Plan(tuple(courses), tuple(due), tuple(unsent), tuple(faults))


def _asked(protocol: Protocol, treatment: Treatment) -> Treatment:
    """The treatment with the answers that this edition asks for; other editions may ask more."""
    answers = {name: said for name, said in treatment.answers.items() if name in protocol.questions}
    if unanswered := protocol.check_answers(answers):
        labels = ", ".join(protocol.questions[name].label for name in unanswered)
        raise Unplannable(f"not answered at enrolment as this edition asks: {labels}")
    return replace(treatment, answers=answers)


class Ruler:
    """Measures texts, each kind of them once: to write one takes far longer than to plan it.

    With the same dates, and the same rules in force, texts differ by times of day alone, and these are all as
    long as 09:00.
    """

    def __init__(self, contact: Contact, link: str) -> None:
        self.contact, self.link = contact, link
        self._known: dict[Hashable, Measure] = {}

    def measure(self, due: Due) -> Measure:
        """How long the text is that the reminder sends when it is due."""
        kind = _kind(due)
        if kind not in self._known:
            self._known[kind] = self.write(due)
        return self._known[kind]

    def write(self, due: Due) -> Measure:
        """The same, from the text itself."""
        reminder = due.reminder
        try:
            text = render(due.course, reminder.content, self.contact, self.link, reminder.due_at)
        except LookupError as fault:
            return Measure(fault=f"nothing to fill {{{fault.args[0] if fault.args else ''}}} with")
        except ValueError as fault:
            return Measure(fault=str(fault))
        return Measure(text.segments)


def _kind(due: Due) -> Hashable:
    course, reminder = due.course, due.reminder
    at, treatment = reminder.due_at, course.treatment
    rules = [
        (
            phase.id,
            phase.holds(at),
            phase.is_over(at),
            phase.last_date,
            phase.ends_at and localtime.local_date(treatment.timezone, phase.ends_at),
        )
        for phase in course.phases.values()
    ]
    return (reminder.content, treatment.day_zero, tuple(treatment.answers.items()), tuple(rules))
