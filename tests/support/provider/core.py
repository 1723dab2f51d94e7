"""The provider's state, and the commands that tests give it, in this process or over HTTP."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from tests.support.provider.api import MessagesApi
from tests.support.provider.behaviour import Rules, rule_of
from tests.support.provider.reports import Reporter
from tests.support.provider.wire import Connection, Request, Response

CONTROL = "/control/"


class Core:
    """Lives in one event loop; `do` may be called from any thread."""

    def __init__(self, seed: int = 0, callbacks_to: str | None = None) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._rules = Rules(seed)
        self._reporter = Reporter(callbacks_to, self.tasks)
        self._api = MessagesApi(self._rules, self._reporter)
        self._commands: dict[str, Callable[..., Any]] = {
            "behave": lambda **rule: self._rules.add(rule_of(**rule)),
            "forget": self._rules.forget,
            "taken": self._taken,
            "arrivals": lambda since=0: [(m.to, m.wall) for m in self._api.taken.all[since:]],
            "answers": lambda: list(self._api.answers),
            "faults": lambda: list(self._api.faults),
            "reports": lambda: [dict(entry) for entry in self._reporter.posted],
            "counts": self._counts,
            "report": self._report,
            "send_callbacks_to": lambda url: setattr(self._reporter, "callbacks_to", url),
        }

    def do(self, command: str, **details: Any) -> Any:
        return self._commands[command](**details)

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        if not request.path.startswith(CONTROL):
            return self._api.answer(request)
        command = request.path.removeprefix(CONTROL)
        if command not in self._commands:
            return Response.of(404, {"fault": f"no such command: {command}"})
        try:
            return Response.of(200, self.do(command, **json.loads(request.body or b"{}")))
        except (TypeError, ValueError, KeyError) as wrong:
            return Response.of(400, {"fault": str(wrong)})

    def _taken(self, to: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        messages = self._api.taken.to(to)[since:]
        return [message.truth() for message in messages]

    def _counts(self) -> dict[str, int]:
        return {
            "accepted": len(self._api.taken.all),
            "answered": len(self._api.answers),
            "faults": len(self._api.faults),
            "reports": len(self._reporter.posted),
            "pending": self._reporter.pending,
        }

    def _report(self, sid: str, status: str, error_code: int | None = None) -> None:
        message = self._api.taken.by_sid[sid]
        message.become(status, error_code)
        self._loop.call_soon_threadsafe(
            lambda: self._reporter.start(self._reporter.post(message, status, error_code))
        )

    async def serve(self, port: int = 0) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Connection(self.answer, self.tasks), "127.0.0.1", port, backlog=1024
        )

    async def close(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._reporter.close()
