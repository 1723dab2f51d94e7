"""Texts that take more segments than their message may, with names, numbers and links at their limits."""

from collections.abc import Iterator, Mapping
from functools import reduce

from scheduler.domain.edits.finding import Finding
from scheduler.domain.edits.samples import Sample, corrections
from scheduler.domain.gsm7 import septets
from scheduler.domain.message import Text
from scheduler.domain.protocol import Protocol
from scheduler.domain.sentences import gettext as _


def too_long(
    protocol: Protocol, settings: Mapping[str, str], samples: tuple[Sample, ...]
) -> Iterator[Finding]:
    """One finding for each message, at its longest; under the edited line where that is the only one."""
    longest: dict[tuple[str, ...], Text] = {}
    for keys, text in _measured(samples):
        if text.segments > protocol.messages[keys[0]].segments and (
            keys not in longest or len(text.sms) > len(longest[keys].sms)
        ):
            longest[keys] = text
    # A message is named once, whatever is folded into it.
    for host in dict.fromkeys(keys[0] for keys in longest):
        keys, text = max(
            ((k, t) for k, t in longest.items() if k[0] == host), key=lambda item: len(item[1].sms)
        )
        yield _finding(protocol, settings, keys, text)


def _measured(samples: tuple[Sample, ...]) -> Iterator[tuple[tuple[str, ...], Text]]:
    for sample in samples:
        for one in sample.texts:
            yield (one.reminder.message, *one.reminder.folds), one.text
        for key, text in corrections(sample):
            yield (key,), text


def _finding(protocol: Protocol, settings: Mapping[str, str], keys: tuple[str, ...], text: Text) -> Finding:
    """A fault where the clinic's own words or moves are in it; else only lengths, which it cannot help."""
    message = protocol.messages[keys[0]]
    lines = [name for key in keys for name in protocol.messages[key].lines]
    edited = [f"lines.{name}.sms" for name in dict.fromkeys(lines) if f"lines.{name}.sms" in settings]
    moved = [name for name in settings if name.startswith(tuple(f"messages.{key}." for key in keys))]
    return Finding(
        edited[0] if len(edited) == 1 else f"messages.{keys[0]}",
        "too-long",
        _sentence(bool(edited))
        % {
            "message": message.label,
            "segments": text.segments,
            "characters": septets(text.sms) or len(text.sms),
            "most": message.segments,
            "lines": reduce(_either, edited) if edited else "",
        },
        is_fault=bool(edited or moved),
    )


def _sentence(edited: bool) -> str:
    if edited:
        return _(
            "%(message)s takes %(segments)s segments at its longest (%(characters)s characters), and "
            "%(most)s are the most; shorten %(lines)s."
        )
    return _(
        "%(message)s takes %(segments)s segments at its longest (%(characters)s characters), and "
        "%(most)s are the most."
    )


def _either(one: str, other: str) -> str:
    return _("%(one)s or %(other)s") % {"one": one, "other": other}
