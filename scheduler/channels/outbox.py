"""The local way out: nothing leaves the machine, the attempt itself is the message, and a page shows it."""

from scheduler.channels.base import Outcome, Outgoing, accepted


class Outbox:
    async def open(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> Outcome:
        return accepted(None)

    async def close(self) -> None:
        pass
