"""Which of the messages in a provider's list are which of the tries that nobody knows the end of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduler.channels.base import Listed

#: the provider's clock and ours, and that it tells whole seconds only
SKEW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Open:
    """A try to one number of which nobody knows whether the provider took it."""

    id: UUID
    text: str
    #: the number, name or messaging service that it was to come from; empty: not known any more
    sender: str
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """`bound` were taken, as these messages; `missing` are not in the list; of the rest nobody can say."""

    bound: Mapping[UUID, Listed]
    missing: frozenset[UUID]


def settle(tries: Sequence[Open], unbound: Sequence[Listed]) -> Settled:
    """`tries` are all that are open to one number, `unbound` the listed messages that belong to no other.

    Where as many messages fit as there are tries that they fit, all of them were taken, whichever is whose.
    Where fewer fit, one of the tries was not taken, and it cannot be told which.
    """
    fitting = {one.id: [n for n, message in enumerate(unbound) if _fits(message, one)] for one in tries}
    whose: dict[int, UUID] = {}
    # The newest first, so that each gets a message taken soon after it rather than one of a later try.
    for one in sorted(tries, key=lambda one: one.claimed_at, reverse=True):
        _give(one.id, fitting, whose, set())
    bound = {attempt: unbound[n] for n, attempt in whose.items()}
    for attempt in [one.id for one in tries if fitting[one.id] and one.id not in bound]:
        for rival in _rivals(attempt, fitting):
            bound.pop(rival, None)
    return Settled(bound, frozenset(attempt for attempt, messages in fitting.items() if not messages))


def _fits(message: Listed, one: Open) -> bool:
    """A redacted text is empty. A sender that is not known speaks against nothing."""
    same_text = not message.body or message.body == one.text
    same_sender = not (message.sender and one.sender) or message.sender == one.sender
    return same_text and same_sender and message.created_at >= one.claimed_at - SKEW


def _give(
    attempt: UUID, fitting: Mapping[UUID, Sequence[int]], whose: dict[int, UUID], tried: set[int]
) -> bool:
    """Give the try a message, if need be one whose holder gets another (an augmenting path)."""
    for n in fitting[attempt]:
        if n in tried:
            continue
        tried.add(n)
        if n not in whose or _give(whose[n], fitting, whose, tried):
            whose[n] = attempt
            return True
    return False


def _rivals(attempt: UUID, fitting: Mapping[UUID, Sequence[int]]) -> set[UUID]:
    """All tries that hang together with this one by messages that fit several."""
    found, messages = {attempt}, set(fitting[attempt])
    while more := {other for other, fit in fitting.items() if other not in found and messages & set(fit)}:
        found |= more
        messages |= {n for other in more for n in fitting[other]}
    return found
