"""The texts of a reminder, rendered for the moment at which a worker claims it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from scheduler.domain.gsm7 import segments
from scheduler.domain.localtime import short_date
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import Contact, Values, fill, values_of
from scheduler.domain.protocol import Line
from scheduler.domain.wording import (
    Content,
    Part,
    Said,
    brief_lines,
    in_words,
    is_brief,
    lines_of,
    notice_of,
    told_by,
    with_legs,
)

__all__ = [
    "Contact", "Content", "Email", "Part", "Sms", "Text",
    "render", "render_email", "render_sms", "render_together",
]  # fmt: skip

#: the day in a date, where it has one digit
ONE_DIGIT = re.compile(r" (\d) ")


@dataclass(frozen=True, slots=True)
class Sms:
    """`told` has the ends that it names: a phase -> its date, or its hour on the wall clock, in ISO 8601.

    What is carried for the other leg has the number of its treatment before the phase: 17:phase.
    """

    text: str
    segments: int
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Email:
    """`emergency` is the one of its paragraphs that says what to do in an emergency; `told` as in an SMS."""

    subject: str
    paragraphs: tuple[str, ...]
    emergency: str
    told: Mapping[str, str]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Text:
    """One reminder in words, both ways, and the statements of the source that it rests on."""

    as_sms: Sms
    as_email: Email
    statements: tuple[str, ...]

    @property
    def sms(self) -> str:
        return self.as_sms.text

    @property
    def segments(self) -> int:
        return self.as_sms.segments

    @property
    def subject(self) -> str:
        return self.as_email.subject

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return self.as_email.paragraphs

    @property
    def email(self) -> str:
        return self.as_email.text


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a text is made of: the parts, with the lines of each that hold and what fills them."""

    parts: Sequence[Part]
    lines: Sequence[Mapping[str, Line]]
    values: Sequence[Values]
    #: it says no more than that there is one
    brief: bool = False

    def said(self, channel: str) -> list[Said]:
        return in_words(self.parts, self.lines, self.values, channel)


def render(course: Course, content: Content, contact: Contact, link: str, at: datetime) -> Text:
    """A reminder's text for the moment `at` (UTC), with the link to the patient's page; empty: without one.

    A line whose condition does not hold at that moment drops out; the emergency fragment never does. Where
    little is to be told it says only that there is a reminder, and where.
    """
    return render_together([Part(course, content)], contact, link, at)


def render_together(parts: Sequence[Part], contact: Contact, link: str, at: datetime) -> Text:
    """The text of the first part, with the lines of the others that it carries; each thing is said once."""
    draft = _draft(parts, contact, link, at)
    return Text(_sms(draft), _email(draft, contact), _statements(draft))


def render_sms(parts: Sequence[Part], contact: Contact, link: str, at: datetime) -> Sms:
    """The same as an SMS alone."""
    return _sms(_draft(parts, contact, link, at))


def sms_of(part: Part, lines: Mapping[str, Line], contact: Contact, link: str) -> Sms:
    """The same of a treatment alone, where it is known which lines hold."""
    values = values_of(part.course, contact, link, short_date(part.content.due_date))
    return _sms(_Draft([part], [lines], [values]))


def render_email(parts: Sequence[Part], contact: Contact, link: str, at: datetime) -> Email:
    """The same as an email alone."""
    return _email(_draft(parts, contact, link, at), contact)


def ends_in_sms(
    parts: Sequence[Part], contact: Contact, link: str, at: datetime
) -> tuple[int, frozenset[tuple[str, str]]]:
    """The segments of the SMS, and its lines that name an end: each with the leg that it is about.

    Measured as if every date had two digits: what fits once fits on every other date. And as if everything
    were said: a plan does not change with how much its texts tell.
    """
    _, size, said = _fitting(_whole_draft(parts, contact, link, at, _widest))
    return size, frozenset((one.leg, one.words) for one in said if one.told)


@lru_cache(maxsize=4096)
def _widest(day: date) -> str:
    return ONE_DIGIT.sub(r" 0\1 ", short_date(day))


def _draft(parts: Sequence[Part], contact: Contact, link: str, at: datetime) -> _Draft:
    """All that is said; less, where that is wanted for one of the treatments."""
    if not any(is_brief(part.course.treatment, contact) for part in parts):
        return _whole_draft(parts, contact, link, at)
    lines = brief_lines(parts, at, contact.answers(link), linked=bool(link))
    return _Draft(parts, lines, [values_of(part.course, contact, link) for part in parts], brief=True)


def _whole_draft(
    parts: Sequence[Part],
    contact: Contact,
    link: str,
    at: datetime,
    dates: Callable[[date], str] = short_date,
) -> _Draft:
    lines = [lines_of(part, at, contact.answers(link)) for part in parts]
    values = [values_of(p.course, contact, link, dates(p.content.due_date), dates=dates) for p in parts]
    return _Draft(parts, lines, values)


def _sms(draft: _Draft) -> Sms:
    text, size, said = _fitting(draft)
    return Sms(text, size, told_by(draft.parts, said))


def _fitting(draft: _Draft) -> tuple[str, int, Sequence[Said]]:
    """The clinic, what fits, the emergency fragment and the link; its segments; and which lines these are."""
    host, values = draft.parts[0], draft.values[0]
    protocol = host.course.protocol
    opening = f"{values['clinic']}:"
    closing = [fill(protocol.emergency.sms, values), *([values["link"]] if "link" in values else [])]
    room, said = protocol.messages[host.content.message].segments, draft.said("sms")
    spare = [place for place in _spare(draft.parts) if place in {(one.part, one.name) for one in said}]
    while True:
        text = " ".join([opening, *with_legs(said), *closing])
        size = segments(text)
        if size <= room or not spare:
            return text, size, said
        dropped = spare.pop()
        said = [one for one in said if (one.part, one.name) != dropped]


def _spare(parts: Sequence[Part]) -> list[tuple[int, str]]:
    """Which lines leave an SMS that has no room for them; the last first."""
    return [
        (number, name)
        for number, part in enumerate(parts)
        for message in (part.content.message, *part.content.folds)
        for name in part.course.protocol.messages[message].if_room
    ]


def _email(draft: _Draft, contact: Contact) -> Email:
    host, values, said = draft.parts[0], draft.values[0], draft.said("email")
    protocol, message = host.course.protocol, host.course.protocol.messages[host.content.message]
    emergency = fill(protocol.emergency.email, values)
    subject = notice_of(host).subject if draft.brief else message.subject
    care = with_legs(one for one in said if one.first)
    others = with_legs(one for one in said if not one.first)
    paragraphs = [*care, emergency, *others]
    if message.kind in ("welcome", "catch-up") and not draft.brief:
        paragraphs += [f"{topic.heading}: {topic.text}" for topic in protocol.topics.values()]
    return Email(
        subject=f"{contact.name}: {fill(subject, values)}",
        paragraphs=tuple(paragraphs),
        emergency=emergency,
        told=told_by(draft.parts, said),
    )


def _statements(draft: _Draft) -> tuple[str, ...]:
    lines = (line for named in draft.lines for line in named.values())
    said = [statement for line in lines for statement in line.all_statements]
    return tuple(sorted({*said, *draft.parts[0].course.protocol.emergency.statements}))
