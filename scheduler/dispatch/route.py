"""Which way a reminder goes."""

from collections.abc import Iterable, Set
from typing import NamedTuple

from scheduler import opt_outs
from scheduler.dispatch.row import Row
from scheduler.opt_outs import Recipient


class Route(NamedTuple):
    """`kind` is what is written, an SMS or an email; `channel` is who takes it: its own, or the outbox."""

    channel: str
    kind: str
    address: str


def refusals(rows: Iterable[Row], others: Iterable[Recipient] = ()) -> frozenset[Recipient]:
    """Who of these patients, and of `others`, refuses what; one query, whatever their number.

    Asked for every address, permitted or not: one episode's channels may be unreadable.
    """
    known = [Recipient(row.clinic, *one) for row in rows for one in row.addresses.items()]
    return opt_outs.refused([*known, *others])


def wanted(row: Row, refused: Set[Recipient]) -> list[Recipient]:
    """The ways that were agreed on and that the patient has not stopped since."""
    return [one for one in row.ways if one not in refused] if refused else list(row.ways)


def choose(row: Row, live: Set[str], refused: Set[Recipient]) -> Route | str:
    """The first way that is permitted, not refused, and works, or why there is none.

    `live` are the kinds for which a provider is configured. An episode that was enrolled for the outbox stays
    there for ever; any other never goes there.
    """
    ways = wanted(row, refused)
    if not ways:
        return "opted-out" if row.ways else "no-address"
    if row.episode.outbox_only:
        return Route("outbox", ways[0].channel, ways[0].address)
    for _, kind, address in ways:
        if kind in live and (kind != "sms" or row.clinic.sender):
            return Route(kind, kind, address)
    # At once, though a provider may be configured in a minute: a person who is told now can still call, and
    # can send it again afterwards; a text that waits for a provider would wait unseen until it is too late.
    return "no-sender" if ways[0].channel in live else "no-provider"
