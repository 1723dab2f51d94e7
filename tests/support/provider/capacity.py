"""What the provider can take, asked by a bare client that does nothing else. A benchmark names it beside its
own figures: `python -m tests.support.provider.capacity`."""

import argparse
import asyncio
import time
from urllib.parse import urlencode, urlsplit

from tests.support.provider.logins import ALLOWED
from tests.support.provider.messages import MESSAGES
from tests.support.provider.running import provider_process

FORM = {
    "To": "+447700900123",
    "From": "+447700900001",
    "Body": "Leafy Clinic: keep the stockings on overnight. " * 6,
    "StatusCallback": "https://clinic.example.com/webhooks/twilio/status/0b0f5a3e-1a52-4a4f-9d0e-5f3a1a52ef7d",
    "ValidityPeriod": "36000",
    "SmartEncoded": "false",
    "ShortenUrls": "false",
}


def request_to(host: str) -> bytes:
    body = urlencode(FORM).encode()
    head = f"POST {MESSAGES}.json HTTP/1.1\r\nHost: {host}\r\nAuthorization: {min(ALLOWED)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Asker(asyncio.Protocol):
    """Asks again as soon as it is answered; an answer arrives in one piece."""

    def __init__(self, request: bytes) -> None:
        self._request, self.answered = request, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        assert data.startswith(b"HTTP/1.1 201")
        self.answered += 1
        self._transport.write(self._request)


async def per_second(url: str, seconds: float, connections: int) -> float:
    place, loop = urlsplit(url), asyncio.get_running_loop()
    request, began = request_to(place.netloc), time.monotonic()
    opened = [
        await loop.create_connection(lambda: _Asker(request), "127.0.0.1", place.port or 80)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    taken = sum(asker.answered for _, asker in opened)
    took = time.monotonic() - began
    for transport, _ in opened:
        transport.abort()
    return taken / took


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.support.provider.capacity", description=__doc__)
    words.add_argument("--seconds", type=float, default=5.0)
    words.add_argument("--connections", type=int, default=50)
    given = words.parse_args()
    with provider_process() as twilio:
        speed = asyncio.run(per_second(twilio.url, given.seconds, given.connections))
    print(f"{speed:.0f} creates a second over {given.connections} connections")


if __name__ == "__main__":
    main()
