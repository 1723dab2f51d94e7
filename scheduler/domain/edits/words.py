"""Words as somebody typed them."""

from collections.abc import Mapping

from scheduler.domain.edits.fault import SettingFault

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
        raise SettingFault(name, f"it has {len(text)} characters; {longest} are the most")
    if odd := next((character for character in text if not character.isprintable()), None):
        raise SettingFault(name, f"{odd!a} cannot be in it: write one paragraph, with plain spaces")
    return text
