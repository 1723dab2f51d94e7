"""Words as somebody typed them."""

from collections.abc import Mapping

from scheduler.domain.edits.fault import SettingFault
from scheduler.domain.sentences import gettext as _

#: names whose text is words, and not a value
WORDS = (".sms", ".email", ".subject")


def without_emptied(settings: Mapping[str, str | None]) -> dict[str, str | None]:
    """An emptied text is no edit (None): the protocol's own words come back."""
    return {
        name: None if name.endswith(WORDS) and not (text or "").strip() else text
        for name, text in settings.items()
    }


def words(name: str, text: str, longest: int) -> str:
    """The text without the space around it. Raises SettingFault where it cannot be one paragraph."""
    text = text.strip()
    if len(text) > longest:
        sentence = _("it has %(number)s characters; %(longest)s are the most")
        raise SettingFault(name, sentence % {"number": len(text), "longest": longest})
    if odd := next((character for character in text if not character.isprintable()), None):
        sentence = _("%(character)s cannot be in it: write one paragraph, with plain spaces")
        raise SettingFault(name, sentence % {"character": ascii(odd)})
    return text
