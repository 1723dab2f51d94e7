"""The texts of a reminder, rendered for the moment at which a worker claims it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from scheduler.domain.conditions import Moment, holds
from scheduler.domain.gsm7 import segments
from scheduler.domain.localtime import short_date
from scheduler.domain.overlap import legs_meet
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import Contact, Unfillable, fill, names_in, told_end, values_of
from scheduler.domain.protocol import Line, Protocol

__all__ = ["Contact", "Content", "Part", "Text", "render", "render_together"]

#: the day in a date, where it has one digit
ONE_DIGIT = re.compile(r" (\d) ")


class Content(NamedTuple):
    """What a reminder says: a message, those folded into it, if it is the plan's last, the date it is due."""

    message: str
    folds: tuple[str, ...]
    last: bool
    due_date: date


@dataclass(frozen=True, slots=True)
class Part:
    """What one treatment says in a text: the course as it stands at that moment beside the patient's others.

    `leg` is said before what concerns the leg, where the patient's other leg is in treatment as well.
    """

    course: Course
    content: Content
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One reminder in words: as an SMS with its segments, and as an email in paragraphs.

    `emergency` is the one of them that says what to do in an emergency. `sms_told` and `email_told` have the
    ends that are named: a phase -> its date, or its hour on the wall clock, in ISO 8601. What is carried for
    the other leg has the number of its treatment before the phase: 17:phase.
    """

    sms: str
    segments: int
    subject: str
    paragraphs: tuple[str, ...]
    emergency: str
    statements: tuple[str, ...]
    sms_told: Mapping[str, str]
    email_told: Mapping[str, str]

    @property
    def email(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class _Said:
    """A line in words. `part` is the number of the treatment that says it, `name` the line's own."""

    part: int
    name: str
    words: str
    told: Mapping[str, str]
    leg: str


def render(course: Course, content: Content, contact: Contact, link: str, at: datetime) -> Text:
    """A reminder's text for the moment `at` (UTC), with the link to the patient's page.

    A line whose condition does not hold at that moment drops out; the emergency fragment never does.
    """
    return render_together([Part(course, content)], contact, link, at)


def render_together(parts: Sequence[Part], contact: Contact, link: str, at: datetime) -> Text:
    """The text of the first part, with the lines of the others that it carries; each thing is said once."""
    host = parts[0]
    protocol, message = host.course.protocol, host.course.protocol.messages[host.content.message]
    lines = [_lines(part, at, contact.replies) for part in parts]
    values = [values_of(p.course, contact, link, short_date(p.content.due_date)) for p in parts]
    text, sms_left = _sms(parts, lines, values)
    email = _said(parts, lines, values, "email")
    care = [said for said in email if _comes_first(parts[said.part], said.name)]
    others = [said for said in email if said not in care]
    emergency = fill(protocol.emergency.email, values[0])
    paragraphs = [*_with_legs(care), emergency, *_with_legs(others)]
    if message.kind in ("welcome", "catch-up"):
        paragraphs += [f"{topic.heading}: {topic.text}" for topic in protocol.topics.values()]
    return Text(
        sms=text,
        segments=segments(text),
        subject=f"{contact.name}: {fill(message.subject, values[0])}",
        paragraphs=tuple(paragraphs),
        emergency=emergency,
        statements=_statements(protocol, (line for named in lines for line in named.values())),
        sms_told=_told(parts, sms_left),
        email_told=_told(parts, email),
    )


def ends_in_sms(
    parts: Sequence[Part], contact: Contact, link: str, at: datetime
) -> tuple[int, frozenset[tuple[str, str]]]:
    """The segments of the SMS, and its lines that name an end: each with the leg that it is about.

    Measured as if every date had two digits: what fits once fits on every other date.
    """
    lines = [_lines(part, at, contact.replies) for part in parts]
    values = [_widest(values_of(p.course, contact, link, short_date(p.content.due_date))) for p in parts]
    text, said = _sms(parts, lines, values)
    return segments(text), frozenset((one.leg, one.words) for one in said if one.told)


def _widest(values: Mapping[str, str]) -> dict[str, str]:
    return {name: ONE_DIGIT.sub(r" 0\1 ", value) for name, value in values.items()}


