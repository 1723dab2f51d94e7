"""The number of a row as somebody else wrote it: in a form, an address, a token."""

#: the largest that the databases have
MOST = 2**63 - 1


def row_number(word: str) -> int:
    """0, which is nobody's, where it can be none of ours."""
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else 0
    return number if number <= MOST else 0
