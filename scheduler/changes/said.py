"""An effect as pages tell it: which rules end otherwise, and each message by what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from scheduler.changes.loaded import Loaded
from scheduler.domain import localtime
from scheduler.domain.diff import Diff, Step
from scheduler.domain.message import Contact
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import Unfillable, fill, values_of
from scheduler.plans.texts import Reworded
from scheduler.plans.wording import Line, Wording, in_order, label_in, said_end, time_of


@dataclass(frozen=True, slots=True)
class Saying(Line):
    """A message that goes when it did; `says` is what it did not say before."""

    says: str = ""


def about(course: Course | None, message: str, due_at: datetime, contact: Contact) -> str:
    """What a message is about, in the words of its email's subject: its label hangs on the day it is due."""
    known = course.protocol.messages.get(message) if course else None
    if course is None or known is None:
        return message
    due = localtime.short_date(localtime.local_date(course.zone, due_at))
    try:
        return fill(known.subject, values_of(course, contact, "", due))
    except Unfillable:
        return label_in(course, message, due_at)


def rules(before: Loaded, after: Loaded, wording: Wording) -> Iterator[Line]:
    """Each rule of the patient's treatments that ends at another time, or is there on one side only."""
    for number, course in before.case.courses.items():
        ends, then = _ends(before, number), _ends(after, number)
        labels = {
            phase.id: phase.label
            for one in (after.case.courses.get(number), course)
            if one
            for phase in one.phases.values()
        }
        for rule, label in labels.items() if number in after.case.courses else ():
            was, will = ends.get(rule, ""), then.get(rule, "")
            if was != will:
                yield Line(wording.of_treatment(label, number), was, will)


def _ends(loaded: Loaded, number: int) -> dict[str, str]:
    """Until when each rule of a treatment holds, as all of the patient's treatments make it."""
    course = loaded.case.courses.get(number)
    if course is None:
        return {}
    others = [other for other in loaded.case.courses.values() if other is not course]
    return {p.id: said_end(course, merged_phase(course, others, p)) for p in course.phases.values()}


def messages(diff: Diff, words: tuple[Reworded, ...], wording: Wording, contact: Contact) -> list[Line]:
    """What becomes of each message, in the order of their times."""
    steps: list[tuple[datetime, Line]] = [
        (time_of(step), Line(_of_step(step, wording, contact), line.before, line.after, line.why))
        for step, line in zip(in_order(diff.steps), wording.lines(diff.steps), strict=True)
    ]
    for one in words:
        steps.append((one.planned.due_at, _of_reworded(one, wording, contact)))
    return [line for _, line in sorted(steps, key=lambda pair: pair[0])]


def _of_reworded(one: Reworded, wording: Wording, contact: Contact) -> Saying:
    """What it did not say before stands by itself: these are the patient's words, not the page's."""
    line, planned = wording.of_reworded(one), one.planned
    subject = about(wording.courses.get(planned.episode), planned.message, planned.due_at, contact)
    what = wording.of_treatment(subject, planned.episode)
    why = _("it says something else") if one.says else line.why
    return Saying(what, line.before, line.after, why, " ".join(one.says))


def _of_step(step: Step, wording: Wording, contact: Contact) -> str:
    one = step.planned or step.unsent or step.row
    assert one
    subject = about(wording.courses.get(step.episode), one.message, time_of(step), contact)
    return wording.of_treatment(subject, step.episode)
