"""Counts as columns of a picture: in percent of its size, to fit every screen; colours are classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.figures import Count

#: from the bottom of a column to its top
GROUPS = ("delivered", "sent", "ahead", "failed")
#: of the height: room for the largest number above, and for the axis below
TOP, BOTTOM = 8.0, 86.0
#: of the width of a place
COLUMN = 0.72


@dataclass(frozen=True)
class Box:
    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Label:
    x: str
    text: str
    #: too close to its neighbours for a narrow screen
    wide_only: bool


@dataclass(frozen=True)
class Chart:
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    #: of the highest column
    most: int
    kinds: tuple[str, ...]


def columns(counts: Sequence[Count], name: Callable[[Count], str], every: int) -> Chart:
    """A column for each; every so many of them has its name below."""
    most = max((count.total for count in counts), default=0)
    place = 100 / max(len(counts), 1)
    boxes = [box for number, count in enumerate(counts) for box in _boxes(count, number * place, place, most)]
    labels = tuple(
        Label(f"{(number + 0.5) * place:.2f}%", name(count), wide_only=number // every % 2 == 0)
        for number, count in enumerate(counts)
        # Neither the first nor, where it is narrow, the second: their names would reach over the edge.
        if number % every == every // 2
    )
    kinds = tuple(kind for kind in GROUPS if any(getattr(count, kind) for count in counts))
    return Chart(tuple(boxes), labels, most, kinds)


def _boxes(count: Count, x: float, place: float, most: int) -> list[Box]:
    left, width = x + place * (1 - COLUMN) / 2, place * COLUMN
    boxes, bottom = [], BOTTOM
    for kind in GROUPS:
        if number := getattr(count, kind):
            # A single failure among thousands is to be seen.
            height = max(number / most * (BOTTOM - TOP), 1.2)
            bottom -= height
            boxes.append(Box(kind, f"{left:.2f}%", f"{bottom:.2f}%", f"{width:.2f}%", f"{height:.2f}%"))
    return boxes