def _sms(
    parts: Sequence[Part], lines: Sequence[Mapping[str, Line]], values: Sequence[Mapping[str, str]]
) -> tuple[str, Sequence[_Said]]:
    fragment = fill(parts[0].course.protocol.emergency.sms, values[0])
    said = _said(parts, lines, values, "sms")
    return _fitting(said, parts, f"{values[0]['clinic']}:", f"{fragment} {values[0]['link']}")


def _lines(part: Part, at: datetime, replies: bool) -> dict[str, Line]:
    """The lines that hold at that moment, by their names."""
    course, content = part.course, part.content
    day = (content.due_date - course.treatment.day_zero).days
    moment = Moment(at, day, content.last, replies)
    return {
        name: course.protocol.lines[name]
        for name in _names(course.protocol, (content.message, *content.folds))
        if holds(course.protocol.lines[name].when, course, moment)
    }


def _names(protocol: Protocol, messages: Sequence[str]) -> list[str]:
    host, *guests = (protocol.messages[message] for message in messages)
    names = [
        name for guest in guests for name in guest.lines if not guest.fold or name not in guest.fold.without
    ]
    return list(dict.fromkeys([*host.lines, *names, *protocol.every_message]))


def _comes_first(part: Part, name: str) -> bool:
    """Whether an email says it before the emergency fragment: care, and what the message begins with."""
    protocol = part.course.protocol
    if name == protocol.messages[part.content.message].lines[0]:
        return True
    return name not in protocol.every_message and not protocol.lines[name].service


def _said(
    parts: Sequence[Part],
    lines: Sequence[Mapping[str, Line]],
    values: Sequence[Mapping[str, str]],
    channel: str,
) -> list[_Said]:
    """The lines in words; one that speaks of a phase that is absent, or has no end, is not said."""
    said = [
        one
        for number, part in enumerate(parts)
        for name, line in lines[number].items()
        if (one := _in_words(number, part, name, line, values[number], channel))
    ]
    # What concerns a leg stands together, so that the leg is named once; about the service comes last.
    return sorted(said, key=lambda one: (not _comes_first(parts[one.part], one.name), one.leg))


def _in_words(
    number: int, part: Part, name: str, line: Line, values: Mapping[str, str], channel: str
) -> _Said | None:
    text = line.sms if channel == "sms" or line.email is None else line.email
    if not text:
        return None
    phases = part.course.phases
    try:
        words = fill(text, values)
    except Unfillable:
        return None
    named = [name.partition(".") for name in names_in(text)]
    told = {phase: told_end(part.course, phases[phase], kind) for phase, _, kind in named if phase in phases}
    # One date is named for rules that end alike.
    alike = line.when.same_end or ()
    told |= {other: told[name] for name in alike if name in told for other in alike}
    spoken_of = {*line.when.during, line.when.over or "", *(phase for phase, _, _ in named)}
    local = any(phases[name].scope == "site" for name in spoken_of if name in phases)
    return _Said(number, name, words, told, part.leg if local else "")


def _fitting(
    said: Sequence[_Said], parts: Sequence[Part], opening: str, closing: str
) -> tuple[str, Sequence[_Said]]:
    """The clinic, what fits, the emergency fragment and the link; and which lines these are."""
    host = parts[0].course.protocol.messages[parts[0].content.message]
    spare = [place for place in _spare(parts) if place in {(one.part, one.name) for one in said}]
    while True:
        text = " ".join([opening, *_with_legs(said), closing])
        if segments(text) <= host.segments or not spare:
            return text, said
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


def _with_legs(said: Iterable[_Said]) -> Iterator[str]:
    """Each thing once, and each leg named once."""
    before = ""
    for leg, words in dict.fromkeys((one.leg, one.words) for one in said):
        yield f"{leg}: {words}" if leg and leg != before else words
        before = leg


def _told(parts: Sequence[Part], said: Iterable[_Said]) -> dict[str, str]:
    host = parts[0].course
    return {
        _about(host, parts[one.part].course, phase): end for one in said for phase, end in one.told.items()
    }


def _about(host: Course, course: Course, phase: str) -> str:
    """Whose end it is, where two treatments in one text each have their own."""
    if course.phases[phase].scope == "body" or legs_meet(host.treatment.site, course.treatment.site):
        return phase
    return f"{course.treatment.episode}:{phase}"


def _statements(protocol: Protocol, lines: Iterable[Line]) -> tuple[str, ...]:
    said = [statement for line in lines for statement in line.all_statements]
    return tuple(sorted({*said, *protocol.emergency.statements}))
