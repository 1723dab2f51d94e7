"""One patient's plan in a rehearsal, made anew with every treatment.

All that the rehearsal asks of timelines it asks here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.message import Part
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case, Enrolled
from scheduler.domain.sentences import gettext as _
from scheduler.domain.standing import Standing, first
from scheduler.domain.timeline import PlannedReminder, Timeline, Unsent, build_timeline


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder of the plan, the treatment that it is about, and what makes up its text when it is due."""

    enrolled: Enrolled
    course: Course
    reminder: PlannedReminder
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A patient's reminders in the order in which they are due; `faults` says what could not be planned."""

    courses: tuple[Course, ...]
    due: tuple[Due, ...]
    unsent: tuple[Unsent, ...]
    faults: tuple[str, ...]


class Unplannable(ValueError):
    """A treatment that the protocol cannot plan; the sentence names nobody."""


def plan_of(protocol: Protocol, case: Case) -> Plan:
    """What the protocol plans for one patient."""
    courses: list[Course] = []
    faults: list[str] = []
    for number, enrolled in enumerate(case):
        try:
            courses.append(course_of(protocol, _asked(protocol, enrolled.treatment, number)))
        except (Unplannable, localtime.UnknownZone) as fault:
            faults.append(str(fault))
    due: list[Due] = []
    unsent: dict[tuple[int, str], Unsent] = {}
    for timeline, until in _plans(sorted(courses, key=lambda course: course.treatment.enrolled_at)):
        due += _due(case, timeline, until)
        unsent |= {(one.episode, one.key): one for one in timeline.unsent}
    return Plan(tuple(courses), tuple(due), tuple(unsent.values()), tuple(faults))


def _asked(protocol: Protocol, treatment: Treatment, number: int) -> Treatment:
    """The treatment with the answers that this edition asks for; another one may ask more."""
    answers = {name: said for name, said in treatment.answers.items() if name in protocol.questions}
    if unanswered := protocol.check_answers(answers):
        labels = ", ".join(protocol.questions[name].label for name in unanswered)
        sentence = _("not answered at enrolment as this edition asks: %(questions)s")
        raise Unplannable(sentence % {"questions": labels})
    return replace(treatment, answers=answers, episode=number)


def _plans(courses: Sequence[Course]) -> Iterator[tuple[Timeline, datetime | None]]:
    """The plan that is made at each enrolment, and until when it stands: nobody knew of the next one."""
    gone: set[tuple[int, str]] = set()
    pending: set[tuple[int, str]] = set()
    for number, course in enumerate(courses):
        since = course.treatment.enrolled_at
        before = [_standing(known, since, gone, pending) for known in courses[:number]]
        timeline = build_timeline([*before, first(course)])
        until = courses[number + 1].treatment.enrolled_at if number + 1 < len(courses) else None
        yield timeline, until
        pending = {name for reminder in timeline.reminders for name in _names(reminder)}
        if until:
            sent = [reminder for reminder in timeline.reminders if reminder.due_at < until]
            gone |= {name for reminder in sent for name in _names(reminder)}


def _names(reminder: PlannedReminder) -> list[tuple[int, str]]:
    return [(reminder.episode, reminder.key), *reminder.guests]


def _standing(
    course: Course, since: datetime, gone: set[tuple[int, str]], pending: set[tuple[int, str]]
) -> Standing:
    def mine(names: set[tuple[int, str]]) -> frozenset[str]:
        return frozenset(key for episode, key in names if episode == course.treatment.episode)

    return Standing(course, since, gone=mine(gone), known=mine(pending - gone))


def _due(case: Case, timeline: Timeline, until: datetime | None) -> Iterator[Due]:
    courses = {course.treatment.episode: course for course in timeline.courses}
    for reminder in timeline.reminders:
        if until and reminder.due_at >= until:
            return
        parts = tuple(timeline.parts(reminder))
        yield Due(case[reminder.episode], courses[reminder.episode], reminder, parts)
