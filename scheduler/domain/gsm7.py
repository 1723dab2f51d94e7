"""What a text costs: the GSM 7-bit default alphabet and its segments (3GPP TS 23.038, 6.2.1 and 6.1.2)."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
#: typographic characters that people paste, and what the alphabet has in their place
REPLACEMENTS = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\t": " ",
    }
)

SINGLE, PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67


def to_gsm7(text: str) -> str:
    """Replace typographic quotes, dashes and spaces, which would more than double what a text costs."""
    return text.translate(REPLACEMENTS)


def foreign_characters(text: str) -> list[str]:
    """The characters, each once, that the alphabet lacks and that would force UCS-2."""
    return sorted(set(text) - BASIC - EXTENSION)


def septets(text: str) -> int | None:
    """How many septets a text takes; None where it does not fit the alphabet."""
    if foreign_characters(text):
        return None
    return len(text) + sum(character in EXTENSION for character in text)


def segments(text: str) -> int:
    """How many messages a text is cut into. An extension character never straddles two of them."""
    if BASIC.issuperset(text):
        return 1 if len(text) <= SINGLE else -(-len(text) // PART)
    if foreign_characters(text):
        units = [2 if ord(character) > 0xFFFF else 1 for character in text]
        return _parts(units, UCS2_SINGLE, UCS2_PART)
    return _parts([2 if character in EXTENSION else 1 for character in text], SINGLE, PART)


def _parts(units: list[int], single: int, part: int) -> int:
    if sum(units) <= single:
        return 1
    count, room = 1, part
    for unit in units:
        if unit > room:
            count, room = count + 1, part
        room -= unit
    return count
