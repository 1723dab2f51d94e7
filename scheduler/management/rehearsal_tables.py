"""A rehearsal as tables for the terminal: today's edition and the rehearsed one side by side."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.table import Table

from scheduler.domain import localtime
from scheduler.domain.rehearsal.clocks import ClockChange
from scheduler.domain.rehearsal.displaced import REASONS
from scheduler.domain.rehearsal.totals import OfMessage, Totals
from scheduler.management.counted import counted
from scheduler.management.rehearsal_figures import Heading, by_day, sums
from scheduler.rehearsal import AroundChange, Rehearsal

K = TypeVar("K", bound=Hashable)
NOTHING = OfMessage("", 0)


def as_tables(heading: Heading, done: Rehearsal) -> Iterator[RenderableType]:
    """In the order of what matters: sums, faults, each message, each hour, what is not where it should be."""
    names = _Names(done)
    yield _title(heading)
    yield _sums_table("In all", done.today, done.rehearsed, heading.price)
    yield from _tables(done.today, done.rehearsed, names)
    for around in done.changes:
        yield from _weekend_tables(around, names)


class _Names:
    """What people call the messages, and in which order they come."""

    def __init__(self, done: Rehearsal) -> None:
        weekends = [weekend for around in done.changes for weekend in (around.today, around.rehearsed)]
        every = [done.today, done.rehearsed, *(weekend.totals for weekend in weekends)]
        self.labels = {key: label for totals in every for key, label in totals.labels.items()}
        messages = {key: message for totals in every for key, message in totals.by_message.items()}
        self.order = {key: place for place, (key, _) in enumerate(by_day(messages))}

    def place(self, *keys: str) -> tuple[int, ...]:
        return tuple(self.order.get(key, len(self.order)) for key in keys)

    def label(self, key: str) -> str:
        return self.labels[key] if key else "The treatment"


def _title(heading: Heading) -> str:
    sample, over, compared = heading.sample, heading.over, heading.compared
    where = f"{over['from']} to {over['until']}" if "from" in over else "made up"
    left_out = f"; {sample.cancelled} cancelled left out" if sample.cancelled else ""
    same = "; nothing is changed" if compared.today == compared.rehearsed else ""
    return (
        f"{compared.today.title}, {heading.clinic.name}\n"
        f"Over: {counted(sample.treatments, 'treatment')} of {counted(len(sample.cases), 'patient')}, "
        f"{where}{left_out}\n"
        f"Today: {compared.today_name}\nRehearsed: {compared.rehearsed_name}{same}\n"
    )


def _sums_table(title: str, today: Totals, rehearsed: Totals, price: Decimal | None = None) -> Table:
    table = _table(title, ["", "Today", "Rehearsed", "Difference"])
    before, after = sums(today, price), sums(rehearsed, price)
    for name, (label, value) in before.items():
        table.add_row(label, str(value), str(after[name][1]), _signed(after[name][1] - value))
    return table


def _tables(today: Totals, rehearsed: Totals, names: _Names) -> Iterator[Table]:
    def pair(keys: tuple[str, ...]) -> tuple[str]:
        return (" + ".join(map(names.label, keys)),)

    yield from _counts(
        "Faults",
        ["What", "Why"],
        (today.faults, rehearsed.faults),
        lambda fault: (names.label(fault.key), fault.sentence),
        lambda fault: names.place(fault.key),
    )
    yield _messages_table(today, rehearsed)
    yield from _counts(
        "Messages by local hour",
        ["Hour"],
        (today.by_hour, rehearsed.by_hour),
        lambda hour: (f"{hour:02}:00",),
        lambda hour: hour,
    )
    close, crowded = (today.close, rehearsed.close), (today.crowded, rehearsed.crowded)
    yield from _counts(
        "Less than 30 minutes apart", ["Messages"], close, pair, lambda keys: names.place(*keys)
    )
    yield from _counts(
        "Days with more than one, critical ones apart",
        ["Messages"],
        crowded,
        pair,
        lambda keys: names.place(*keys),
    )
    yield from _counts(
        "Not at the named time",
        ["Message", "Named", "Why"],
        (today.displaced, rehearsed.displaced),
        lambda one: (names.label(one.key), one.named, REASONS[one.reason]),
        lambda one: (names.place(one.key), one),
    )
    yield from _counts(
        "Not planned: too late when enrolled",
        ["Message"],
        (today.past_send_by, rehearsed.past_send_by),
        lambda key: (names.label(key),),
        names.place,
    )


def _messages_table(today: Totals, rehearsed: Totals) -> Table:
    """How many, and how many segments."""
    table = _table("By message", ["", "Today", "Rehearsed", "Segments today", "Segments rehearsed"])
    for key, message in by_day({**today.by_message, **rehearsed.by_message}):
        one, other = today.by_message.get(key, NOTHING), rehearsed.by_message.get(key, NOTHING)
        counts = (one.reminders, other.reminders, one.segments, other.segments)
        table.add_row(message.label, *map(str, counts))
    return table


def _weekend_tables(around: AroundChange, names: _Names) -> Iterator[RenderableType]:
    """The sums are those of the treatments around the change alone, which are made up."""
    today, rehearsed = around.today, around.rehearsed
    over = counted(around.patients, "made-up treatment")
    yield f"\n{_clock_words(around.change)}\nOver: {over} around it\n"
    yield _sums_table("In all", today.totals, rehearsed.totals)
    yield from _counts(
        "What moves",
        ["Message", "Usually", "Then"],
        (today.moved, rehearsed.moved),
        lambda one: (one.label, one.usual, one.then),
        lambda one: (names.place(one.key), one),
    )
    yield from _counts(
        "Rules that end at another time of day",
        ["Rule", "By"],
        (today.ends, rehearsed.ends),
        lambda one: (one.label, f"{one.minutes:+} minutes"),
        lambda one: one,
    )


def _clock_words(change: ClockChange) -> str:
    way = "forward" if change.forward else "back"
    clocks = f"{localtime.clock(change.before)} to {localtime.clock(change.after)}"
    return f"Clocks go {way} on {localtime.short_date(change.date)} {change.date.year}, {clocks}"


def _counts(
    title: str,
    columns: list[str],
    both: tuple[Mapping[K, int], Mapping[K, int]],
    cells: Callable[[K], tuple[str, ...]],
    order: Callable[[K], Any],
) -> Iterator[Table]:
    """A row for whatever either edition has; no table where neither has any."""
    today, rehearsed = both
    table = _table(title, [*columns, "Today", "Rehearsed", "Difference"])
    for row in sorted({*today, *rehearsed}, key=order):
        before, after = today.get(row, 0), rehearsed.get(row, 0)
        table.add_row(*cells(row), str(before), str(after), _signed(after - before))
    if table.rows:
        yield table


def _signed(number: Decimal | int) -> str:
    return f"{number:+}" if number else "0"


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        figures = name.startswith(("Today", "Rehearsed", "Difference", "Segments"))
        table.add_column(name, overflow="fold", justify="right" if figures else "left")
    return table
