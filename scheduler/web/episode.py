"""One episode: its timeline as a picture and as a table, the texts, and everything that happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scheduler.domain import localtime
from scheduler.domain.message import Text, render_together
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.placeholders import fill, values_of
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.enrolment import contact_of, page_link
from scheduler.models import Attempt, Episode, Event, Reminder
from scheduler.plans.view import View, guests_of, parts_of, views
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.picture import draw, until
from scheduler.web.stopped import stopped_of

EVENTS = 200


@dataclass(frozen=True)
class Rule:
    """A rule of this treatment with the end that the deciding one gives it; None: it decides itself."""

    own: Phase
    phase: Phase
    decider: Course | None


@dataclass(frozen=True)
class Row:
    """A reminder with what was sent, or what would be sent."""

    reminder: Reminder
    day: int
    #: what the message is about, in the words of its email's subject
    about: str
    attempts: list[Attempt] = field(default_factory=list)
    planned: Text | None = None
    #: the treatment that decides, or whose text says it
    decider: Course | None = None


@require_safe
@clinic_page()
def episode(request: ClinicRequest, episode: int) -> HttpResponse:
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient", "edition", "clinic__sender")
    found = get_object_or_404(mine, pk=episode)
    view = views([found], {found.edition_id: found.edition})[found.pk]
    course, rules, rows = view.course, rules_of(view), rows_of(view)
    picture = draw(
        found.timezone,
        course.treatment.day_zero,
        [rule.phase for rule in rules],
        [row.reminder for row in rows],
        request.now,
        own={rule.own.id: rule.own for rule in rules if rule.decider},
    )
    context = {
        "episode": found,
        "protocol": course.protocol,
        "day": course.treatment.day_of(request.now),
        "answers": answers_of(found, course.protocol),
        "others": view.others,
        "picture": picture,
        "rules": [(rule, until(rule.phase, found.timezone)) for rule in rules],
        "deciders": deciders_of(rules),
        "rows": rows,
        "stopped": stopped_of(request.clinic, [found])[found.pk],
        "events": events_of(found),
        "page_link": page_link(found.patient),
    }
    return render(request, "clinic/episode.html", context)


def rules_of(view: View) -> list[Rule]:
    """What another treatment began before this one does not stand here: only until when it holds."""
    courses = {course.treatment.episode: course for course in view.others}
    rules = []
    for phase in view.course.phases.values():
        merged = merged_phase(view.course, view.others, phase)
        seen = merged._replace(starts_at=phase.starts_at)
        rules.append(Rule(phase, seen, courses.get(merged.decided_by)))
    return rules


def deciders_of(rules: Iterable[Rule]) -> list[tuple[Course, list[str]]]:
    """Each treatment that decides something of this one, with the rules."""
    found: dict[int, tuple[Course, list[str]]] = {}
    for rule in rules:
        if rule.decider:
            found.setdefault(rule.decider.treatment.episode, (rule.decider, []))[1].append(rule.phase.label)
    return list(found.values())


def answers_of(found: Episode, protocol: Protocol) -> list[tuple[str, str]]:
    """Question and answer by their labels."""
    return [
        (question.label, question.options.get(found.answers[name], found.answers[name]))
        for name, question in protocol.questions.items()
        if name in found.answers
    ]


def events_of(found: Episode) -> "QuerySet[Event]":
    """What people ask about: neither that each message was planned nor that a worker took it.

    How the patient is reached is the same for all treatments, whichever it was changed with.
    """
    of_patient = Q(kind="address-changed", episode__patient=found.patient_id)
    told = Event.objects.for_clinic(found.clinic).filter(Q(episode=found) | of_patient)
    told = told.exclude(kind="planned").exclude(after=Status.CLAIMED)
    return told.select_related("reminder").order_by("-at", "-pk")[:EVENTS]


def rows_of(view: View) -> list[Row]:
    """The episode's reminders in the order in which they are due, each with its texts."""
    found, course = view.episode, view.course
    attempts: dict[int, list[Attempt]] = {}
    tried = Attempt.objects.for_clinic(found.clinic).filter(reminder__episode=found)
    for attempt in tried.order_by("created_at"):
        attempts.setdefault(attempt.reminder_id, []).append(attempt)
    reminders = list(found.reminders.select_related("host").order_by("due_at", "pk"))
    guests = guests_of(reminders, {found.pk: view})
    deciders = {one.treatment.episode: one for one in view.others}
    return [
        Row(
            reminder,
            course.treatment.day_of(reminder.due_at),
            _about(found, course, reminder),
            attempts.get(reminder.pk, []),
            _text(view, reminder, guests.get(reminder.pk, [])),
            deciders.get(reminder.decided_by_id or 0),
        )
        for reminder in reminders
    ]


def _about(found: Episode, course: Course, reminder: Reminder) -> str:
    message = course.protocol.messages.get(reminder.message)
    if message is None:
        return ""
    due = localtime.short_date(localtime.local_date(found.timezone, reminder.due_at))
    return fill(message.subject, values_of(course, contact_of(found.clinic), page_link(found.patient), due))


def _text(view: View, reminder: Reminder, guests: list[Reminder]) -> Text | None:
    """What it will say; None where it is not to come."""
    if reminder.status != Status.SCHEDULED:
        return None
    contact, link = contact_of(view.episode.clinic), page_link(view.episode.patient)
    parts = parts_of(reminder, view, guests, reminder.due_at)
    return render_together(parts, contact, link, reminder.due_at)
