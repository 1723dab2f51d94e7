"""Makes docs/performance.md, and the plot in it, of what the measures left behind.

What stands between the marks `by hand` in the document is kept: why a target was missed, for one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import described
from benchmarks.results import reported
from benchmarks.tables import SECTIONS, Line, Section

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
PLOT = DOCUMENT.with_suffix(".svg")
BY_HAND = re.compile(r"<!-- by hand: ([\w-]+) -->\n(.*?)<!-- end -->\n", re.DOTALL)
BEGINNING = """# Performance

Everything here was measured by `make bench` (growth to 10 million rows: `make bench-large`), which runs one
measure after the other, each in processes and a database of its own, on SQLite and on PostgreSQL. Where two
things are compared, both run in turn, and the figures are medians of three rounds. Then
`python -m benchmarks.document` writes this page. Another machine has other times; ratios differ less.

- A ratio of 1 is as much as the limit that it is compared with; the limit is named with each measure.
- Every write is durable: `synchronous=FULL` on SQLite, `synchronous_commit=on` on PostgreSQL.
- The text message provider runs on the same machine, in a process of its own, and takes CPU time from what is
  measured.
- The measures themselves are in `benchmarks/`; each begins with what it does, and runs alone as well:
  `DATABASE_URL=sqlite:////tmp/bench.sqlite3 python -m benchmarks.lateness`.

![What other ways of sending reach, and how costs grow](performance.svg)
"""


def main() -> None:
    lines = newest(reported())
    before = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    DOCUMENT.write_text(document(lines, described(), before))
    # Only the drawing needs its package.
    from benchmarks.plot import draw

    draw(lines, PLOT)
    print(f"{DOCUMENT} and {PLOT} are of {len(lines)} results")


def newest(lines: Iterable[Line]) -> list[Line]:
    """Of the same measure, engine, way and case the last one, where the first stood."""
    kept: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        kept[line["measure"], line["engine"], line.get("way"), line.get("case")] = line
    return list(kept.values())


def document(lines: Iterable[Line], machine: Mapping[str, str], before: str) -> str:
    """`before` is what the page said so far."""
    known, by_hand = list(lines), dict(BY_HAND.findall(before))
    parts = [BEGINNING, *(_section(one, known, by_hand) for one in SECTIONS), _machine(machine, known)]
    return "\n".join(part for part in parts if part)


def _section(section: Section, lines: Iterable[Line], by_hand: Mapping[str, str]) -> str:
    mine = [line for line in lines if line["measure"] == section.measure]
    if not mine:
        return ""
    kept = by_hand.get(section.measure, "")
    marks = f"<!-- by hand: {section.measure} -->\n{kept}<!-- end -->\n"
    return f"## {section.title}\n\n{section.about}\n\n{section.table(mine)}\n{''.join(_lacks(mine))}\n{marks}"


def _lacks(lines: Iterable[Line]) -> Iterator[str]:
    """Once for each of the other ways: how it was set, and what it does not do."""
    others = {line["way"]: line for line in lines if line.get("way")}
    for way, line in others.items():
        yield f"\n{way}: {line.get('settings', '')}.\n"
        yield from (f"- {lack}\n" for lack in line.get("lacks", ()))


def _machine(machine: Mapping[str, str], lines: Iterable[Line]) -> str:
    days = sorted(line["at"][:10] for line in lines)
    when = f"Measured on {days[-1]}" + (f" and before, since {days[0]}" if days[0] != days[-1] else "")
    rows = "".join(f"| {name} | {value} |\n" for name, value in machine.items())
    return f"## On what\n\n{when}.\n\n| | |\n| --- | --- |\n{rows}"


if __name__ == "__main__":
    main()
