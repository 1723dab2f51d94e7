"""Starting the provider: in a thread with an event loop of its own, or in a process of its own."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.provider.core import Core
from tests.support.provider.handle import Provider, remote

PROJECT = Path(__file__).resolve().parents[3]


@contextmanager
def provider(seed: int = 0, callbacks_to: str | None = None) -> Iterator[Provider]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    core, server = asyncio.run_coroutine_threadsafe(_start(seed, callbacks_to), loop).result(5)
    try:
        yield Provider(address(server), core.do)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(core, server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _start(seed: int, callbacks_to: str | None) -> tuple[Core, asyncio.Server]:
    core = Core(seed, callbacks_to)
    return core, await core.serve()


async def _stop(core: Core, server: asyncio.Server) -> None:
    server.close()
    await core.close()


def address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"


@contextmanager
def provider_process(*options: str) -> Iterator[Provider]:
    """Options are those of `python -m tests.support.provider`."""
    command = [sys.executable, "-m", "tests.support.provider", *options]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the provider did not start; what it said is above")
        yield remote(url)
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
