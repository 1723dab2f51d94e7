"""The provider as a process of its own: prints its address, and ends with its parent."""

import argparse
import asyncio
import gc
import json
import os
import signal
from pathlib import Path

import uvloop

from tests.support.provider.core import Core
from tests.support.provider.running import address

#: seconds between two looks whether the parent is still there
LOOK = 0.5


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.support.provider", description=__doc__)
    words.add_argument("--port", type=int, default=0, help="0: any free one")
    words.add_argument("--seed", type=int, default=0, help="of what is drawn by chance")
    words.add_argument("--plan", type=Path, help="a JSON list of what `behave` takes")
    words.add_argument("--callbacks-to", help="an address on loopback that stands for the public one")
    given = words.parse_args()
    # A look at every one of a million texts, again and again, would be a pause each time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 1000)
    uvloop.run(_serve(given))


async def _serve(given: argparse.Namespace) -> None:
    parent, stopped = os.getppid(), asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(how, stopped.set)
    core = Core(given.seed, given.callbacks_to)
    for rule in json.loads(given.plan.read_text()) if given.plan else ():
        core.do("behave", **rule)
    server = await core.serve(given.port)
    print(address(server), flush=True)
    while os.getppid() == parent and not stopped.is_set():
        await asyncio.sleep(LOOK)
    server.close()
    await core.close()


if __name__ == "__main__":
    main()
