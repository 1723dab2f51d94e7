"""As much of HTTP/1.1 as the SDK's clients speak, at a cost that a benchmark does not notice."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Response:
    """`end`: "" keeps the connection open, "close" closes it behind the answer, "half" in the middle of it;
    "drop" and "nothing" answer nothing, the one at once and the other until the client goes."""

    status: int = 0
    body: bytes = b""
    end: str = ""

    @classmethod
    def of(cls, status: int, said: Any) -> "Response":
        return cls(status, json.dumps(said).encode())

    def written(self) -> bytes:
        head = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        return head.encode() + self.body


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    #: whether somebody is still there to hear the answer
    is_heard: Callable[[], bool] = field(default=lambda: True)

    @property
    def length(self) -> int | None:
        """Of the body; None where it cannot be told, or is far too long."""
        given = self.headers.get("content-length", "0")
        if not given.isdecimal() or int(given) > LONGEST or "transfer-encoding" in self.headers:
            return None
        return int(given)


Answer = Callable[[Request], Response | Coroutine[Any, Any, Response]]


class Connection(asyncio.Protocol):
    """One client; a request is answered before the next is read."""

    def __init__(self, answer: Answer, tasks: set[asyncio.Task[None]]) -> None:
        self._answer, self._tasks = answer, tasks
        self._received, self._busy = bytearray(), False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of uvloop is none by its class.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._answer_all()

    def _answer_all(self) -> None:
        while not self._busy and (request := self._read()):
            answer = self._answer(request)
            if isinstance(answer, Response):
                self._write(answer)
            else:
                self._busy = True
                # A client that goes away stops nothing: what was asked may be taken all the same.
                task = asyncio.get_running_loop().create_task(self._write_later(answer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _write_later(self, answer: Coroutine[Any, Any, Response]) -> None:
        self._write(await answer)
        self._busy = False
        self._answer_all()

    def _write(self, response: Response) -> None:
        if response.end == "nothing" or self._transport.is_closing():
            return
        if response.end == "drop":
            self._transport.abort()
            return
        written = response.written()
        self._transport.write(written[:-20] if response.end == "half" else written)
        if response.end:
            self._transport.close()

    def _read(self) -> Request | None:
        """The next whole request, if it has arrived."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        request = _parse(self._received[:end].decode("latin-1"))
        length = request.length if request else None
        if request is None or length is None:
            self._write(Response(400, end="close"))
            self._received.clear()
            return None
        start, stop = end + 4, end + 4 + length
        if len(self._received) < stop:
            return None
        request.body = bytes(self._received[start:stop])
        request.is_heard = lambda: not self._transport.is_closing()
        del self._received[:stop]
        return request


def _parse(head: str) -> Request | None:
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    path, _, query = words[1].partition("?")
    named = (line.partition(":") for line in lines)
    return Request(words[0], path, query, {name.lower(): value.strip() for name, _, value in named})
