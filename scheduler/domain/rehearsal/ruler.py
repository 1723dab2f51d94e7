"""How long the texts of a rehearsal are."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from scheduler.domain import localtime
from scheduler.domain.message import Contact, Part, render_together
from scheduler.domain.phases import Course
from scheduler.domain.rehearsal.planning import Due
from scheduler.domain.sentences import gettext as _


@dataclass(frozen=True, slots=True)
class Measure:
    """How many segments a text takes, or in `fault` why it cannot be written."""

    segments: int = 0
    fault: str = ""


class Ruler:
    """Measures texts, each kind of them once: to write one takes far longer than to plan it.

    Where the same rules are in force, texts differ by dates and times alone. Times are all as long as 09:00,
    and dates are of the same kind if they are as far from the treatment and as long: Fri 4 Dec, Sat 14 Nov.
    """

    def __init__(self, contact: Contact, link: str) -> None:
        self.contact, self.link = contact, link
        self._known: dict[Hashable, Measure] = {}
        #: the reminders of one plan follow each other
        self._course: Course | None = None
        self._dates: Hashable = None

    def measure(self, due: Due) -> Measure:
        """How long the text is that the reminder sends when it is due."""
        kind = tuple([self._kind(part, due) for part in due.parts])
        if kind not in self._known:
            self._known[kind] = self.write(due)
        return self._known[kind]

    def write(self, due: Due) -> Measure:
        """The same, from the text itself."""
        try:
            text = render_together(due.parts, self.contact, self.link, due.reminder.due_at)
        except LookupError as fault:
            return Measure(fault=_("there is nothing to say for %(name)s") % {"name": repr(fault.args[0])})
        except ValueError as fault:
            return Measure(fault=str(fault))
        return Measure(text.segments)

    def _kind(self, part: Part, due: Due) -> Hashable:
        course, at = part.course, due.reminder.due_at
        if self._course is not course:
            self._course, self._dates = course, _dates(course)
        phases, due_date = course.phases.values(), due.reminder.due_local.date()
        in_force = tuple([phase.starts_at <= at for phase in phases]), tuple([p.is_over(at) for p in phases])
        content = part.content.message, part.content.folds, part.content.last
        return content, part.leg, _date(course, due_date), self._dates, in_force


def _dates(course: Course) -> Hashable:
    """What a text can say of a course but for its times of day."""
    ends = [
        (
            phase.id,
            phase.last_date and _date(course, phase.last_date),
            phase.ends_at and _date(course, localtime.local_date(course.zone, phase.ends_at)),
        )
        for phase in course.phases.values()
    ]
    return tuple(course.treatment.answers.items()), tuple(ends)


def _date(course: Course, day: date) -> tuple[int, int]:
    """How far from the treatment, and how long in a text."""
    return (day - course.treatment.day_zero).days, len(localtime.short_date(day))
