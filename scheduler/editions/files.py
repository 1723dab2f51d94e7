"""Which protocols there are: the files in `schedules/`."""

from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from scheduler.domain.echo import quoted
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import ProtocolFaults, load

SCHEDULES = Path(__file__).resolve().parents[2] / "schedules"


class UnknownProtocol(ValueError):
    """There is no protocol of this name."""


class BrokenProtocols(ImproperlyConfigured):
    """Files in `schedules/` that cannot be used: one line for each fault, with its place."""


@lru_cache(maxsize=1)
def available_protocols() -> dict[str, Protocol]:
    """The protocols in `schedules/` by their id, as they were when the process first asked.

    Raises BrokenProtocols with all that is wrong: half of the treatments would be no service.
    """
    found: dict[str, Protocol] = {}
    faults: list[str] = []
    for path in sorted(SCHEDULES.glob("*.yaml")):
        try:
            protocol = load(path)
        except (ProtocolFaults, OSError) as fault:
            faults += str(fault).splitlines()
            continue
        if protocol.id in found:
            faults.append(f"{path}: another file has the id {protocol.id!r} already; ids are unique")
        found[protocol.id] = protocol
    if faults:
        raise BrokenProtocols("\n".join(faults))
    return found


def find_protocol(protocol_id: str) -> Protocol:
    """A protocol as its file has it. Raises UnknownProtocol."""
    try:
        return available_protocols()[protocol_id]
    except KeyError:
        known = ", ".join(available_protocols())
        raise UnknownProtocol(f"There is no protocol {quoted(protocol_id)}; there are: {known}.") from None
