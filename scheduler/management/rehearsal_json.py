"""A rehearsal as JSON: today's edition and the rehearsed one side by side. Its words are stable."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from scheduler.domain.rehearsal.totals import Totals
from scheduler.domain.rehearsal.weekends import Weekend
from scheduler.management.rehearsal_figures import Heading, by_day, sums
from scheduler.rehearsal import AroundChange, Rehearsal


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
        "by_message": {key: asdict(message) for key, message in by_day(totals.by_message)},
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
