"""The texts of a reminder, rendered for the moment at which a worker claims it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain import localtime
from scheduler.domain.conditions import Moment, holds
from scheduler.domain.gsm7 import segments
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import Contact, Unfillable, fill, values_of
from scheduler.domain.protocol import Line, Protocol

__all__ = ["Contact", "Content", "Text", "render"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a reminder says: a message, those folded into it, if it is the plan's last, the date it is due."""

    message: str
    folds: tuple[str, ...]
    last: bool
    due_date: date


@dataclass(frozen=True, slots=True)
class Text:
    """One reminder in words: as an SMS with its segments, and as an email in paragraphs.

    `emergency` is the one of them that says what to do in an emergency.
    """

    sms: str
    segments: int
    subject: str
    paragraphs: tuple[str, ...]
    emergency: str
    statements: tuple[str, ...]

    @property
    def email(self) -> str:
        return "\n\n".join(self.paragraphs)


def render(course: Course, content: Content, contact: Contact, link: str, at: datetime) -> Text:
    """A reminder's text for the moment `at` (UTC), with the link to the patient's page.

    A line whose condition does not hold at that moment drops out; the emergency fragment never does.
    """
    protocol = course.protocol
    day = (content.due_date - course.treatment.day_zero).days
    moment = Moment(at, day, content.last, contact.replies)
    values = values_of(course, contact, link, localtime.short_date(content.due_date))
    messages = (content.message, *content.folds)
    lines = {
        name: protocol.lines[name]
        for name in _names(protocol, messages)
        if holds(protocol.lines[name].when, course, moment)
    }
    sms = _sms(protocol, messages, lines, values)
    care = [line for name, line in lines.items() if name not in protocol.every_message and not line.service]
    others = [line for line in lines.values() if line not in care]
    emergency = fill(protocol.emergency.email, values)
    paragraphs = [*_said(care, "email", values), emergency, *_said(others, "email", values)]
    if protocol.messages[content.message].kind in ("welcome", "catch-up"):
        paragraphs += [f"{topic.heading}: {topic.text}" for topic in protocol.topics.values()]
    return Text(
        sms=sms,
        segments=segments(sms),
        subject=f"{contact.name}: {fill(protocol.messages[content.message].subject, values)}",
        paragraphs=tuple(paragraphs),
        emergency=emergency,
        statements=_statements(protocol, lines.values()),
    )


def _names(protocol: Protocol, messages: Sequence[str]) -> list[str]:
    host, *guests = (protocol.messages[message] for message in messages)
    names = [
        name for guest in guests for name in guest.lines if not guest.fold or name not in guest.fold.without
    ]
    return list(dict.fromkeys([*host.lines, *names, *protocol.every_message]))


def _sms(
    protocol: Protocol, messages: Sequence[str], lines: Mapping[str, Line], values: Mapping[str, str]
) -> str:
    """The clinic, what fits, the emergency fragment and the link."""
    most = protocol.messages[messages[0]].segments
    spare = [name for message in messages for name in protocol.messages[message].if_room if name in lines]
    fragment = fill(protocol.emergency.sms, values)
    while True:
        said = _said(lines.values(), "sms", values)
        text = " ".join([f"{values['clinic']}:", *said, fragment, values["link"]])
        if segments(text) <= most or not spare:
            return text
        dropped = spare.pop()
        lines = {name: line for name, line in lines.items() if name != dropped}


def _said(lines: Collection[Line], channel: str, values: Mapping[str, str]) -> Iterator[str]:
    """The lines' words; one that speaks of a phase the clinic leaves out, or that has no end, is not said."""
    for line in lines:
        text = line.sms if channel == "sms" or line.email is None else line.email
        try:
            if text:
                yield fill(text, values)
        except Unfillable:
            continue


def _statements(protocol: Protocol, lines: Collection[Line]) -> tuple[str, ...]:
    said = [statement for line in lines for statement in line.all_statements]
    return tuple(sorted({*said, *protocol.emergency.statements}))
