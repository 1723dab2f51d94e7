"""`make bench`: every measure on SQLite and on PostgreSQL, each in a process and a database of its own.

What they see goes to benchmarks/out/; `python -m benchmarks.document` makes docs/performance.md of it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.place import database
from benchmarks.results import RESULTS
from tests.support.postgres import start_postgres

#: measure and its words
Words = tuple[str, ...]
RIVALS = {"SQLite": ("APScheduler", "Huey"), "PostgreSQL": ("APScheduler", "Procrastinate")}
#: that store jobs for patients too
STORING = ("APScheduler", "Procrastinate")


@dataclass(frozen=True)
class Size:
    patients: int = 10_000
    due: int = 20_000
    #: that are not due, beside those that are
    pending: int = 1_000_000
    lateness: Words = ()
    growth: Words = ()
    scaling: Words = ()
    pages: Words = ()

    @property
    def patients_of_rivals(self) -> int:
        """A job store that commits each of their thirteen jobs takes minutes for a thousand patients."""
        return max(self.patients // 10, 10)

    @property
    def due_of_rivals(self) -> int:
        """Their stores take one commit for each job, and the ratio is of texts a second."""
        return max(self.due // 4, 100)


LARGE = ("10000", "1000000", "10000000")
QUICK = Size(
    200,
    400,
    5_000,
    ("60", "--seconds", "6"),
    ("1000", "10000", "--idle", "5"),
    ("--rounds", "1", "--seconds", "3"),
    ("2000", "--rounds", "10"),
)


def measures(engine: str, size: Size) -> Iterator[Words]:
    if engine == "SQLite":
        # No database is asked: once is enough.
        yield "benchmarks.client", str(size.due)
    yield "benchmarks.dispatch", str(size.due)
    yield "benchmarks.dispatch", str(size.due), "--pending", str(size.pending)
    for name in RIVALS[engine]:
        yield "benchmarks.rivals.dispatch", name, str(size.due_of_rivals)
    yield "benchmarks.enrol", str(size.patients)
    for name in RIVALS[engine]:
        if name in STORING:
            yield "benchmarks.rivals.enrol", name, str(size.patients_of_rivals)
    yield "benchmarks.renew", str(size.patients)
    yield "benchmarks.lateness", *size.lateness
    yield "benchmarks.rivals.lateness", "APScheduler", *size.lateness
    yield "benchmarks.growth", *size.growth
    yield "benchmarks.pages", *size.pages
    if engine == "PostgreSQL":
        yield "benchmarks.scaling", *size.scaling


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--patients", type=int, default=Size.patients, help="to enrol, and to plan anew")
    words.add_argument("--due", type=int, default=Size.due, help="texts to send")
    words.add_argument("--quick", action="store_true", help="everything small, to see that it works")
    words.add_argument("--large", action="store_true", help="growth to 10 million rows")
    words.add_argument("--only", default="", help="measures whose name has this in it")
    given = words.parse_args()
    whole = Size(given.patients, given.due, growth=LARGE if given.large else ())
    size = QUICK if given.quick else whole
    results = RESULTS.with_name("quick.jsonl") if given.quick else RESULTS
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
        failed = [
            one
            for engine, url in addresses(folder)
            for one in measures(engine, size)
            if given.only in one[0] and not succeeds(engine, url, one, results)
        ]
    for one in failed:
        print(f"FAILED  {' '.join(one)}", file=sys.stderr)
    return int(bool(failed))


def addresses(folder: str) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder}/bench.sqlite3"
    yield "PostgreSQL", start_postgres()


def succeeds(engine: str, url: str, measure: Words, results: Path) -> bool:
    print(f"{engine}: {' '.join(measure).removeprefix('benchmarks.')}", flush=True)
    began = perf_counter()
    with database(url, "measure") as own:
        environment = os.environ | {
            "DATABASE_URL": own,
            "SECRET_KEY": "benchmark-" * 6,
            "BENCHMARK_RESULTS": str(results),
        }
        code = subprocess.run([sys.executable, "-m", *measure], env=environment, check=False).returncode
    print(f"  ({perf_counter() - began:.0f} s)", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
