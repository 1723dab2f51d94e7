"""How fast texts leave a sender: so many segments a second, shared by all workers on all machines.

Each text has a slot, as long as its segments take. A claim reserves slots on the sender's row, in its own
transaction, and only such as begin at once: so what one claim takes of a sender is its rate times AHEAD and
one text, far less than a quarter of the lease would allow, and a text waits in the worker for a moment only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from scheduler.models import Sender

#: how long before its slot, or before it is due, a text may be claimed
AHEAD = timedelta(seconds=0.25)
#: no text is longer; a reservation that is further away was made by a clock that was wrong
MOST_SEGMENTS = 24
#: what the clocks of two workers may differ by, and more
CLOCKS = timedelta(seconds=5)


@dataclass(slots=True)
class Lane:
    """A sender, as one claim sees it and fills it."""

    sender: int
    #: segments
    per_second: float
    #: when the next slot begins
    free_at: datetime
    held: bool
    #: the clinic whose text was taken last
    last_clinic: int

    def opens(self) -> datetime | None:
        """From when on a text may be claimed; None while nothing leaves."""
        return None if self.held else self.free_at - AHEAD

    def is_open(self, now: datetime) -> bool:
        return not self.held and self.free_at - AHEAD <= now

    def texts(self, now: datetime) -> int:
        """How many texts are worth a look: those that fit where each has two segments, and one more."""
        if not self.is_open(now):
            return 0
        room = (now + AHEAD - self.free_at).total_seconds() * self.per_second
        return int(room / 2) + 1

    def take(self, segments: int, clinic: int, at: datetime) -> datetime:
        """The slot of the next text, which is not to leave before `at`."""
        slot = max(self.free_at, at)
        self.free_at = slot + timedelta(seconds=segments / self.per_second)
        self.last_clinic = clinic
        return slot


def lanes(now: datetime, senders: Iterable[int] | None = None) -> dict[int, Lane]:
    """All senders, or some of them, as they stand."""
    chosen = Sender.objects.all() if senders is None else Sender.objects.filter(pk__in=list(senders))
    return _lanes(chosen, now)


def hold_lanes(senders: Iterable[int], now: datetime) -> dict[int, Lane]:
    """The same, nobody else's until the transaction ends."""
    wanted = list(senders)
    if not wanted:
        return {}
    # Attempts refer to their sender; they may be written meanwhile.
    return _lanes(Sender.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True), now)


def keep(lane: Lane) -> None:
    """Write down what was taken of a lane that is held."""
    taken = Sender.objects.filter(pk=lane.sender)
    taken.update(reserved_until=lane.free_at, last_clinic=lane.last_clinic)


def _lanes(senders: QuerySet[Sender], now: datetime) -> dict[int, Lane]:
    found = senders.values_list(
        "pk", "segments_per_second", "reserved_until", "held_at", "held_reason", "last_clinic"
    )
    return {
        pk: Lane(pk, rate, _free_at(reserved, rate, now), bool(held_at or why), last or 0)
        for pk, rate, reserved, held_at, why, last in found
    }


def _free_at(reserved: datetime | None, per_second: float, now: datetime) -> datetime:
    furthest = now + AHEAD + CLOCKS + timedelta(seconds=MOST_SEGMENTS / per_second)
    return now if reserved is None or reserved > furthest else max(reserved, now)
