"""Taking the database away, as far as each engine can be taken away."""

import sqlite3
import time

from tests.support.postgres import Restartable


def restart(server: Restartable, seconds: float) -> None:
    server.stop()
    time.sleep(seconds)
    server.start()


def keep_busy(file: str, seconds: float) -> None:
    """The embedded database does not go away; somebody writes for a long time."""
    other = sqlite3.connect(file, timeout=20, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    other.execute("ROLLBACK")
    other.close()
