"""One episode: its timeline as a picture and as a table, the texts, and everything that happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scheduler.changes.said import about
from scheduler.domain.message import Text, render_together
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.enrolment import contact_of, page_link
from scheduler.models import Attempt, Episode, Reminder
from scheduler.plans.view import View, guests_of, parts_of, views
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.episodes.history import history, stands_since
from scheduler.web.episodes.picture import draw
from scheduler.web.episodes.stopped import stopped_of
from scheduler.web.words import until


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
    #: the kinds of changes that can be made of it
    does: tuple[str, ...] = ()


@require_safe
@clinic_page()
def episode(request: ClinicRequest, episode: int) -> HttpResponse:
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient", "edition", "clinic__sender")
    found = get_object_or_404(mine, pk=episode)
    view = views([found], {found.edition_id: found.edition})[found.pk]
    course, rules, rows = view.course, rules_of(view), rows_of(view, request.now)
    page, happened = history(found, course, request.GET.get("page"))
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
        # Where nothing leaves at all, the head of the page says so.
        "outbox_only": found.outbox_only and not request.nothing_leaves,
        "protocol": course.protocol,
        "day": course.treatment.day_of(request.now),
        "answers": answers_of(found, course.protocol),
        "others": view.others,
        "picture": picture,
        "rules": [(rule, until(rule.phase, found.timezone)) for rule in rules],
        "deciders": deciders_of(rules),
        "rows": rows,
        "stopped": stopped_of(request.clinic, [found])[found.pk],
        "page": page,
        "happened": happened,
        "can_change": can_change(view, [row.reminder for row in rows], request.now),
        "since": stands_since(found),
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


def rows_of(view: View, now: datetime) -> list[Row]:
    """The episode's reminders in the order in which they are due, each with its texts."""
    found, course = view.episode, view.course
    attempts: dict[int, list[Attempt]] = {}
    tried = Attempt.objects.for_clinic(found.clinic).filter(reminder__episode=found)
    for attempt in tried.order_by("created_at"):
        attempts.setdefault(attempt.reminder_id, []).append(attempt)
    reminders = list(found.reminders.select_related("host").order_by("due_at", "pk"))
    guests = guests_of(reminders, {found.pk: view})
    deciders = {one.treatment.episode: one for one in view.others}
    contact, editable = contact_of(found.clinic), can_change(view, reminders, now)
    return [
        Row(
            reminder,
            course.treatment.day_of(reminder.due_at),
            about(course, reminder.message, reminder.due_at, contact),
            attempts.get(reminder.pk, []),
            _text(view, reminder, guests.get(reminder.pk, [])),
            deciders.get(reminder.decided_by_id or 0),
            does_of(view, reminder, now) if editable else (),
        )
        for reminder in reminders
    ]


def can_change(view: View, reminders: Iterable[Reminder], now: datetime) -> bool:
    """Whether the plan is neither cancelled nor over."""
    if view.episode.state == Episode.State.CANCELLED:
        return False
    pending = any(reminder.status in (Status.SCHEDULED, Status.CLAIMED) for reminder in reminders)
    phases = view.course.phases.values()
    return pending or not all(phase.is_over(now) for phase in phases if phase.ends_at)


def does_of(view: View, reminder: Reminder, now: datetime) -> tuple[str, ...]:
    """What can be done with a message; whatever else forbids it, its own page says."""
    protocol = view.course.protocol
    message = protocol.messages.get(reminder.message)
    if reminder.status != Status.SCHEDULED or message is None:
        return ()
    waits = view.episode.state == Episode.State.PAUSED and not reminder.critical
    has_to_go = reminder.critical and now < reminder.send_by
    corrects = reminder.message == protocol.correction != protocol.catch_up
    can = {
        "move": not message.at.enrolment,
        "send-now": not message.at.enrolment and reminder.due_at > now and not waits,
        "skip": not has_to_go and not corrects,
    }
    return tuple(kind for kind, possible in can.items() if possible)


def _text(view: View, reminder: Reminder, guests: list[Reminder]) -> Text | None:
    """What it will say; None where it is not to come."""
    if reminder.status != Status.SCHEDULED:
        return None
    contact, link = contact_of(view.episode.clinic), page_link(view.episode.patient)
    parts = parts_of(reminder, view, guests, reminder.due_at)
    return render_together(parts, contact, link, reminder.due_at)
