import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.gsm7 import BASIC, EXTENSION, foreign_characters, segments, septets, to_gsm7


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),  # the euro would straddle: the first part keeps 152
        ("a" * 152 + "€" + "a" * 152, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("a" * 134 + "я", 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_it_counts_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_an_extension_character_takes_two_septets() -> None:
    assert septets("a€b") == 4
    assert septets("ж") is None


def test_the_alphabet_is_whole() -> None:
    assert len(BASIC) == 127  # 128 less the escape
    assert not BASIC & EXTENSION


def test_pasted_typography_is_made_plain() -> None:
    plain = to_gsm7("‘it’s’ “fine” – now…\u00a0ok")  # noqa: RUF001
    assert plain == "'it's' \"fine\" - now... ok"
    assert foreign_characters(plain) == []


@given(st.text(alphabet=sorted(BASIC | EXTENSION), max_size=1000))
def test_no_count_is_below_what_the_septets_need(text: str) -> None:
    needed = septets(text)
    assert needed is not None
    assert segments(text) >= -(-needed // 153) or needed <= 160
