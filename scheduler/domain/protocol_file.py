"""Reading a protocol file, and naming every fault in it with its line and column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_faults import faults_of

#: where something stands in a file: ("phases", "no-heat", "ends")
Place = tuple[str | int, ...]
SECTIONS_OF_ITEMS = ("statements", "questions", "values", "times", "phases", "lines", "messages", "topics")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a protocol file; line and column count from 1."""

    line: int
    column: int
    sentence: str


class ProtocolFaults(ValueError):
    """A protocol file that cannot be used."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{path}:{f.line}:{f.column}: {f.sentence}" for f in faults))
        self.faults = faults


def load(path: Path) -> Protocol:
    """The protocol in a file. Raises ProtocolFaults with all that is wrong, OSError if it cannot be read."""
    protocol, found = read(path.read_bytes())
    if protocol is None or found:
        raise ProtocolFaults(path, found)
    return protocol


def faults(path: Path) -> list[Fault]:
    """All that is wrong in a file, in the order of its lines; empty when it is fine."""
    return read(path.read_bytes())[1]


def read(content: bytes) -> tuple[Protocol | None, list[Fault]]:
    """The protocol (None where not even a part of it can be understood) and what is wrong."""
    try:
        text = content.decode("utf-8")
        aliases = [token for token in yaml.scan(text) if isinstance(token, yaml.AliasToken)]
        if aliases:
            # A few lines of them can stand for more than memory holds.
            return None, [
                _fault_at(token.start_mark, "write it out: `*` aliases are not read") for token in aliases
            ]
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            return None, [Fault(1, 1, "a protocol is a mapping that begins with `id:`")]
        data = loader.construct_document(root)
    except UnicodeDecodeError:
        return None, [Fault(1, 1, "the file is not UTF-8 text")]
    except (yaml.YAMLError, RecursionError) as fault:
        return None, [_not_yaml(fault)]
    except (ValueError, KeyError, AttributeError, TypeError) as fault:
        # A date that does not exist, a number of thousands of digits: YAML's own types take offence.
        return None, [Fault(1, 1, f"there is a value that YAML cannot read ({fault}); write it in quotes")]
    return _judge(root, data)


def _judge(root: yaml.MappingNode, data: Any) -> tuple[Protocol | None, list[Fault]]:
    marks = dict(_marks(root, ()))
    protocol, wrong = _validate(data)
    if protocol is not None:
        sections = {name: set(data[name]) for name in SECTIONS_OF_ITEMS if isinstance(data.get(name), dict)}
        wrong += list(faults_of(protocol, sections))
    found = [Fault(*marks[place], sentence) for place, sentence in _repeated(root, ())]
    found += [Fault(*_nearest(marks, place), sentence) for place, sentence in wrong]
    return protocol, sorted(set(found))


def _not_yaml(fault: Exception) -> Fault:
    sentence = f"this is not YAML: {getattr(fault, 'problem', None) or 'it cannot be read'}"
    mark = getattr(fault, "problem_mark", None)
    return _fault_at(mark, sentence) if mark else Fault(1, 1, sentence)


def _fault_at(mark: yaml.Mark, sentence: str) -> Fault:
    return Fault(mark.line + 1, mark.column + 1, sentence)


def _marks(node: yaml.Node, place: Place) -> Iterator[tuple[Place, tuple[int, int]]]:
    """Where every key and item stands."""
    yield place, (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            yield from _marks(value, inner)
            yield inner, (key.start_mark.line + 1, key.start_mark.column + 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _marks(item, (*place, number))


def _repeated(node: yaml.Node, place: Place) -> Iterator[tuple[Place, str]]:
    """Keys that stand twice in a mapping: YAML would silently keep the last."""
    children: list[tuple[str | int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = list(enumerate(node.value))
    seen: set[str | int] = set()
    for name, child in children:
        if name in seen:
            yield (*place, name), f"{name!r} stands here twice; an id is used once"
        seen.add(name)
        yield from _repeated(child, (*place, name))


def _nearest(marks: Mapping[Place, tuple[int, int]], place: Place) -> tuple[int, int]:
    """Where a place stands, or what surrounds it where it is missing."""
    while place not in marks:
        place = place[:-1]
    return marks[place]


def _validate(data: Any) -> tuple[Protocol | None, list[tuple[Place, str]]]:
    """The protocol without the items that are malformed, so that the rest can be looked at as well."""
    try:
        return Protocol.model_validate(data), []
    except ValidationError as invalid:
        errors = invalid.errors()
    wrong = [(tuple(error["loc"]), _sentence(error)) for error in errors]
    items = {place[:2] for place, _ in wrong if len(place) >= 2 and place[0] in SECTIONS_OF_ITEMS}
    pruned = dict(data)
    for section, name in items:
        if isinstance(pruned.get(str(section)), dict):
            pruned[str(section)] = {k: v for k, v in pruned[str(section)].items() if k != name}
    try:
        return Protocol.model_validate(pruned), wrong
    except ValidationError:
        return None, wrong


def _sentence(error: Any) -> str:
    """One of pydantic's errors in words."""
    name = error["loc"][-1] if error["loc"] else "it"
    if error["type"] == "missing":
        return f"`{name}` is missing"
    if error["type"] == "extra_forbidden":
        return f"`{name}` is not known here"
    return f"`{name}`: {str(error['msg']).removeprefix('Value error, ')}"
