"""Texts that many patients have in common, written once.

On one morning hundreds are told the same: their treatments ended minutes apart, and few texts name a minute.
What a text says of a treatment that stands alone hangs on which of its rules hold, on which dates they end,
and, where it names an hour, on that. Treatments that are alike in all of this share their text; only the link
to the patient's own page is put in for each.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.gsm7 import BASIC
from scheduler.domain.message import Contact, Content, Part, Sms, render_sms, sms_of
from scheduler.domain.pattern import MODEL_DAY, Pattern, Same, course_of, moved_from
from scheduler.domain.phases import Treatment
from scheduler.domain.placeholders import names_in
from scheduler.domain.protocol import Line, Protocol
from scheduler.domain.wording import brief_lines, is_brief, lines_of

#: in place of each character of the link: of one septet, as each of a link is, and in no text
STAND_IN = "\r"
#: placeholders of a rule that name the hour of its end
WITH_HOUR = ("time", "end")
BEFORE = datetime.min.replace(tzinfo=UTC)


class _Example:
    """One of the treatments that are alike, and the moment. Any would do: it tells no two keys apart."""

    __slots__ = ("at", "protocol", "treatment")

    def __init__(self, protocol: Protocol, treatment: Treatment, at: datetime) -> None:
        self.protocol, self.treatment, self.at = protocol, treatment, at

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Example)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The lines that are said, and the rules of which they name the hour."""

    lines: Mapping[str, Line]
    hours: tuple[str, ...]


def sms_alone(
    protocol: Protocol, treatment: Treatment, content: Content, contact: Contact, link: str, at: datetime
) -> Sms:
    """The same as `render_sms` for a treatment beside which no other runs, at the moment `at` (UTC)."""
    moved = moved_from(protocol, treatment)
    if moved is None or not BASIC.issuperset(link):
        return render_sms([Part(course_of(protocol, treatment), content)], contact, link, at)
    pattern, by, days = moved
    example = _Example(protocol, treatment, at)
    stand, today = _stand_at(pattern, at - by), localtime.local_date(treatment.timezone, at)
    day_zero, replies, linked = MODEL_DAY + days, contact.answers(link), bool(link)
    brief = is_brief(treatment, contact)
    lines = _lines(stand, day_zero, today, content, replies, brief, linked, example)
    ends = tuple([pattern.course.phases[name].ends_at for name in lines.hours])
    shared = _written(lines, ends, contact, len(link), content, example)
    return Sms(shared.text.replace(STAND_IN * len(link), link), shared.segments, shared.told)


@lru_cache(maxsize=4096)
def _lines(
    stand: object,
    day_zero: date,
    today: date,
    content: Content,
    replies: bool | None,
    brief: bool,
    linked: bool,
    example: _Example,
) -> _Lines:
    """Its parameters are all that decides which lines are said: `brief` where they tell nothing of the
    treatment, `linked` where a link leads to the page that does."""
    part = Part(course_of(example.protocol, example.treatment), content)
    if brief:
        (lines,) = brief_lines([part], example.at, replies, linked=linked)
    else:
        lines = lines_of(part, example.at, replies)
    texts = [example.protocol.emergency.sms, *(line.sms or "" for line in lines.values())]
    named = [name.partition(".") for text in texts for name in names_in(text)]
    hours = {rule: None for rule, _, kind in named if kind in WITH_HOUR and rule in part.course.phases}
    return _Lines(lines, tuple(hours))


@lru_cache(maxsize=4096)
def _written(
    lines: _Lines,
    ends: tuple[datetime | None, ...],
    contact: Contact,
    link: int,
    content: Content,
    example: _Example,
) -> Sms:
    """Its parameters are all that decides how the lines read; `ends` are those whose hour they name."""
    part = Part(course_of(example.protocol, example.treatment), content)
    return sms_of(part, lines.lines, contact, STAND_IN * link)


def _stand_at(pattern: Pattern, moment: datetime) -> object:
    """How the rules of a pattern stand at a moment of the model day, or of a day after it."""
    return _stand(pattern, bisect_right(_turns(pattern), moment))


@lru_cache(maxsize=4096)
def _turns(pattern: Pattern) -> list[datetime]:
    """The moments at which a rule begins or ends."""
    phases = pattern.course.phases.values()
    return sorted({at for p in phases for at in (p.starts_at, p.ends_at) if at})


@lru_cache(maxsize=16384)
def _stand(pattern: Pattern, turns: int) -> object:
    """How its rules stand after so many of the turns: the same for all that are alike."""
    course = pattern.course
    moment = _turns(pattern)[turns - 1] if turns else BEFORE
    rules = [(p.id, p.holds(moment), p.is_over(moment), p.last_date) for p in course.phases.values()]
    return _known((Same(course.protocol), tuple(course.treatment.answers.items()), *rules))


@lru_cache(maxsize=16384)
def _known(stand: tuple[object, ...]) -> object:
    """One object for all that are equal: it is compared and hashed at once, and they are not."""
    return object()
