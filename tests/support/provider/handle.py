"""What a test holds: the same whether the provider runs in this process or in one of its own."""

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class Provider:
    """`ask` carries a command to the provider: (name, **details) -> its answer."""

    def __init__(self, url: str, ask: Callable[..., Any]) -> None:
        self.url, self._ask = url, ask

    def behave(
        self,
        *words: str | int,
        to: str | None = None,
        times: int | None = None,
        chance: float = 1.0,
        on: str = "create",
        **fields: Any,
    ) -> None:
        """Adds a rule; a later one overrules an earlier one. The package's docstring has the words."""
        self._ask("behave", words=words, to=to, times=times, chance=chance, on=on, **fields)

    def forget(self) -> None:
        self._ask("forget")

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return self.taken()

    def taken(self, to: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """What it took (for one number), in order, without the first `since` of them."""
        taken: list[dict[str, Any]] = self._ask("taken", to=to, since=since)
        return taken

    def arrivals(self, since: int = 0) -> list[tuple[str, float]]:
        """Number and wall time (seconds since 1970) of what it took, in order: little, for a benchmark."""
        return [(to, wall) for to, wall in self._ask("arrivals", since=since)]

    @property
    def answers(self) -> list[list[Any]]:
        """Per create request: monotonic time, number, what was answered, sid if it was taken."""
        return [list(answer) for answer in self._ask("answers")]

    @property
    def faults(self) -> list[str]:
        return list(self._ask("faults"))

    @property
    def reports(self) -> list[dict[str, Any]]:
        return list(self._ask("reports"))

    @property
    def counts(self) -> dict[str, int]:
        """accepted, answered, faults, reports; pending: lives that go on and posts on their way."""
        return dict(self._ask("counts"))

    def report(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Returns at once; `reports` shows it when it was posted."""
        self._ask("report", sid=sid, status=status, error_code=error_code)

    def send_callbacks_to(self, url: str | None) -> None:
        self._ask("send_callbacks_to", url=url)


def remote(url: str) -> Provider:
    """A provider that somebody started, in this process or another."""

    def ask(command: str, **details: Any) -> Any:
        request = Request(f"{url}/control/{command}", json.dumps(details).encode(), method="POST")
        try:
            with urlopen(request, timeout=30) as response:
                return json.load(response)
        except HTTPError as refused:
            raise ValueError(json.load(refused)["fault"]) from None

    return Provider(url, ask)
