"""The figures of a rehearsal: today's edition and the rehearsed one side by side, as tables and a chart."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from scheduler.domain.rehearsal.displaced import ENROLMENT, REASONS
from scheduler.domain.rehearsal.totals import OfMessage, Totals
from scheduler.domain.rehearsal.weekends import Weekend

K = TypeVar("K", bound=Hashable)
NOTHING = OfMessage("", 0)
#: percent of the chart's height and width
HIGHEST, FOOT = 82, 88


@dataclass(frozen=True)
class Figure:
    """`difference` with its sign; 0 where there is none."""

    label: str
    today: str
    rehearsed: str
    difference: str


@dataclass(frozen=True)
class Table:
    title: str
    rows: tuple[Figure, ...]


@dataclass(frozen=True)
class Bars:
    """One hour: where its two bars stand, in percent."""

    hour: str
    middle: str
    today: Mapping[str, str]
    rehearsed: Mapping[str, str]
    #: too close to its neighbours for a narrow screen
    wide_only: bool


def sums(today: Totals, rehearsed: Totals, price: Decimal | None, currency: str) -> list[Figure]:
    counted: list[tuple[str, Callable[[Totals], int]]] = [
        (_("Messages"), lambda t: t.texts + t.emails),
        (_("Texts (SMS)"), lambda t: t.texts),
        (_("Emails"), lambda t: t.emails),
        (_("Segments"), lambda t: t.segments),
        (_("Texts of more than two segments"), lambda t: t.long_texts),
        (_("Collisions: less than 30 minutes after another"), lambda t: t.close.total()),
        (_("Days with more than one message, critical ones apart"), lambda t: t.crowded.total()),
        (_("Pushed by sending hours"), lambda t: t.pushed),
        (_("Not at the named time, for whatever reason"), lambda t: t.displaced.total()),
        (_("Not planned: too late when enrolled"), lambda t: t.past_send_by.total()),
        (_("Faults"), lambda t: t.faults.total()),
    ]
    found = [_figure(label, of(today), of(rehearsed)) for label, of in counted]
    costs = today.cost(price), rehearsed.cost(price)
    if costs[0] is None or costs[1] is None:
        return found
    cost = _("Cost, %(currency)s") % {"currency": currency}
    return [_figure(cost, costs[0].quantize(Decimal("0.01")), costs[1].quantize(Decimal("0.01"))), *found]


def _figure(label: str, before: Decimal | int, after: Decimal | int) -> Figure:
    difference = after - before
    return Figure(label, str(before), str(after), f"{difference:+}" if difference else "0")


def by_message(today: Totals, rehearsed: Totals) -> list[tuple[str, OfMessage, OfMessage]]:
    """In the order of their days."""
    every = sorted({**today.by_message, **rehearsed.by_message}.items(), key=lambda one: one[1].day)
    return [
        (one.label, today.by_message.get(key, NOTHING), rehearsed.by_message.get(key, NOTHING))
        for key, one in every
    ]


def hours(today: Totals, rehearsed: Totals) -> list[Figure]:
    return [
        _figure(f"{hour:02}:00", today.by_hour[hour], rehearsed.by_hour[hour])
        for hour in sorted({*today.by_hour, *rehearsed.by_hour})
    ]


def chart(today: Totals, rehearsed: Totals) -> list[Bars]:
    """Messages by local hour; from the first to the last hour that has any."""
    found = {*today.by_hour, *rehearsed.by_hour}
    if not found:
        return []
    span = range(min(found), max(found) + 1)
    highest = max((*today.by_hour.values(), *rehearsed.by_hour.values()))
    wide = 100 / len(span)
    return [
        Bars(
            f"{hour:02}", _percent((place + 0.5) * wide),
            _bar((place + 0.12) * wide, wide * 0.36, today.by_hour[hour] / highest),
            _bar((place + 0.52) * wide, wide * 0.36, rehearsed.by_hour[hour] / highest),
            wide_only=bool(place % 3),
        )
        for place, hour in enumerate(span)
    ]  # fmt: skip


def _bar(x: float, width: float, share: float) -> dict[str, str]:
    height = share * HIGHEST
    return {
        "x": _percent(x), "width": _percent(width), "y": _percent(FOOT - height), "height": _percent(height)
    }  # fmt: skip


def _percent(number: float) -> str:
    return f"{number:.2f}%"


def tables(today: Totals, rehearsed: Totals) -> list[Table]:
    """Only those that have something in them."""
    labels = today.labels | rehearsed.labels

    def together(keys: tuple[str, ...]) -> str:
        return " + ".join(labels.get(key, key) for key in keys)

    def away(one: Any) -> str:
        why = _(REASONS[one.reason])
        return _("%(message)s, %(named)s: %(why)s") % {
            "message": labels.get(one.key, one.key),
            "named": _("enrolment") if one.named == ENROLMENT else one.named,
            "why": why,
        }

    def fault(one: Any) -> str:
        return f"{labels.get(one.key, one.key)}: {one.sentence}" if one.key else one.sentence

    found = [
        _table(_("Faults"), today.faults, rehearsed.faults, fault),
        _table(_("Less than 30 minutes apart"), today.close, rehearsed.close, together),
        _table(_("Several on one day"), today.crowded, rehearsed.crowded, together),
        _table(_("Not at the named time"), today.displaced, rehearsed.displaced, away),
        _table(
            _("Not planned: too late when enrolled"), today.past_send_by, rehearsed.past_send_by,
            lambda key: labels.get(key, key),
        ),
    ]  # fmt: skip
    return [table for table in found if table.rows]


def _table(title: str, before: Mapping[K, int], after: Mapping[K, int], label: Callable[[K], str]) -> Table:
    keys = dict.fromkeys((*before, *after))
    return Table(title, tuple(_figure(label(key), before.get(key, 0), after.get(key, 0)) for key in keys))


def moved(today: Weekend, rehearsed: Weekend) -> list[tuple[str, str, str, int, int]]:
    """Messages that go at another wall time than on other days: which, usually, then, and how often."""
    keys = sorted({*today.moved, *rehearsed.moved})
    return [(one.label, one.usual, one.then, today.moved[one], rehearsed.moved[one]) for one in keys]


def ends(today: Weekend, rehearsed: Weekend) -> list[tuple[str, str, int, int]]:
    """Rules that end at another wall time: which, by how many minutes, and how often."""
    keys = sorted({*today.ends, *rehearsed.ends})
    return [(one.label, f"{one.minutes:+}", today.ends[one], rehearsed.ends[one]) for one in keys]
