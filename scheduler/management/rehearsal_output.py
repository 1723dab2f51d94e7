"""A rehearsal as JSON and as tables: today's edition and the rehearsed one side by side."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.table import Table

from scheduler.domain import localtime
from scheduler.domain.rehearsal.clocks import ClockChange
from scheduler.domain.rehearsal.displaced import REASONS
from scheduler.domain.rehearsal.totals import OfMessage, Totals
from scheduler.domain.rehearsal.weekends import Weekend
from scheduler.management.rehearsal_args import Compared
from scheduler.models import Clinic
from scheduler.rehearsal import AroundChange, Rehearsal, Sample

K = TypeVar("K", bound=Hashable)
NOTHING = OfMessage("", 0)


@dataclass(frozen=True)
class Heading:
    """What was rehearsed over what."""

    clinic: Clinic
    compared: Compared
    over: Mapping[str, Any]
    sample: Sample
    price: Decimal | None


def sums(totals: Totals, price: Decimal | None = None) -> dict[str, tuple[str, Decimal]]:
    """The figures that are one number each, by their name in JSON: what people call it, and how much."""
    counted = {
        "reminders": ("Messages", totals.texts + totals.emails),
        "texts": ("Texts (SMS)", totals.texts),
        "emails": ("Emails", totals.emails),
        "segments": ("Segments", totals.segments),
        "texts_over_2_segments": ("Texts of more than 2 segments", totals.long_texts),
        "close": ("Less than 30 minutes after another", totals.close.total()),
        "crowded_days": ("Days with more than one, critical ones apart", totals.crowded.total()),
        "pushed_by_sending_hours": ("Pushed by sending hours", totals.pushed),
        "not_at_named_time": ("Not at the named time, for whatever reason", totals.displaced.total()),
        "past_send_by": ("Not planned: too late when enrolled", totals.past_send_by.total()),
        "faults": ("Faults", totals.faults.total()),
    }
    found = {name: (label, Decimal(number)) for name, (label, number) in counted.items()}
    cost = totals.cost(price)
    return found if cost is None else {"cost": ("Cost", cost), **found}


def as_json(heading: Heading, done: Rehearsal) -> dict[str, Any]:
    """Counts are numbers; what costs money is a decimal in a string."""
    return {
        "clinic": heading.clinic.slug,
        "protocol": heading.compared.today.id,
        "over": {
            **heading.over,
            "treatments": heading.sample.treatments,
            "patients": len(heading.sample.cases),
            "cancelled_left_out": heading.sample.cancelled,
        },
        "price": None if heading.price is None else str(heading.price),
        "today": {"name": heading.compared.today_name, **_totals(done.today, heading.price)},
        "rehearsed": {"name": heading.compared.rehearsed_name, **_totals(done.rehearsed, heading.price)},
        "difference": _difference(done.today, done.rehearsed, heading.price),
        "clock_changes": [_change(around, heading.price) for around in done.changes],
    }


def _totals(totals: Totals, price: Decimal | None) -> dict[str, Any]:
    return {
        **{name: _number(name, value) for name, (_, value) in sums(totals, price).items()},
        "by_hour": {f"{hour:02}": totals.by_hour[hour] for hour in sorted(totals.by_hour)},
        "by_message": {key: asdict(message) for key, message in _by_day(totals.by_message)},
        "closer_than_30_minutes": _groups(totals.close),
        "more_than_one_a_day": _groups(totals.crowded),
        "displaced": [
            {"key": one.key, "named": one.named, "reason": one.reason, "count": count}
            for one, count in sorted(totals.displaced.items())
        ],
        "not_planned": dict(sorted(totals.past_send_by.items())),
        "fault_list": [
            {"key": fault.key or None, "sentence": fault.sentence, "count": count}
            for fault, count in sorted(totals.faults.items())
        ],
    }


def _number(name: str, value: Decimal) -> int | str:
    return str(value) if name == "cost" else int(value)


def _by_day(messages: Mapping[str, OfMessage]) -> list[tuple[str, OfMessage]]:
    return sorted(messages.items(), key=lambda item: (item[1].day, item[0] != "welcome"))


def _groups(counted: Mapping[tuple[str, ...], int]) -> list[dict[str, Any]]:
    return [{"keys": list(keys), "count": count} for keys, count in sorted(counted.items())]


def _difference(today: Totals, rehearsed: Totals, price: Decimal | None) -> dict[str, Any]:
    before, after = sums(today, price), sums(rehearsed, price)
    return {name: _number(name, after[name][1] - before[name][1]) for name in before}


def _change(around: AroundChange, price: Decimal | None) -> dict[str, Any]:
    change = around.change
    return {
        "at": change.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "from": change.before.isoformat(timespec="minutes"),
        "to": change.after.isoformat(timespec="minutes"),
        "treatments": around.patients,
        "today": _weekend(around.today, price),
        "rehearsed": _weekend(around.rehearsed, price),
    }


def _weekend(weekend: Weekend, price: Decimal | None) -> dict[str, Any]:
    moved = [{**asdict(one), "count": count} for one, count in sorted(weekend.moved.items())]
    ends = [{**asdict(one), "count": count} for one, count in sorted(weekend.ends.items())]
    return {**_totals(weekend.totals, price), "moved": moved, "ends": ends}


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
        self.order = {key: place for place, (key, _) in enumerate(_by_day(messages))}

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
        f"Over: {_many(sample.treatments, 'treatment')} of {_many(len(sample.cases), 'patient')}, "
        f"{where}{left_out}\n"
        f"Today: {compared.today_name}\nRehearsed: {compared.rehearsed_name}{same}\n"
    )


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


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
    for key, message in _by_day({**today.by_message, **rehearsed.by_message}):
        one, other = today.by_message.get(key, NOTHING), rehearsed.by_message.get(key, NOTHING)
        counts = (one.reminders, other.reminders, one.segments, other.segments)
        table.add_row(message.label, *map(str, counts))
    return table


def _weekend_tables(around: AroundChange, names: _Names) -> Iterator[RenderableType]:
    """The sums are those of the treatments around the change alone, which are made up."""
    today, rehearsed = around.today, around.rehearsed
    yield f"\n{_clock_words(around.change)}\nOver: {_many(around.patients, 'made-up treatment')} around it\n"
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
    counted: tuple[Mapping[K, int], Mapping[K, int]],
    cells: Callable[[K], tuple[str, ...]],
    order: Callable[[K], Any],
) -> Iterator[Table]:
    """A row for whatever either edition has; no table where neither has any."""
    today, rehearsed = counted
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
