"""Carrying settings over: to a newer edition, or to another clinic."""

import re
from collections.abc import Mapping
from typing import TypeVar

from scheduler.domain.sentences import gettext as _

V = TypeVar("V")
#: so many last digits tell a telephone number, however it is written
DIGITS = 9


def merged(
    base: Mapping[str, V], ours: Mapping[str, V], theirs: Mapping[str, V]
) -> tuple[dict[str, V], tuple[str, ...]]:
    """Their settings with what we changed since `base`; and the names that both changed, where ours stay."""
    changed = [name for name in {**base, **ours} if base.get(name) != ours.get(name)]
    settings = {name: value for name, value in theirs.items() if name not in changed}
    settings |= {name: ours[name] for name in changed if name in ours}
    conflicts = (name for name in changed if theirs.get(name) not in (base.get(name), ours.get(name)))
    return settings, tuple(sorted(conflicts))


def naming(settings: Mapping[str, str], here: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """The texts that name the clinic `here` and would be wrong `there`, each with a sentence."""
    found = {}
    for name, text in settings.items():
        if not name.startswith(("lines.", "messages.")):
            continue
        for placeholder, own in here.items():
            if own and own != there.get(placeholder) and _names(text, own):
                found[name] = _("It names %(own)s; write %(placeholder)s instead.") % {
                    "own": own, "placeholder": _instead(placeholder)
                }  # fmt: skip
                break
    return found


def _instead(placeholder: str) -> str:
    return placeholder if "{" in placeholder else "{clinic}"


def _names(text: str, own: str) -> bool:
    if own.startswith("+"):
        return own[-DIGITS:] in re.sub(r"\D", "", text)
    if "." in own:
        bare = re.sub(r"^https?://(www\.)?", "", own).rstrip("/")
        return bare.casefold() in text.casefold()
    # A name may be a word of the language as well: then it counts as it is written.
    return re.search(rf"(?<!\w){re.escape(own)}(?!\w)", text) is not None
