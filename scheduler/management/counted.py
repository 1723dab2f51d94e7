"""Numbers with what they count."""


def counted(number: int, one: str, many: str = "") -> str:
    """1 text, 2 texts; `many` where an s does not make it."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
