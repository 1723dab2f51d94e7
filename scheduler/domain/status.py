"""What a reminder and an attempt can be, and every move between these states that is allowed."""

from enum import StrEnum


class Status(StrEnum):
    """Where a reminder stands."""

    #: planned; a worker takes it when it is due
    SCHEDULED = "scheduled"
    #: a worker holds a lease on it and may be posting it
    CLAIMED = "claimed"
    #: the provider accepted it
    SENT = "sent"
    #: the provider reports that it arrived
    DELIVERED = "delivered"
    #: the provider reports that it did not arrive
    UNDELIVERED = "undelivered"
    #: nobody knows whether it was posted
    IN_DOUBT = "in_doubt"
    #: it could not be sent; a person decides
    FAILED = "failed"
    #: it was not sent on purpose: too late, opted out, held back
    SKIPPED = "skipped"
    #: the episode was cancelled
    CANCELLED = "cancelled"
    #: another treatment's text says it instead
    SUPERSEDED = "superseded"
    #: another text of the day carries its lines
    FOLDED = "folded"
    #: a person dealt with the failure in another way
    HANDLED = "handled"
    #: a person decided that it need not be said
    DROPPED = "dropped"


ALLOWED: dict[Status, frozenset[Status]] = {
    Status.SCHEDULED: frozenset(
        {Status.CLAIMED, Status.SKIPPED, Status.CANCELLED, Status.SUPERSEDED, Status.FOLDED}
    ),
    Status.CLAIMED: frozenset(
        {
            Status.SCHEDULED,  # only where it provably was not posted
            Status.SENT,
            Status.DELIVERED,
            Status.UNDELIVERED,
            Status.IN_DOUBT,
            Status.FAILED,
            Status.SKIPPED,
            Status.CANCELLED,
        }
    ),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED}),
    Status.IN_DOUBT: frozenset(
        {Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.SCHEDULED, Status.FAILED}
    ),
    Status.UNDELIVERED: frozenset({Status.DELIVERED, Status.SCHEDULED, Status.FAILED}),
    Status.FAILED: frozenset({Status.SCHEDULED, Status.HANDLED, Status.DROPPED}),
    Status.SUPERSEDED: frozenset({Status.SCHEDULED}),
    Status.FOLDED: frozenset({Status.SCHEDULED}),
    Status.DELIVERED: frozenset(),
    Status.SKIPPED: frozenset({Status.SCHEDULED}),  # a changed plan brings it back; it was never posted
    Status.CANCELLED: frozenset(),
    Status.HANDLED: frozenset(),
    Status.DROPPED: frozenset(),
}


class ForbiddenMove(ValueError):
    """A move between two statuses that the table does not have."""


def check_move(before: Status, after: Status) -> None:
    """Raise ForbiddenMove unless the table allows `before` -> `after`."""
    if after not in ALLOWED[before]:
        raise ForbiddenMove(f"a reminder cannot go from {before} to {after}")


class AttemptStatus(StrEnum):
    """Where one recorded try to send stands. RANK says which of two reports is the later one."""

    #: written with the claim; the provider has not been asked yet
    OPEN = "open"
    #: given up before the provider was asked
    RELEASED = "released"
    #: the provider was asked and nobody knows what came of it
    IN_DOUBT = "in_doubt"
    #: nobody knew, and then the provider did not have it: it may be tried once more
    NOT_FOUND = "not_found"
    #: the provider refused it
    REJECTED = "rejected"
    #: the provider accepted it
    SENT = "sent"
    #: the provider reports that it did not arrive
    UNDELIVERED = "undelivered"
    #: the provider reports that it arrived
    DELIVERED = "delivered"


RANK: dict[AttemptStatus, int] = {status: rank for rank, status in enumerate(AttemptStatus)}
