"""Where every measure leaves what it saw: one JSON line each, for `python -m benchmarks.document`.

    report("dispatch", "SQLite", due=20_000, worker_per_second=2100, ratio=0.97)

A line has the measure, the engine ("SQLite" or "PostgreSQL", "" where there is none), when it was written
and the figures by their names: a ratio is `ratio`, further ones `..._ratio`; times and rates say their unit
(`_seconds`, `_ms`, `_per_second`). Where there were rounds the figures are medians, and `rounds` lists the
ratio of each. `way` names another way of doing it ("APScheduler"); without one it is Aftercare's own.
`settings` says what that way was set to, and `lacks` lists what it does not do. `case` tells apart what one
measure looks at ("in bulk"). A later line of the same measure, engine, way and case stands.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: a quick run's go elsewhere: they are no figures
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS") or Path(__file__).parent / "out" / "results.jsonl")


def report(measure: str, engine: str, **figures: Any) -> None:
    """Adds a line; several processes may do so in turn."""
    RESULTS.parent.mkdir(exist_ok=True)
    line = {"measure": measure, "engine": engine, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with RESULTS.open("a") as file:
        file.write(json.dumps(line | {name: _short(figure) for name, figure in figures.items()}) + "\n")


def reported() -> Iterator[dict[str, Any]]:
    """Every line that there is, the oldest first."""
    if RESULTS.exists():
        yield from map(json.loads, RESULTS.read_text().splitlines())


def engine() -> str:
    """What DATABASE_URL names, as the results call it."""
    return "SQLite" if os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite") else "PostgreSQL"


def _short(figure: Any) -> Any:
    """Four digits are more than any machine repeats."""
    if isinstance(figure, list | tuple):
        return [_short(one) for one in figure]
    return float(f"{figure:.4g}") if isinstance(figure, float) else figure
