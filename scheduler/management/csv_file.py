"""A file of enrolments, one a line: its columns are the words of `aftercare enrol` and the questions."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scheduler.domain.echo import quoted
from scheduler.management.base import WrongInput

NEEDED = ("name", "treated")
COLUMNS = (
    *NEEDED,
    "mobile",
    "email",
    "channel",
    "site",
    "fold",
    "patient",
    "detail",
    "fewer_texts",
    "language",
)


@dataclass(frozen=True, slots=True)
class Line:
    """The line's number, as an editor shows it, and its values by their columns."""

    number: int
    values: dict[str, str]


def read_lines(path: str, questions: Collection[str]) -> list[Line]:
    """All lines that are not empty. Raises WrongInput for what no spreadsheet writes."""
    try:
        # The mark at the beginning is what spreadsheets put there.
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return list(_lines(file, path, questions))
    except OSError as fault:
        raise WrongInput(f"{path}: it cannot be read ({fault.strerror})") from fault
    except UnicodeDecodeError:
        raise WrongInput(f"{path}: it is not text in UTF-8; save it as CSV UTF-8") from None
    except csv.Error as fault:
        raise WrongInput(f"{path}: it is no CSV file ({fault})") from fault


def _lines(file: IO[str], path: str, questions: Collection[str]) -> Iterator[Line]:
    first = file.readline()
    columns = next(csv.reader([first], delimiter=_between(first)), [])
    _check_columns([name.strip() for name in columns], path, questions)
    reader = csv.reader(file, delimiter=_between(first), strict=True)
    number = 2
    for row in reader:
        if any(value.strip() for value in row):
            if len(row) > len(columns):
                raise WrongInput(f"{path}: line {number} has more values than there are columns")
            names = (name.strip() for name in columns)
            yield Line(number, dict(zip(names, row, strict=False)))
        number = reader.line_num + 2


def _between(first: str) -> str:
    """Spreadsheets of some countries put semicolons between the values."""
    return ";" if first.count(";") > first.count(",") else ","


def _check_columns(columns: list[str], path: str, questions: Collection[str]) -> None:
    known = (*COLUMNS, *questions)
    for name in columns:
        if name not in known:
            raise WrongInput(f"{path}: there is no column {quoted(name)}; there are: {', '.join(known)}")
        if columns.count(name) > 1:
            raise WrongInput(f"{path}: the column {quoted(name)} is there twice")
    for name in (*NEEDED, *questions):
        if name not in columns:
            raise WrongInput(f"{path}: the column {quoted(name)} is missing")
