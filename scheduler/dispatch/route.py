"""Which way a reminder goes."""

from collections.abc import Set
from dataclasses import dataclass

from scheduler.dispatch.row import Row


@dataclass(frozen=True, slots=True)
class Route:
    """`kind` is what is written, an SMS or an email; `channel` is who takes it: its own, or the outbox."""

    channel: str
    kind: str
    address: str


def choose(row: Row, live: Set[str]) -> Route | str:
    """The first permitted way that works, or why there is none: for a person, never the outbox instead.

    `live` are the kinds for which a provider is configured. An episode that was enrolled for the outbox stays
    there for ever; any other never goes there.
    """
    addresses = row.patient.addresses
    reachable = [(kind, addresses[kind]) for kind in row.episode.channels if kind in addresses]
    if not reachable:
        return "no-address"
    if row.episode.outbox_only:
        return Route("outbox", *reachable[0])
    for kind, address in reachable:
        if kind in live and (kind != "sms" or row.clinic.sender):
            return Route(kind, kind, address)
    return "no-sender" if reachable[0][0] in live else "no-provider"
