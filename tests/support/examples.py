"""How many examples of a property are tried: few beside everything else, AFTERCARE_LONG=400 that many."""

import os

LONG = int(os.environ.get("AFTERCARE_LONG", "0"))


def examples(usual: int) -> int:
    return LONG or usual
