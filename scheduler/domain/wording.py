"""The lines of a text in words: which hold at a moment, what they say, and the ends that they name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from scheduler.domain.conditions import Moment, holds
from scheduler.domain.overlap import legs_meet
from scheduler.domain.phases import Course, Treatment
from scheduler.domain.placeholders import NEUTRAL, Contact, Unfillable, fill, names_in, told_end
from scheduler.domain.protocol import Line, Notice, Protocol

MINIMAL = "minimal"
#: stands for the line of a text that says only that there is one; no line of a protocol has this name
NOTICE = ""
#: what a condition can ask for that has nothing to do with the treatment
OF_THE_SERVICE = frozenset({"replies", "last_message"})


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


class Said(NamedTuple):
    """A line in words. `part` is the number of the treatment that says it, `name` the line's own.

    `first`: an email says it before the emergency fragment. `told` has the ends that it names, by phase.
    """

    part: int
    name: str
    first: bool
    words: str
    told: Mapping[str, str]
    leg: str


def lines_of(part: Part, at: datetime, replies: bool | None) -> dict[str, Line]:
    """The lines that hold at that moment, by their names."""
    course, content = part.course, part.content
    day = (content.due_date - course.treatment.day_zero).days
    moment, lines = Moment(at, day, content.last, replies), course.protocol.lines
    names = _names(course.protocol, (content.message, *content.folds))
    return {name: lines[name] for name in names if holds(lines[name].when, course, moment)}


def is_brief(treatment: Treatment, contact: Contact) -> bool:
    """Whether its texts tell nothing of it: as the treatment has it, else as the clinic has it."""
    return (treatment.detail or contact.detail) == MINIMAL


def brief_lines(
    parts: Sequence[Part], at: datetime, replies: bool | None, *, linked: bool
) -> list[dict[str, Line]]:
    """The same where a text says no more than that there is one; only its first treatment speaks.

    What is of the service alone is said still: how to stop, and that it is the last.
    """
    host = parts[0]
    notice = notice_of(host)
    said = {name: line for name, line in lines_of(host, at, replies).items() if is_of_the_service(line)}
    return [{NOTICE: notice.linked if linked else notice.unlinked, **said}, *({} for _ in parts[1:])]


def notice_of(host: Part) -> Notice:
    protocol = host.course.protocol
    critical = protocol.messages[host.content.message].critical
    return protocol.minimal.important if critical else protocol.minimal.reminder


def is_of_the_service(line: Line) -> bool:
    """Whether it hangs on nothing but the service, and names nothing else."""
    asked = {name for name, _ in line.when.asks}
    named = {name for text in (line.sms, line.email) for name in names_in(text or "")}
    return line.service and bool(asked) and asked <= OF_THE_SERVICE and named <= NEUTRAL


def _names(protocol: Protocol, messages: Sequence[str]) -> list[str]:
    host, *guests = (protocol.messages[message] for message in messages)
    names = [
        name for guest in guests for name in guest.lines if not guest.fold or name not in guest.fold.without
    ]
    return list(dict.fromkeys([*host.lines, *names, *protocol.every_message]))


def in_words(
    parts: Sequence[Part],
    lines: Sequence[Mapping[str, Line]],
    values: Sequence[Mapping[str, str]],
    channel: str,
) -> list[Said]:
    """The lines in words; one that speaks of a phase that is absent, or has no end, is not said."""
    said = [
        one
        for number, part in enumerate(parts)
        for name, line in lines[number].items()
        if (one := _in_words(number, part, name, line, values[number], channel))
    ]
    # What concerns a leg stands together, so that the leg is named once; about the service comes last.
    return sorted(said, key=lambda one: (not one.first, one.leg))


def _in_words(
    number: int, part: Part, name: str, line: Line, values: Mapping[str, str], channel: str
) -> Said | None:
    text = line.sms if channel == "sms" or line.email is None else line.email
    if not text:
        return None
    try:
        words = fill(text, values)
    except Unfillable:
        return None
    named = [named.partition(".") for named in names_in(text)]
    ends = [(phase, kind) for phase, _, kind in named if phase in part.course.phases]
    leg = part.leg if part.leg and _is_local(part.course, line, [phase for phase, _ in ends]) else ""
    return Said(number, name, _comes_first(part, name, line), words, _ends(part.course, line, ends), leg)


def _comes_first(part: Part, name: str, line: Line) -> bool:
    """Whether an email says it before the emergency fragment: care, and what the message begins with."""
    protocol = part.course.protocol
    if name == protocol.messages[part.content.message].lines[0]:
        return True
    return not line.service and name not in protocol.every_message


def _is_local(course: Course, line: Line, named: Sequence[str]) -> bool:
    """Whether it speaks of what concerns the leg."""
    spoken_of = {*line.when.during, line.when.over or "", *named}
    return any(course.phases[name].scope == "site" for name in spoken_of if name in course.phases)


def _ends(course: Course, line: Line, named: Sequence[tuple[str, str]]) -> dict[str, str]:
    told = {phase: told_end(course, course.phases[phase], kind) for phase, kind in named}
    # One date is named for rules that end alike.
    alike = line.when.same_end or ()
    return told | {other: told[name] for name in alike if name in told for other in alike}


def with_legs(said: Iterable[Said]) -> Iterator[str]:
    """Each thing once, and each leg named once."""
    before = ""
    for leg, words in dict.fromkeys((one.leg, one.words) for one in said):
        yield f"{leg}: {words}" if leg and leg != before else words
        before = leg


def told_by(parts: Sequence[Part], said: Iterable[Said]) -> dict[str, str]:
    """The ends that are named, each with the phase that it ends."""
    host = parts[0].course
    return {
        _about(host, parts[one.part].course, phase): end for one in said for phase, end in one.told.items()
    }


def _about(host: Course, course: Course, phase: str) -> str:
    """Whose end it is, where two treatments in one text each have their own."""
    if host is course or course.phases[phase].scope == "body":
        return phase
    if legs_meet(host.treatment.site, course.treatment.site):
        return phase
    return f"{course.treatment.episode}:{phase}"
