"""The worked cases, as they stand in worked_cases.md for people to read, are what happens."""

import pytest

from tests.domain.worked import Case, Story, cases

CASES = cases()
IDS = [case.title for case in CASES]


def test_there_are_cases_and_each_is_whole() -> None:
    assert len(CASES) >= 25
    assert all(case.events and case.tables["Goes"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_happens_as_it_is_written(case: Case) -> None:
    story = Story(case)
    assert story.rules == case.tables.get("Rule", [])
    assert story.goes() == case.tables["Goes"]
    assert story.stays() == case.tables.get("Does not go", [])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_texts_say_what_is_written(case: Case) -> None:
    story = Story(case)
    for when, words in case.quotes:
        texts = story.words(when)
        assert any(f": {words} Breathless" in text for text in texts), (when, texts)
