"""A lean way to speak HTTP, plugged into the twilio package where it lets one.

The connections and the parser are aiohttp's. What aiohttp puts around them for any request there is (cookies,
redirects, compression, retries) costs more than all the rest, and a text needs none of it.
"""

import asyncio
import logging
import math
import socket
import struct
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from aiohttp import (
    ClientError,
    ClientPayloadError,
    ClientRequest,
    ClientTimeout,
    ConnectionTimeoutError,
    TCPConnector,
    hdrs,
)
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

#: seconds
CONNECT_TIMEOUT = 4.0
CONNECTIONS = 50
#: an idle connection is not used again after so many seconds: closed by the other side while we write, it
#: would leave a text in doubt
KEPT_OPEN = 5.0
#: there is one kind of request for texts, and a few of questions
PREPARED = 32
#: of SO_LINGER: what is not out yet is thrown away when the connection is closed
AT_ONCE = struct.pack("ii", 1, 0)
#: of the text that this task sends, on the monotonic clock
POST_BY: ContextVar[float] = ContextVar("post_by", default=math.inf)

Auth = tuple[str, str]
Headers = tuple[tuple[str, str], ...]


class Unposted(ClientError):
    """Nothing was written to the provider. Its text is the name of what went wrong."""


class TooLate(Unposted):
    """There is a connection, and the time until which the text may go had passed."""


class LeanHttpClient(AsyncHttpClient):  # type: ignore[misc]
    """Opened inside the event loop that sends. Follows no redirect, repeats nothing, and logs nothing.

    `timeout` is for the whole of a request, in seconds, whatever the SDK asks for.
    """

    def __init__(self, timeout: float, connections: int) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout)
        # Shorter than the whole, so that a connection that never opened is known as such.
        connect = min(CONNECT_TIMEOUT, timeout / 2)
        self._whole = timeout
        self._opening = ClientTimeout(connect=connect, sock_connect=connect)
        self._connections = connections
        self._prepared = lru_cache(PREPARED)(_prepare)
        self._connector: TCPConnector

    async def open(self) -> None:
        self._prepared.cache_clear()
        self._connector = TCPConnector(limit=self._connections, keepalive_timeout=KEPT_OPEN)

    async def close(self) -> None:
        await self._connector.close()

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Auth | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        if params:
            url = f"{url}?{encoded(params)}"
        request, head = self._prepared(method, url, tuple((headers or {}).items()), auth)
        written = _written(head, encoded(data).encode() if data else b"")
        async with asyncio.timeout(self._whole):
            connection = await self._connect(request)
            try:
                response = await _exchange(connection, written)
            except BaseException:
                _drop(connection)
                raise
            connection.release()
        return response

    async def _connect(self, request: ClientRequest) -> Connection:
        """A connection on which nothing was said meanwhile; the time is looked at when there is one.

        A busy worker, or one that stood still, may get that far long after it knew that the text may go.
        """
        try:
            connection = await self._connector.connect(request, traces=[], timeout=self._opening)
        except TimeoutError as late:
            raise Unposted(ConnectionTimeoutError.__name__) from late
        except (ClientError, OSError) as fault:
            raise Unposted(type(fault).__name__) from fault
        if time.monotonic() > POST_BY.get():
            connection.release()
            raise TooLate
        if connection.protocol is None or connection.protocol.should_close:
            # What was said while it was idle (that it is about to close) is no answer to this request.
            connection.close()
            raise Unposted("closing")
        return connection


def encoded(fields: Mapping[str, Any]) -> str:
    """As a form or query; yarl's quoting is compiled, and takes a tenth of the standard library's time."""
    return URL().with_query(fields).raw_query_string


def _prepare(method: str, url: str, headers: Headers, auth: Auth | None) -> tuple[ClientRequest, bytes]:
    """What finds the connection, and all that is written before the length of the body."""
    # A page of a list is worth compressing, the answer to a text is not.
    skip = () if method == hdrs.METH_GET else (hdrs.ACCEPT_ENCODING,)
    request = ClientRequest(method, URL(url), headers=headers, skip_auto_headers=skip)
    request.headers.pop(hdrs.CONTENT_LENGTH, None)
    if auth:
        login = b64encode(":".join(auth).encode()).decode()
        request.headers[hdrs.AUTHORIZATION] = f"Basic {login}"
    lines = [f"{request.method} {request.url.raw_path_qs} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return request, "".join(f"{line}\r\n" for line in lines).encode()


def _written(head: bytes, body: bytes) -> bytes:
    if not body:
        return head + b"\r\n"
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


def _drop(connection: Connection) -> None:
    """Close at once. While the network is away the system would keep a request that was given up, and deliver
    it when the network is back, long after somebody else may have sent the text."""
    transport = connection.transport
    if transport is not None:
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        transport.abort()
    connection.close()


async def _exchange(connection: Connection, written: bytes) -> Response:
    protocol, transport = connection.protocol, connection.transport
    assert protocol is not None
    assert transport is not None
    # Where nothing says how long the answer is, it ends with the connection.
    protocol.set_response_params(read_until_eof=True)
    transport.write(written)
    try:
        answer, content = await protocol.read()
        while answer.code < 200:
            answer, content = await protocol.read()
        body = await content.read()
    except HttpProcessingError as unreadable:
        raise ClientPayloadError(type(unreadable).__name__) from unreadable
    return Response(answer.code, body.decode(), answer.headers)
