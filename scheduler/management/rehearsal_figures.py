"""What was rehearsed over what, and its figures: the same for JSON and for tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scheduler.domain.rehearsal.totals import OfMessage, Totals
from scheduler.management.rehearsal_args import Compared
from scheduler.models import Clinic
from scheduler.rehearsal import Sample


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


def by_day(messages: Mapping[str, OfMessage]) -> list[tuple[str, OfMessage]]:
    return sorted(messages.items(), key=lambda item: (item[1].day, item[0] != "welcome"))
