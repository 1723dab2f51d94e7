"""Carries bytes from an address to another, where one network cannot reach the other by itself:
`python -m tests.chaos.forward 10.0.0.1:5432 /run/postgres/.s.PGSQL.5432`."""

import asyncio
import sys


async def main(here: str, there: str) -> None:
    host, _, port = here.rpartition(":")
    server = await asyncio.start_server(lambda *ends: _carry(there, *ends), host, int(port))
    async with server:
        await server.serve_forever()


async def _carry(there: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    other_reader, other_writer = await _open(there)
    await asyncio.gather(_pour(reader, other_writer), _pour(other_reader, writer))


async def _open(there: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if there.startswith("/"):
        return await asyncio.open_unix_connection(there)
    host, _, port = there.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
