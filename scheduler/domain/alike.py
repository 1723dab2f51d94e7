"""Texts that many patients have in common, written once.

On one morning hundreds are told the same: their treatments ended minutes apart, and no minute is said. What
a text says of a treatment that stands alone hangs on which of its rules hold, on which dates they end, and,
where it names an hour, on that. Treatments that are alike in all of this share their text; only the link to
the patient's own page is put in for each.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.gsm7 import BASIC
from scheduler.domain.message import Contact, Content, Part, Sms, render_sms
from scheduler.domain.pattern import MODEL_DAY, Pattern, Same, course_of, moved_from
from scheduler.domain.phases import Phase, Treatment
from scheduler.domain.placeholders import names_in
from scheduler.domain.protocol import Protocol

#: in place of each character of the link: of one septet, as each of a link is, and in no text
STAND_IN = "\r"
BEFORE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Key:
    """Whatever the words hang on; what is not compared is one treatment and moment to write them for."""

    stand: object
    day_zero: date
    today: date
    content: Content
    contact: Contact
    link: int
    protocol: Protocol = field(compare=False)
    treatment: Treatment = field(compare=False)
    at: datetime = field(compare=False)


def sms_alone(
    protocol: Protocol, treatment: Treatment, content: Content, contact: Contact, link: str, at: datetime
) -> Sms:
    """The same as `render_sms` for a treatment beside which no other runs, at the moment `at` (UTC)."""
    moved = moved_from(protocol, treatment)
    if moved is None or not BASIC.issuperset(link):
        return render_sms([Part(course_of(protocol, treatment), content)], contact, link, at)
    pattern, by, days = moved
    day_zero, today = MODEL_DAY + days, localtime.local_date(treatment.timezone, at)
    turns = bisect_right(_turns(pattern), at - by)
    key = _Key(
        _stand(pattern, turns, (content.message, *content.folds)), day_zero, today, content, contact,
        len(link), protocol, treatment, at,
    )  # fmt: skip
    shared = _written(key)
    return Sms(shared.text.replace(STAND_IN * len(link), link), shared.segments, shared.told)


@lru_cache(maxsize=4096)
def _written(key: _Key) -> Sms:
    part = Part(course_of(key.protocol, key.treatment), key.content)
    return render_sms([part], key.contact, STAND_IN * key.link, key.at)


@lru_cache(maxsize=4096)
def _turns(pattern: Pattern) -> list[datetime]:
    """The moments of the model day and after it at which a rule begins or ends."""
    phases = pattern.course.phases.values()
    return sorted({at for p in phases for at in (p.starts_at, p.ends_at) if at})


@lru_cache(maxsize=16384)
def _stand(pattern: Pattern, turns: int, messages: tuple[str, ...]) -> object:
    """How its rules stand after so many of the turns: the same for all that are alike."""
    course = pattern.course
    same, answers = Same(course.protocol), tuple(course.treatment.answers.items())
    hours = _hours_named(same, messages)
    moment = _turns(pattern)[turns - 1] if turns else BEFORE
    return _known((same, answers, *(_rule(one, moment, one.id in hours) for one in course.phases.values())))


@lru_cache(maxsize=16384)
def _known(stand: tuple[object, ...]) -> object:
    """One object for all that are equal: it is compared and hashed at once, and they are not."""
    return object()


def _rule(phase: Phase, moment: datetime, with_hour: bool) -> tuple[object, ...]:
    ends = phase.ends_at if with_hour else phase.ends_at is not None
    return phase.id, phase.holds(moment), phase.is_over(moment), phase.last_date, ends


@lru_cache(maxsize=1024)
def _hours_named(same: Same, messages: Sequence[str]) -> frozenset[str]:
    """The rules of which a text of these messages may name the hour."""
    protocol = same.protocol
    lines = [*protocol.every_message, *(name for key in messages for name in protocol.messages[key].lines)]
    texts = [protocol.emergency.sms, *(protocol.lines[name].sms or "" for name in lines)]
    named = [name.partition(".") for text in texts for name in names_in(text)]
    return frozenset(phase for phase, _, kind in named if kind in ("time", "end"))
