"""The messages that may read otherwise under another version of a protocol, whenever they go."""

from collections.abc import Collection, Iterator

from scheduler.domain.edits.flat import flat
from scheduler.domain.protocol import Line, Message, Protocol

#: fields of a message that say when it goes, and what staff call it
TIMING = (".day", ".time", ".send_by", ".label")


def may_read_otherwise(before: Protocol, after: Protocol) -> frozenset[str]:
    """Ids of messages. Rather one too many than one too few: whoever counts looks at the texts themselves."""
    old, new = flat(before), flat(after)
    changed = {name for name in {**old, **new} if old.get(name) != new.get(name)}
    return frozenset(found for one in (before, after) for found in _touched(one, changed))


def _touched(protocol: Protocol, changed: Collection[str]) -> Iterator[str]:
    names, keys = set[str](), set[str]()
    for name in changed:
        section, _, rest = name.partition(".")
        item = rest.partition(".")[0]
        if section == "messages" and not name.endswith(TIMING):
            keys.add(item)
        elif section in ("lines", "phases"):
            names.add(item)
        elif section in protocol.values:
            names.add(section)
        elif section in ("emergency", "every_message"):
            yield from protocol.messages
    names |= set(_ending_otherwise(protocol, names))
    for key, message in protocol.messages.items():
        if key in keys or any(_mentions(message, protocol, name) for name in names):
            yield key


def _ending_otherwise(protocol: Protocol, names: Collection[str]) -> Iterator[str]:
    """Phases that hang on these values or phases; one that follows another stands after it in the file."""
    found = set(names)
    for name, phase in protocol.phases.items():
        on = {phase.starts_after, *((phase.ends.after, *phase.ends.with_day) if phase.ends else ())}
        if found & on:
            found.add(name)
            yield name


def _mentions(message: Message, protocol: Protocol, name: str) -> bool:
    if name in message.lines or name in protocol.every_message:
        return True
    parts: list[Message | Line] = [message]
    parts += [protocol.lines[one] for one in (*message.lines, *protocol.every_message)]
    return any(name in part.model_dump_json() for part in parts)
