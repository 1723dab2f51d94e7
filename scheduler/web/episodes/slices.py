"""A part of a long list, the newest first: from the row where the last one ended, so nothing is counted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

M = TypeVar("M", bound=models.Model)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARK = re.compile(r"([0-9]{1,17})-([0-9]{1,18})", re.ASCII)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """`older` and `newer` are the marks of the neighbouring slices, empty where there is none."""

    rows: list[M]
    newer: str = ""
    older: str = ""


def sliced(rows: "QuerySet[M]", by: str, size: int, *, older: str, newer: str) -> Slice[M]:
    """So many rows by an instant, the newest first: older, or newer, than a mark. An odd mark is none."""
    at: Callable[[M], datetime] = lambda row: getattr(row, by)  # noqa: E731
    if place := _read(newer):
        after = Q(**{f"{by}__gt": place[0]}) | Q(pk__gt=place[1])
        found = list(rows.filter(after, **{f"{by}__gte": place[0]}).order_by(by, "pk")[: size + 1])
        shown = found[:size][::-1]
        return Slice(shown, _mark(shown[:1], at) if len(found) > size else "", _mark(shown[-1:], at))
    place = _read(older)
    if place:
        before = Q(**{f"{by}__lt": place[0]}) | Q(pk__lt=place[1])
        rows = rows.filter(before, **{f"{by}__lte": place[0]})
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    shown = found[:size]
    return Slice(
        shown, _mark(shown[:1], at) if place else "", _mark(shown[-1:], at) if len(found) > size else ""
    )


def _mark(row: list[M], at: Callable[[M], datetime]) -> str:
    return f"{(at(row[0]) - EPOCH) // MICROSECOND}-{row[0].pk}" if row else ""


def _read(mark: str) -> tuple[datetime, int] | None:
    found = MARK.fullmatch(mark)
    return (EPOCH + int(found[1]) * MICROSECOND, int(found[2])) if found else None
