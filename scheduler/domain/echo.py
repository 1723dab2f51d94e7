"""What somebody typed, as an error says it again: short enough to be read, whatever it was."""

import re

LONGEST = 40
#: an unbroken word of a finished line may be a path or an address
LONGEST_WORD, LONGEST_LINE = 200, 2000


def cut(typed: str) -> str:
    """Its beginning, with dots where it goes on."""
    return typed if len(typed) <= LONGEST else f"{typed[:LONGEST]}..."


def quoted(typed: str) -> str:
    return repr(cut(typed))


def readable(line: str) -> str:
    """A line that may repeat anything that was typed: no word, and no line, without end."""
    words = re.sub(rf"\S{{{LONGEST_WORD},}}", lambda found: cut(found[0]), line)
    if len(words) <= LONGEST_LINE:
        return words
    half = LONGEST_LINE // 2
    return f"{words[:half]} ... {words[-half:]}"
