"""Numbers of rows that come from outside."""

import pytest

from scheduler.domain.row_number import MOST, row_number


@pytest.mark.parametrize("word", ["", "-1", "1.0", "²", "٣", "0x1", "9" * 19, "9" * 20, "9" * 5000])
def test_what_can_be_no_row_is_nobodys(word: str) -> None:
    assert row_number(word) == 0


@pytest.mark.parametrize("number", [0, 7, MOST])
def test_a_row_is_read(number: int) -> None:
    assert row_number(str(number)) == number
