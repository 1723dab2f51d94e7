"""A server that says what it is told to, byte for byte: what no provider on loopback would say by itself."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: within an answer: the rest of it comes a moment later
PAUSE = b"<pause>"
#: at the end of an answer: its connection ends there
HANG_UP = b"<hang up>"


@dataclass(slots=True)
class Scripted:
    """`heard` has every request; `connections` counts those that were opened."""

    url: str
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0


def answer(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


CREATED = answer("201 Created", b'{"sid": "SM1"}')


@contextmanager
def scripted(*answers: bytes, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Answers one request after the other, over as many connections as there are; then it closes them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "https" if context else "http"
        server = Scripted(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")
        rest = iter(answers)

        def serve(caller: socket.socket) -> None:
            with suppress(OSError), caller:
                talk(context.wrap_socket(caller, server_side=True) if context else caller, server, rest)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = listening.accept()
                    server.connections += 1
                    threading.Thread(target=serve, args=(caller,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def talk(caller: socket.socket, server: Scripted, rest: Iterator[bytes]) -> None:
    while request := caller.recv(65_536):
        server.heard.append(request)
        if (said := next(rest, None)) is None:
            return
        for number, piece in enumerate(said.removesuffix(HANG_UP).split(PAUSE)):
            time.sleep(0.05 * min(number, 1))
            caller.sendall(piece)
        if said.endswith(HANG_UP):
            return
