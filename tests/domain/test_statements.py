"""Every statement of the leaflet is said somewhere, and nothing else is."""

import re
from pathlib import Path

import pytest

from tests.domain.plans import LEAFLET

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = {"L00", "L15", "L38"}


def carried() -> set[str]:
    parts = [*LEAFLET.phases.values(), *LEAFLET.topics.values(), LEAFLET.emergency]
    by_lines = {statement for line in LEAFLET.lines.values() for statement in line.all_statements}
    return {statement for part in parts for statement in part.statements} | by_lines


def test_the_leaflet_has_forty_five_statements() -> None:
    assert list(LEAFLET.statements) == [f"L{number:02}" for number in range(45)]
    assert {name for name, s in LEAFLET.statements.items() if s.heading} == HEADINGS


def test_every_statement_but_the_headings_is_carried_and_no_unknown_one() -> None:
    assert carried() == set(LEAFLET.statements) - HEADINGS


def test_the_traceability_table_is_up_to_date() -> None:
    from scripts.traceability import TARGET, document

    assert TARGET.read_text() == document(LEAFLET), "run make traceability"


@pytest.mark.parametrize("statement", sorted(set(LEAFLET.statements) - HEADINGS))
def test_the_traceability_table_says_where_each_statement_is_said(statement: str) -> None:
    table = (ROOT / "docs" / "traceability.md").read_text()
    row = re.search(rf"^\| {statement} \| [^|]+ \| [^|]+ \| ", table, re.M)
    assert row, statement
