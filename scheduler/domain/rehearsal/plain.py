"""Totals as plain data and back, to be carried from one slice of a rehearsal to the next."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import asdict, astuple
from typing import Any, TypeVar

from scheduler.domain.rehearsal.displaced import Displaced
from scheduler.domain.rehearsal.totals import Fault, OfMessage, Totals

Key = TypeVar("Key", bound=Hashable)
NUMBERS = ("patients", "treatments", "texts", "emails")


def as_plain(totals: Totals) -> dict[str, Any]:
    """Lists, texts and numbers alone."""
    return {
        **{name: getattr(totals, name) for name in NUMBERS},
        "by_hour": list(totals.by_hour.items()),
        "by_message": {key: asdict(one) for key, one in totals.by_message.items()},
        "close": [[list(keys), number] for keys, number in totals.close.items()],
        "crowded": [[list(keys), number] for keys, number in totals.crowded.items()],
        "displaced": [[astuple(one), number] for one, number in totals.displaced.items()],
        "past_send_by": list(totals.past_send_by.items()),
        "faults": [[astuple(one), number] for one, number in totals.faults.items()],
        "labels": totals.labels,
    }


def from_plain(plain: dict[str, Any]) -> Totals:
    """What `as_plain` made, also where it went through JSON."""
    return Totals(
        **{name: plain[name] for name in NUMBERS},
        by_hour=_counter(plain["by_hour"], int),
        by_message={key: OfMessage(**one) for key, one in plain["by_message"].items()},
        close=_counter(plain["close"], tuple),
        crowded=_counter(plain["crowded"], tuple),
        displaced=_counter(plain["displaced"], lambda values: Displaced(*values)),
        past_send_by=_counter(plain["past_send_by"], str),
        faults=_counter(plain["faults"], lambda values: Fault(*values)),
        labels=dict(plain["labels"]),
    )


def _counter(pairs: Iterable[tuple[Any, int]], key: Callable[[Any], Key]) -> Counter[Key]:
    return Counter({key(one): number for one, number in pairs})
