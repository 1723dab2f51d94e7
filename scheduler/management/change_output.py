"""The effect of a change: for the terminal, and as JSON (its words are stable)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from scheduler.changes import Line, PlanEffect, PlannedText
from scheduler.management.edition_output import show
from scheduler.plans.wording import moment

HEADINGS = ("What", "Before", "After", "Why")


def show_effect(out: IO[str], effect: PlanEffect, *, done: bool) -> None:
    show(out, HEADINGS, [_cells(line) for line in (*effect.changes, *effect.steps)])
    for one in effect.texts:
        planned, text = one.planned, one.text
        when = moment(planned.timezone, planned.due_at)
        out.write(f"{planned.label}, {when} ({text.segments} segments): {text.sms}\n")
    for sentence in (*effect.notes, *(f"Note well: {warning}" for warning in effect.warnings)):
        out.write(f"{sentence}\n")
    out.write("Done.\n" if done else "Nothing is changed yet; say --yes to do it.\n")


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
        "texts": [_text(one) for one in effect.texts],
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


def _text(one: PlannedText) -> dict[str, Any]:
    return {
        "episode": one.planned.episode,
        "key": one.planned.key,
        "kind": one.planned.kind,
        "due_at": _iso(one.planned.due_at),
        "sms": one.text.sms,
        "segments": one.text.segments,
        "subject": one.text.subject,
        "email": one.text.email,
    }


def _iso(instant: datetime | None) -> str | None:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if instant else None
