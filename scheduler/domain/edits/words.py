"""Words as somebody typed them."""

from scheduler.domain.edits.fault import SettingFault


def words(name: str, text: str, longest: int) -> str:
    """The text without the space around it. Raises SettingFault where it cannot be one paragraph."""
    text = text.strip()
    if len(text) > longest:
        raise SettingFault(name, f"it has {len(text)} characters; {longest} are the most")
    if odd := next((character for character in text if not character.isprintable()), None):
        raise SettingFault(name, f"{odd!a} cannot be in it: write one paragraph, with plain spaces")
    return text
