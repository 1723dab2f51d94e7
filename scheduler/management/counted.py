"""Numbers with what they count."""


def counted(number: int, one: str) -> str:
    """1 text, 2 texts."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
