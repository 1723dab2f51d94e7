"""The effect of a change: for the terminal, and as JSON (its words are stable)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from scheduler.changes import Line, PlanEffect, PlannedText
from scheduler.dates import moment
from scheduler.domain.message import Text
from scheduler.domain.timeline import PlannedReminder
from scheduler.management.counted import counted
from scheduler.management.edition_output import show
from scheduler.plans.wording import named

HEADINGS = ("What", "Before", "After", "Why")


def show_effect(out: IO[str], effect: PlanEffect, *, done: bool) -> None:
    show(out, HEADINGS, [_cells(line) for line in (*effect.changes, *effect.steps)])
    for one in effect.texts:
        out.write(f"{_heading(one, effect)}: {one.text.sms}\n")
    for sentence in (*effect.notes, *(f"Note well: {warning}" for warning in effect.warnings)):
        out.write(f"{sentence}\n")
    out.write("Done.\n" if done else "Nothing is changed yet; say --yes to do it.\n")


def _heading(one: PlannedText, effect: PlanEffect) -> str:
    """Which reminder it is, of which treatment if there are several, when it goes, whether it is new."""
    planned, courses = one.planned, effect.timeline.courses
    names = {course.treatment.episode: named(course) for course in courses} if len(courses) > 1 else {}
    label = " of ".join(filter(None, [planned.label, names.get(planned.episode)]))
    state = "new" if one.new else "planned before"
    when = moment(planned.timezone, planned.due_at)
    return f"{label} ({planned.key}, {state}), {when}, {counted(one.text.segments, 'segment')}"


def _cells(line: Line) -> tuple[str, ...]:
    return line.what, line.before, line.after, line.why


def effect_json(episode: int, effect: PlanEffect, *, done: bool) -> dict[str, Any]:
    return {
        "episode": episode,
        "done": done,
        "revision": effect.revision,
        "seen": effect.seen,
        "changes": [
            dict(zip(("what", "before", "after"), _cells(line), strict=False)) for line in effect.changes
        ],
        "steps": list(_steps(effect)),
        "gone": effect.diff.gone,
        "texts": [{**_text(one.planned, one.text), "new": one.new} for one in effect.texts],
        "reworded": [_text(one.planned, one.text) for one in effect.reworded],
        "reminders": [
            {"episode": one.episode, "key": one.key, "due_at": _iso(one.due_at)}
            for one in effect.timeline.reminders
        ],
        "notes": list(effect.notes),
        "warnings": list(effect.warnings),
    }


def _steps(effect: PlanEffect) -> Iterator[dict[str, Any]]:
    for step in effect.diff.steps:
        yield {
            "episode": step.episode,
            "key": step.key,
            "effect": str(step.effect),
            "before": _iso(step.before),
            "after": _iso(step.after),
            "reason": step.reason,
            "into": step.into,
            "decided_by": step.decided_by,
        }


def _text(planned: PlannedReminder, text: Text) -> dict[str, Any]:
    return {
        "episode": planned.episode,
        "key": planned.key,
        "kind": planned.kind,
        "due_at": _iso(planned.due_at),
        "sms": text.sms,
        "segments": text.segments,
        "subject": text.subject,
        "email": text.email,
    }


def _iso(instant: datetime | None) -> str | None:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if instant else None
