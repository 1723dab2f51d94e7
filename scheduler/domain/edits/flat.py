"""A protocol as a flat mapping of names to text: under the names of the settings, and every other part by its
path in the file (`phases.no-heat.page`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from scheduler.domain.edits.messages import span_text
from scheduler.domain.protocol import At, Message, Protocol, Value

#: what stands under the name of a part itself, so that a part that comes or goes is one change
THERE = "on"
SECTIONS = ("phases", "topics", "statements", "questions")


def flat(protocol: Protocol) -> dict[str, str]:
    """Every name with its text; what is empty is absent."""
    found = {"title": protocol.title, "source": protocol.source}
    for name, value in protocol.values.items():
        found |= dict(_value(name, value))
    found |= {name: f"{clock:%H:%M}" for name, clock in protocol.times.items()}
    hours = protocol.sending_hours
    found |= {"sending_from": f"{hours.opens:%H:%M}", "sending_until": f"{hours.closes:%H:%M}"}
    for key, message in protocol.messages.items():
        found |= _message(f"messages.{key}", message)
    for key, line in protocol.lines.items():
        found |= _part(f"lines.{key}", line.model_dump(mode="json", exclude_defaults=True))
    for section in SECTIONS:
        for key, part in getattr(protocol, section).items():
            found |= _part(f"{section}.{key}", part.model_dump(mode="json", exclude_defaults=True))
    found |= _part("emergency", protocol.emergency.model_dump(mode="json"))
    found["every_message"] = ", ".join(protocol.every_message)
    return {name: text for name, text in found.items() if text}


def _value(name: str, value: Value) -> Iterator[tuple[str, str]]:
    yield f"values.{name}.label", value.label
    yield f"values.{name}.statements", ", ".join(value.statements)
    for option, length in value.lengths.items():
        yield f"{name}.{option}", str(length)
    if not value.lengths:
        yield name, str(value.length or value.mode or "")


def _message(path: str, message: Message) -> dict[str, str]:
    rest = message.model_dump(mode="json", exclude_defaults=True, exclude={"at", "send_by", "subject"})
    return {
        **_part(path, rest),
        **_part(f"{path}.at", _at(message.at)),
        f"{path}.day": "" if message.at.day is None else str(message.at.day),
        f"{path}.time": message.at.time or "",
        f"{path}.send_by": span_text(message.send_by),
        f"{path}.subject": message.subject,
    }


def _at(at: At) -> dict[str, Any]:
    return at.model_dump(mode="json", exclude_defaults=True, exclude={"day", "time"})


def _part(path: str, data: Mapping[str, Any]) -> dict[str, str]:
    return {path: THERE, **dict(_leaves(path, data))}


def _leaves(path: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(f"{path}.{name}", value)
        elif isinstance(value, list | tuple):
            yield f"{path}.{name}", ", ".join(map(str, value))
        elif value is not None:
            yield f"{path}.{name}", {"True": "yes", "False": "no"}.get(str(value), str(value))
