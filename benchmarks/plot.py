"""The picture in docs/performance.md. Its words are text, and its colours show on light and on dark."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot

from benchmarks.tables import Line

INK, OURS, OTHERS = "#7a7f87", "#2f81b7", "#b0894a"
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "aftercare", "font.size": 9, "text.color": INK,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip


def draw(lines: Sequence[Line], file: Path) -> None:
    with mpl.rc_context(STYLE):
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
        _sending(left, [line for line in lines if line["measure"] == "dispatch"])
        _growing(right, [line for line in lines if line["measure"] == "growth"])
        # Without a date: the same results make the same file.
        figure.savefig(file, transparent=True, metadata={"Date": None})


def _sending(axes: Any, lines: Sequence[Line]) -> None:
    names = [" ".join(filter(None, (_way(one), one["engine"], one.get("case")))) for one in lines]
    colours = [OTHERS if one.get("way") else OURS for one in lines]
    axes.barh(names, [one["ratio"] for one in lines], color=colours)
    axes.axvline(1, color=INK, linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("texts a second, by those of the bare loop")


def _way(line: Line) -> str:
    return line.get("way") or "Aftercare"


def _growing(axes: Any, lines: Sequence[Line]) -> None:
    for line, colour in zip(lines, (OURS, OTHERS), strict=False):
        claims = line["claim_ms"]
        relative = [one / claims[0] for one in claims]
        axes.plot(line["rows"], relative, marker="o", color=colour, label=line["engine"])
    axes.set_xscale("log")
    axes.set_ylim(0, 2)
    axes.axhline(1, color=INK, linewidth=1, linestyle=":")
    axes.set_xlabel("pending reminders")
    axes.set_ylabel("time of a claim, by the first")
    if lines:
        axes.legend(frameon=False)
