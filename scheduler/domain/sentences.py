"""The domain's sentences for people, in the language of whoever reads them.

The domain knows no framework: its sentences are English until the application says who translates. That one
is asked anew for each sentence, as two people may read at the same moment; so what stands at module level is
only marked, with `gettext_noop`, and translated where it is said. The names are those that `makemessages`
looks for. What patients are sent does not come through here: it is in the protocol's language.
"""

from collections.abc import Callable


def gettext_noop(sentence: str) -> str:
    """Marks a sentence that is translated later."""
    return sentence


#: set once, when the application starts
translate: Callable[[str], str] = gettext_noop


def gettext(sentence: str) -> str:
    return translate(sentence)
