"""`make bench`: every measure on SQLite and on PostgreSQL, each in a process and a database of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.support.postgres import start_postgres

PATIENTS = "10000"
MEASURES = ("benchmarks.enrol", "benchmarks.renew")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
        for engine, url in addresses(folder):
            print(f"{engine}:", flush=True)
            environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "benchmark-" * 6}
            for measure in MEASURES:
                words = [sys.executable, "-m", measure, *(sys.argv[1:] or [PATIENTS])]
                if code := subprocess.run(words, env=environment, check=False).returncode:
                    return code
    return 0


def addresses(folder: str) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder}/bench.sqlite3"
    yield "PostgreSQL", start_postgres()


if __name__ == "__main__":
    sys.exit(main())
