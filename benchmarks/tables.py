"""The sections of the document: a table for each measure, with what was wanted and whether it was reached."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Line = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """At least, or with `most` at the most, so much."""

    figure: float
    most: bool = False
    unit: str = ""

    def says(self, reached: float) -> str:
        """What was wanted, and whether that was reached."""
        words = f"{'≤' if self.most else '≥'} {self.figure:g}{self.unit}"
        if reached <= self.figure if self.most else reached >= self.figure:
            return f"{words} | yes"
        return f"{words} | no, by {abs(reached / self.figure - 1):.0%}"


def ratio_table(wanted: Callable[[Line], Wanted | None]) -> Callable[[Sequence[Line]], str]:
    """One line for each result, ours first."""

    def table(lines: Sequence[Line]) -> str:
        rows = [
            _ratio_row(line, wanted(line)) for line in sorted(lines, key=lambda one: bool(one.get("way")))
        ]
        return _table(("engine", "way", "case", "ratio", "rounds", "wanted", "reached"), rows)

    return table


def _ratio_row(line: Line, wanted: Wanted | None) -> str:
    name = "ratio" if "ratio" in line else "ours_ratio"
    shown = f"{line[name]:.2f}" if name == "ratio" else f"ours is {line[name]:.3g} times as fast"
    rounds = ", ".join(f"{one:.2f}" for one in line.get("rounds", ()))
    goal = wanted.says(line[name]) if wanted and not line.get("way") else " | "
    way = line.get("way", "Aftercare")
    return f"{line['engine'] or 'none'} | {way} | {line.get('case', '')} | {shown} | {rounds} | {goal}"


def dispatch_table(lines: Sequence[Line]) -> str:
    """By the limit; then, with many texts beside them that are not due, by the same with none."""
    alone = {(line["engine"], line["workers"]): line["ratio"] for line in lines if line.get("pending") == 0}
    beside = [line for line in lines if line.get("pending")]
    rows = [
        _beside_row(line, alone[line["engine"], line["workers"]])
        for line in beside
        if (line["engine"], line["workers"]) in alone
    ]
    heads = ("engine", "workers", "pending", "of the same with none", "wanted", "reached")
    tables = ratio_table(lambda line: Wanted(1.4))([line for line in lines if line not in beside])
    return tables + ("\n" + _table(heads, rows) if rows else "")


def _beside_row(line: Line, alone: float) -> str:
    ratio = line["ratio"] / alone
    goal = Wanted(0.95).says(ratio)
    return f"{line['engine']} | {line['workers']} | {line['pending']:,} | {ratio:.2f} | {goal}"


def lateness_table(lines: Sequence[Line]) -> str:
    rows = [
        f"{one['engine']} | {one.get('way', 'Aftercare')} | {one['p50_ms']:.1f} | {one['p99_ms']:.1f}"
        f" | {one['max_ms']:.1f} | {Wanted(10, most=True).says(one['p99_ms'])}"
        for one in lines
    ]
    heads = (
        "engine",
        "way",
        "median (ms)",
        "99 in 100 (ms)",
        "latest (ms)",
        "wanted",
        "reached",
    )
    return _table(heads, rows)


#: a figure of the measure of growth -> what it is, and how far it may grow or go
GROWTH = {
    "claim_ms": ("claiming 50 due texts (ms)", Wanted(1.2, most=True)),
    "look_ms": ("looking in vain (ms)", Wanted(1.2, most=True)),
    "start_seconds": ("from the command to the first text (s)", Wanted(1.2, most=True)),
    "memory_mb": ("resident memory (MB)", Wanted(2, most=True, unit=" MB more")),
    "idle_cpu_seconds": ("CPU time, idle (s a minute)", Wanted(0.2, most=True, unit=" s")),
    "idle_server_cpu_seconds": ("the same of the server's processes", None),
}


def growth_table(lines: Sequence[Line]) -> str:
    """One table for each engine."""
    return "\n".join(_growth_of(line) for line in lines)


def _growth_of(line: Line) -> str:
    rows = [
        f"{what} | {' | '.join(f'{one:.3g}' for one in line[name])} | {_grown(name, line[name], wanted)}"
        for name, (what, wanted) in GROWTH.items()
        if any(line.get(name, ()))
    ]
    heads = (line["engine"], *(f"{rows:,}" for rows in line["rows"]), "largest / first", "wanted", "reached")
    return _table(heads, rows)


def _grown(name: str, figures: Sequence[float], wanted: Wanted | None) -> str:
    ratio = max(figures) / figures[0] if figures[0] else 1.0
    reached = {"memory_mb": max(figures) - figures[0], "idle_cpu_seconds": max(figures)}.get(name, ratio)
    return f"{ratio:.2f} | {wanted.says(reached) if wanted else ' | '}"


def pages_table(lines: Sequence[Line]) -> str:
    rows = [
        f"{one['engine']} | {one['case']} | {one['p50_ms']:.1f} | {one['p95_ms']:.1f}"
        f" | {Wanted(100, most=True).says(one['p95_ms'])} | {one['p95_cpu_ms']:.1f} | {one['queries']}"
        for one in lines
    ]
    heads = (
        "engine", "page", "median (ms)", "95 in 100 (ms)", "wanted", "reached",
        "95 in 100 (ms of CPU, without the server's)", "queries at the most",
    )  # fmt: skip
    return _table(heads, rows)


def scaling_table(lines: Sequence[Line]) -> str:
    heads = (
        "answers", "workers", "of linear", "wanted", "reached", "cores busy", "of these each worker",
        "and the server",
    )  # fmt: skip
    return _table(heads, [row for line in lines for row in _scaling_rows(line)])


def _scaling_rows(line: Line) -> Iterator[str]:
    columns = ("workers", "of_linear", "cores_busy", "worker_cpu", "server_cpu")
    for number, linear, busy, worker, server in zip(*(line[name] for name in columns), strict=True):
        yield (
            f"{line['case']} | {number} | {linear:.2f} | {Wanted(0.9).says(linear)}"
            f" | {busy:.2f} of {line['cores']} | {worker:.2f} | {server:.2f}"
        )


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    words = list(heads)
    lines = [" | ".join(words), " | ".join("---" for _ in words), *rows]
    return "".join(f"| {line} |\n" for line in lines)


@dataclass(frozen=True)
class Section:
    measure: str
    title: str
    about: str
    table: Callable[[Sequence[Line]], str]


SECTIONS = (
    Section(
        "dispatch", "Sending what is due",
        "All texts are due at once, and are sent with 50 requests under way. The limit, 1, is a bare loop of"
        " the SMS package's own asynchronous client that sends the same texts and keeps nothing. Aftercare"
        " plugs a leaner HTTP client into the same package, so it can be faster than that loop.",
        dispatch_table,
    ),
    Section(
        "client", "The HTTP client by itself",
        "CPU time of one text with the SMS package's own asynchronous client, by that of each. Nothing"
        " is claimed or recorded here.",
        ratio_table(lambda line: None),
    ),
    Section(
        "enrol", "Enrolling",
        "Checked, planned and written, a plan for each patient. The limit, 1, is the driver's own bulk insert"
        " of the same rows (`executemany`, COPY), in as many transactions.",
        ratio_table(lambda line: Wanted(0.5 if line.get("case") == "in bulk" else 0.6)),
    ),
    Section(
        "renew", "Planning everybody anew",
        "An edition's new times for all enrolled patients, in steps of one transaction each. The ratio is the"
        " time that it takes by that of the driver's own UPDATE of the same rows: less is better.",
        ratio_table(lambda line: Wanted(3, most=True)),
    ),
    Section(
        "lateness", "How late texts leave",
        "Texts that are due at different moments of a minute, from the moment at which each is due to that at"
        " which the provider has it.",
        lateness_table,
    ),
    Section(
        "growth", "How costs grow with what is pending",
        "A database for each number of pending reminders, side by side: ten of each patient, due over the"
        " coming 60 days. The workers are real processes with all their periodic jobs.",
        growth_table,
    ),
    Section(
        "pages", "Pages",
        "A clinic with 100,000 patients, treated over the last year, and a million reminders; 900 wait for a"
        " person. Each page is asked for in turn, for other patients, names and places in the list each time,"
        " through Django's test client. The measure fails where a page needs more queries than it does among"
        " a thousand patients.",
        pages_table,
    ),
    Section(
        "scaling", "Several workers on PostgreSQL",
        "One to four worker processes share a queue, each with 50 requests under way, while the provider"
        " answers after a while; texts a second of each, by those of one alone. All of it shares the cores of"
        " one machine: where these are busy, they are the limit.",
        scaling_table,
    ),
)  # fmt: skip
