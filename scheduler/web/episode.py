"""One episode: its timeline as a picture and as a table, the texts, and everything that happened."""

from dataclasses import dataclass, field
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scheduler import editions
from scheduler.domain import localtime
from scheduler.domain.message import Text, render as render_text
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import Phase, Treatment, build_phases
from scheduler.enrolment import contact_of, is_two_way, page_link, treatment_of
from scheduler.models import Attempt, Episode, Reminder
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.picture import draw

EVENTS = 200


@dataclass(frozen=True)
class Row:
    """A reminder with what was sent, or what would be sent."""

    reminder: Reminder
    day: int
    label: str
    attempts: list[Attempt] = field(default_factory=list)
    planned: Text | None = None


@require_safe
@clinic_page()
def episode(request: ClinicRequest, episode: int) -> HttpResponse:
    found = get_object_or_404(
        Episode.objects.for_clinic(request.clinic).select_related("patient", "edition", "clinic__sender"),
        pk=episode,
    )
    protocol, treatment = editions.protocol_of(found.edition), treatment_of(found)
    phases = build_phases(protocol, treatment)
    rows = rows_of(found, protocol, treatment, phases)
    picture = draw(found.timezone, treatment.day_zero, phases, [row.reminder for row in rows], request.now)
    context = {
        "episode": found,
        "protocol": protocol,
        "day": (localtime.local_date(found.timezone, request.now) - treatment.day_zero).days,
        "answers": answers_of(found, protocol),
        "picture": picture,
        "bars": [bar for _, bars in picture.groups for bar in bars],
        "rows": rows,
        "events": found.events.exclude(kind="planned")
        .exclude(after="claimed")
        .select_related("reminder")
        .order_by("-at", "-pk")[:EVENTS],
        "page_link": page_link(found.patient),
    }
    return render(request, "clinic/episode.html", context)


def answers_of(found: Episode, protocol: Protocol) -> list[tuple[str, str]]:
    """Question and answer by their labels."""
    asked = protocol.questions.items()
    return [
        (question.label, question.options.get(found.answers[name], found.answers[name]))
        for name, question in asked
        if name in found.answers
    ]


def rows_of(found: Episode, protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...]) -> list[Row]:
    """The episode's reminders in the order in which they are due."""
    attempts: dict[int, list[Attempt]] = {}
    for attempt in (
        Attempt.objects.for_clinic(found.clinic).filter(reminder__episode=found).order_by("created_at")
    ):
        attempts.setdefault(attempt.reminder_id, []).append(attempt)
    rows = []
    for reminder in found.reminders.order_by("due_at", "pk"):
        day = (date.fromisoformat(reminder.due_local[:10]) - treatment.day_zero).days
        tried = attempts.get(reminder.pk, [])
        planned = (
            None
            if tried or reminder.status != "scheduled"
            else _text(found, protocol, treatment, phases, reminder)
        )
        rows.append(Row(reminder, day, protocol.messages[reminder.message].label, tried, planned))
    return rows


def _text(
    found: Episode, protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...], reminder: Reminder
) -> Text:
    return render_text(
        protocol,
        phases,
        treatment,
        message=reminder.message,
        folds=reminder.folds,
        last=reminder.last,
        due_local=localtime.to_wall(found.timezone, reminder.due_at),
        contact=contact_of(found.clinic),
        link=page_link(found.patient),
        at=reminder.due_at,
        two_way=is_two_way(found.clinic),
    )
