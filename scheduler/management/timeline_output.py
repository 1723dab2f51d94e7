"""A timeline as JSON (its words are stable: scripts rely on them) and as tables for the terminal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.table import Table

from scheduler.domain import localtime
from scheduler.domain.message import Text
from scheduler.domain.timeline import Phase, PlannedReminder, Timeline, Unsent

UNSENT_WORDS = {
    "past-send-by": "it is too late for it",
    "folded": "{into} carries it",
    "said-elsewhere": "{into} says what holds now",
    "nothing-to-say": "nothing of what it says holds then",
    "fewer-texts": "fewer texts are wanted",
}


def as_json(timeline: Timeline, texts: Mapping[str, Text]) -> dict[str, Any]:
    """Instants end in Z; `treated_at` has the zone's offset; `local` is the wall clock in the zone."""
    treatment = timeline.treatment
    return {
        "protocol": timeline.course.protocol.id,
        "treated_at": localtime.to_iso(treatment.timezone, treatment.treated_at),
        "timezone": treatment.timezone,
        "answers": dict(treatment.answers),
        "phases": [_phase(phase) for phase in timeline.phases],
        "reminders": [_reminder(reminder, texts[reminder.key]) for reminder in timeline.reminders],
        "unsent": [_unsent(unsent) for unsent in timeline.unsent],
    }


def _utc(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "id": phase.id,
        "kind": phase.kind,
        "scope": phase.scope,
        "starts_at": _utc(phase.starts_at),
        "ends_at": _utc(phase.ends_at),
        "first_day": phase.first_day,
        "last_day": phase.last_day,
        "statements": list(phase.statements),
    }


def _reminder(reminder: PlannedReminder, text: Text) -> dict[str, Any]:
    return {
        "key": reminder.key,
        "day": reminder.day,
        "due_at": _utc(reminder.due_at),
        "local": f"{reminder.due_local:%Y-%m-%dT%H:%M}",
        "send_by": _utc(reminder.send_by),
        "critical": reminder.critical,
        "sms": text.sms,
        "segments": text.segments,
        "statements": list(text.statements),
    }


def _unsent(unsent: Unsent) -> dict[str, Any]:
    return {"key": unsent.key, "due_at": _utc(unsent.due_at), "reason": unsent.reason, "into": unsent.into}


def as_tables(timeline: Timeline, texts: Mapping[str, Text]) -> Iterator[Table]:
    """What holds, what is sent, and what is not sent on its own."""
    zone = timeline.treatment.timezone
    rules = Table("Rule", "From", "To", "Days", title="What holds", title_justify="left")
    for phase in timeline.phases:
        days = str(phase.first_day) if phase.last_day is None else f"{phase.first_day} to {phase.last_day}"
        rules.add_row(f"{phase.kind}: {phase.label}", _wall(zone, phase.starts_at), _end(zone, phase), days)
    yield rules
    yield sent_table(zone, timeline.reminders, texts)
    if timeline.unsent:
        unsent = Table("Message", "Why it is not sent on its own", title="Not sent", title_justify="left")
        for item in timeline.unsent:
            unsent.add_row(item.key, UNSENT_WORDS[item.reason].format(into=item.into))
        yield unsent


def sent_table(zone: str, reminders: Iterable[PlannedReminder], texts: Mapping[str, Text]) -> Table:
    """Each reminder with its times and its text."""
    sent = Table(title="What is sent", title_justify="left", show_lines=True)
    for heading in ("When", "Send by", "Text", "Segments"):
        sent.add_column(heading, overflow="fold")
    for reminder in reminders:
        text = texts[reminder.key]
        when = f"{_wall(zone, reminder.due_at)}\n{reminder.key}"
        sent.add_row(when, _wall(zone, reminder.send_by), text.sms, str(text.segments))
    return sent


def _end(zone: str, phase: Phase) -> str:
    if phase.ends_at is None or phase.last_date is None:
        return "no end given"
    if phase.ends_with_day:
        return f"end of {localtime.short_date(phase.last_date)}"
    return _wall(zone, phase.ends_at)


def _wall(zone: str, instant: datetime) -> str:
    wall = localtime.to_wall(zone, instant)
    return f"{localtime.short_date(wall.date())} {localtime.clock(wall)}"
