"""One episode: its timeline as a picture and as a table, the texts, and everything that happened."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scheduler.domain import localtime
from scheduler.domain.message import Text
from scheduler.domain.message import render as render_text
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import fill, values_of
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.enrolment import contact_of, page_link
from scheduler.models import Attempt, Episode, Event, Reminder
from scheduler.plans import course_of_episode
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.picture import draw
from scheduler.web.stopped import stopped_of

EVENTS = 200


@dataclass(frozen=True)
class Row:
    """A reminder with what was sent, or what would be sent."""

    reminder: Reminder
    day: int
    #: what the message is about, in the words of its email's subject
    about: str
    attempts: list[Attempt] = field(default_factory=list)
    planned: Text | None = None


@require_safe
@clinic_page()
def episode(request: ClinicRequest, episode: int) -> HttpResponse:
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient", "edition", "clinic__sender")
    found = get_object_or_404(mine, pk=episode)
    course = course_of_episode(found)
    rows = rows_of(found, course)
    phases = tuple(course.phases.values())
    picture = draw(
        found.timezone, course.treatment.day_zero, phases, [row.reminder for row in rows], request.now
    )
    context = {
        "episode": found,
        "protocol": course.protocol,
        "day": course.treatment.day_of(request.now),
        "answers": answers_of(found, course.protocol),
        "picture": picture,
        "bars": [bar for _, bars in picture.groups for bar in bars],
        "rows": rows,
        "stopped": stopped_of(request.clinic, [found])[found.pk],
        "events": events_of(found),
        "page_link": page_link(found.patient),
    }
    return render(request, "clinic/episode.html", context)


def answers_of(found: Episode, protocol: Protocol) -> list[tuple[str, str]]:
    """Question and answer by their labels."""
    return [
        (question.label, question.options.get(found.answers[name], found.answers[name]))
        for name, question in protocol.questions.items()
        if name in found.answers
    ]


def events_of(found: Episode) -> "QuerySet[Event]":
    """What people ask about: neither that each message was planned nor that a worker took it."""
    told = found.events.exclude(kind="planned").exclude(after=Status.CLAIMED)
    return told.select_related("reminder").order_by("-at", "-pk")[:EVENTS]


def rows_of(found: Episode, course: Course) -> list[Row]:
    """The episode's reminders in the order in which they are due, each with its texts."""
    attempts: dict[int, list[Attempt]] = {}
    tried = Attempt.objects.for_clinic(found.clinic).filter(reminder__episode=found)
    for attempt in tried.order_by("created_at"):
        attempts.setdefault(attempt.reminder_id, []).append(attempt)
    rows = []
    for reminder in found.reminders.order_by("due_at", "pk"):
        planned = _text(found, course, reminder) if reminder.status == Status.SCHEDULED else None
        day = course.treatment.day_of(reminder.due_at)
        about = _about(found, course, reminder)
        rows.append(Row(reminder, day, about, attempts.get(reminder.pk, []), planned))
    return rows


def _about(found: Episode, course: Course, reminder: Reminder) -> str:
    message = course.protocol.messages.get(reminder.message)
    if message is None:
        return ""
    due = localtime.short_date(localtime.local_date(found.timezone, reminder.due_at))
    return fill(message.subject, values_of(course, contact_of(found.clinic), page_link(found.patient), due))


def _text(found: Episode, course: Course, reminder: Reminder) -> Text:
    contact, link = contact_of(found.clinic), page_link(found.patient)
    return render_text(course, reminder.content, contact, link, reminder.due_at)
