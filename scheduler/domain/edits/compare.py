"""What differs between two versions of a protocol, each with a clinic's settings."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.flat import THERE, flat
from scheduler.domain.edits.labels import label_of
from scheduler.domain.protocol import Protocol

OFF, ABSENT = "off", "not there"
PARTS = ("messages", "lines", "phases", "topics", "statements", "questions")


@dataclass(frozen=True, slots=True)
class Version:
    """A protocol as its file had it, and what the clinic set in it."""

    protocol: Protocol
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `source` says whose it is: the clinic's own setting, or the protocol's file."""

    name: str
    label: str
    before: str
    after: str
    source: Literal["clinic", "protocol"]


def changes(before: Version, after: Version) -> tuple[Change, ...]:
    """Every difference by name: first the clinic's settings, then the file's; empty where there is none.

    A part that is switched off, or that one of the files does not have, is one difference, not one for each
    of its fields.
    """
    old, new = _flat(before), _flat(after)
    names = [name for name in {**old, **new} if old.get(name, "") != new.get(name, "")]
    found = [
        Change(
            name,
            label_of(before.protocol if name in old else after.protocol, name),
            old.get(name, "") or _absence(before, name),
            new.get(name, "") or _absence(after, name),
            "clinic" if _set(before, name) != _set(after, name) else "protocol",
        )
        for name in names
        if not _inside_a_part_that_is_absent(name, old, new) and not _follows(name, names)
    ]
    return tuple(sorted(found, key=lambda change: change.source))


def _flat(version: Version) -> dict[str, str]:
    return flat(apply(version.protocol, version.settings)[0])


def _absence(version: Version, name: str) -> str:
    """What stands for a part that is not there; a field of one is simply empty."""
    section, _, item = name.partition(".")
    if section not in PARTS or "." in item:
        return ""
    return OFF if section == "messages" and item in version.protocol.messages else ABSENT


def _set(version: Version, name: str) -> tuple[str | None, ...]:
    """What the clinic set under this name, or under the one that it is a part of."""
    return tuple(version.settings.get(whole) for whole in _wholes(name))


def _wholes(name: str) -> Iterator[str]:
    section, _, _ = name.partition(".")
    yield name
    if section not in PARTS and section != name:
        yield section


def _inside_a_part_that_is_absent(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    section, _, rest = name.partition(".")
    part = f"{section}.{rest.partition('.')[0]}"
    return section in PARTS and name != part and (old.get(part) == THERE) != (new.get(part) == THERE)


def _follows(name: str, names: Collection[str]) -> bool:
    """A message's label follows its day."""
    part, _, field = name.rpartition(".")
    return part.startswith("messages.") and field == "label" and f"{part}.day" in names
