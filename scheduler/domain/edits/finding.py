"""One thing to know about a clinic's settings."""

from dataclasses import dataclass

from scheduler.domain.edits.fault import SettingFault


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault stands in the way of publishing; a warning does not.

    `name` is that of a setting, or of the part that it is about. `statements` are those that no message says
    any more, where the finding is about that.
    """

    name: str
    code: str
    sentence: str
    is_fault: bool = False
    statements: tuple[str, ...] = ()


def fault(name: str, code: str, sentence: str) -> Finding:
    return Finding(name, code, as_sentence(sentence), is_fault=True)


def of_setting(wrong: SettingFault) -> Finding:
    return fault(wrong.name, wrong.code, wrong.sentence)


def as_sentence(words: str) -> str:
    """With a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?')) else '.'}"
