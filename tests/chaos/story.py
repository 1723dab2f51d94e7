"""The history of one reminder, for whoever has to find out what happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scheduler.models import Event, Receipt
from tests.chaos.truth import Evidence

LEFT_OUT = ("text", "told", "subject", "folds", "details")


def story(seen: Evidence, pk: int | None, answers: list[list[Any]], beginning: float) -> Iterator[str]:
    """All that is known, in the order of the clock; seconds since the beginning."""
    if pk is None:
        return
    row = seen.reminders[pk]
    person = seen.people[row["episode_id"]]
    yield f"  {person}"
    if deed := seen.deeds.get(row["episode_id"]):
        yield f"  deed done by {deed.done - beginning:.2f}: {deed.came}"
    yield f"  {_short(row, seen.begins)}"
    yield from (f"  {line}" for _, line in sorted(_lines(seen, pk, answers, beginning)))


def _lines(
    seen: Evidence, pk: int, answers: list[list[Any]], beginning: float
) -> Iterator[tuple[float, str]]:
    mine = [one for one in seen.attempts.values() if one["reminder_id"] == pk]
    for one in mine:
        yield _line(one["created_at"], f"attempt {_short(one, seen.begins)}", seen.begins)
    for event in Event.objects.across_clinics().filter(reminder_id=pk):
        words = f"{event.before} -> {event.after} {event.reason} by {event.actor}"
        yield _line(event.at, f"event {words}", seen.begins)
    for receipt in Receipt.objects.filter(attempt__reminder_id=pk):
        words = f"receipt {receipt.reported} {receipt.error_code} of {receipt.provider_id[-6:]}"
        yield _line(receipt.received_at, words, seen.begins)
    for taken in seen.of(pk):
        yield _at(taken.monotonic - beginning, f"TAKEN {taken.kind} {taken.sid[-6:]} hidden={taken.hidden}")
        for at, status, code in taken.history:
            yield _at(at - beginning, f"TRUTH {status} {code or ''} of {taken.sid[-6:]}")
    numbers = {one["address"] for one in mine}
    for at, to, answered, sid in answers:
        if to in numbers:
            yield _at(at - beginning, f"ANSWERED {to}: {answered}, {sid[-6:] if sid else 'not taken'}")


def _line(at: datetime, words: str, begins: datetime) -> tuple[float, str]:
    return _at((at - begins).total_seconds(), words)


def _at(seconds: float, words: str) -> tuple[float, str]:
    return seconds, f"{seconds:7.2f} {words}"


def _short(row: dict[str, Any], begins: datetime) -> str:
    shown = {name: value for name, value in row.items() if value not in ("", None) and name not in LEFT_OUT}
    return ", ".join(f"{name}={_brief(value, begins)}" for name, value in shown.items())


def _brief(value: Any, begins: datetime) -> str:
    if isinstance(value, datetime):
        return f"{(value - begins).total_seconds():.2f}"
    return str(value)
