"""Write docs/traceability.md: where each statement of the protocol's source is said, and when.

python scripts/traceability.py            writes it
python scripts/traceability.py --check    exits 1 when it is not up to date
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from scheduler.domain.protocol import At, Message, Protocol
from scheduler.domain.protocol_file import load

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "traceability.md"
HEAD = """# Where each statement is said

Made from `schedules/{id}.yaml` by `make traceability`; change that file, not this one.
Source: {source}. What a statement says stands here in our own words.

| statement | what it says | where it is said | when |
| --- | --- | --- | --- |
"""


def main() -> None:
    path = ROOT / "schedules" / "microsclerotherapy.yaml"
    text = document(load(path))
    if "--check" not in sys.argv:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        sys.exit("docs/traceability.md is not up to date; run make traceability")


def document(protocol: Protocol) -> str:
    return HEAD.format(id=protocol.id, source=protocol.source) + "".join(rows(protocol))


def rows(protocol: Protocol) -> Iterator[str]:
    for name, statement in protocol.statements.items():
        places = [("a heading: nothing to say", "")] if statement.heading else list(said(protocol, name))
        for number, (where, when) in enumerate(places):
            first = f"{name} | {statement.says}" if number == 0 else " | "
            yield f"| {first} | {where} | {when} |\n"


def said(protocol: Protocol, statement: str) -> Iterator[tuple[str, str]]:
    """Every place where a statement is said, and when, in words."""
    for phase in protocol.phases.values():
        if statement in phase.statements:
            yield (
                f"patient's page: {phase.label}",
                "while it holds" if phase.ends else "from the treatment on",
            )
    for key, message in protocol.messages.items():
        carrying = [name for name in message.lines if statement in protocol.lines[name].all_statements]
        if carrying:
            yield f"{channels(protocol, message, carrying, statement)}: {key}", when(message.at)
    if statement in protocol.emergency.statements:
        yield "every text and email: the emergency fragment", "always"
    if any(statement in protocol.lines[name].all_statements for name in protocol.every_message):
        yield "every email", "always"
    for topic in protocol.topics.values():
        if statement in topic.statements:
            yield f"patient's page and welcome email: {topic.heading}", "always"


def channels(protocol: Protocol, message: Message, names: list[str], statement: str) -> str:
    lines = {name: protocol.lines[name] for name in names}
    by_sms = [name for name, line in lines.items() if line.sms and statement in line.statements]
    if not by_sms:
        return "email"
    return "text (if room) and email" if set(by_sms) <= set(message.if_room) else "text and email"


def when(at: At) -> str:
    if at.enrolment:
        return "on enrolment"
    if at.each_day_of:
        days = " or ".join(at.each_day_of)
        free = ", if nothing else is sent" if at.free_days else ""
        return f"each day of {days} from day {at.from_day}, {at.time}{free}"
    if at.last_day_of:
        return f"last day of {at.last_day_of}, {at.time}"
    return f"end of {at.end_of}, {at.time}" if at.end_of else f"day {at.day}, {at.time}"


if __name__ == "__main__":
    main()
