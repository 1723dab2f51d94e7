"""What patients would get under a draft: a sample for some answers and a time, in words and cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from scheduler.domain import localtime
from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.samples import LONGEST_CONTACT, Sample, SampleText, all_answers, samples
from scheduler.domain.gsm7 import PART, SINGLE, UCS2_PART, UCS2_SINGLE, foreign_characters, septets
from scheduler.domain.phases import Phase
from scheduler.domain.protocol import Protocol
from scheduler.editions import Checked, file_of, protocol_of
from scheduler.enrolment.contact import EXAMPLE_LINK_END, contact_of, link_to
from scheduler.models import Clinic
from scheduler.web.words import until

ANSWERS, DAY, CLOCK = "sample", "treated-on", "treated-at"


@dataclass(frozen=True)
class Shown:
    """One text: what it costs, and whether the current edition's patients get it otherwise."""

    one: SampleText
    #: of so many characters that its segments may have
    size: int
    room: int
    #: outside the alphabet of texts: they more than double the cost
    costly: tuple[str, ...]
    #: "new", "changed" or nothing
    news: str

    @property
    def over(self) -> int:
        return max(0, self.size - self.room)

    @property
    def left(self) -> int:
        return max(0, self.room - self.size)


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Preview:
    """`gone`: what the current edition's patients get and these do not."""

    treated_on: str
    treated_at: str
    choices: tuple[Choice, ...]
    fault: str = ""
    texts: tuple[Shown, ...] = ()
    gone: tuple[str, ...] = ()
    holds: tuple[tuple[Phase, str], ...] = ()

    @property
    def different(self) -> list[Shown]:
        return [one for one in self.texts if one.news]

    @property
    def same(self) -> list[Shown]:
        return [one for one in self.texts if not one.news]


def look(checked: Checked, data: Mapping[str, str], now: datetime) -> Preview:
    """The sample that is asked for: without a word of its own the first answers, treated just now."""
    zone = checked.draft.clinic.timezone
    wall = localtime.to_wall(zone, now)
    day, clock = data.get(DAY) or f"{wall:%Y-%m-%d}", data.get(CLOCK) or f"{wall:%H:%M}"
    answers = list(all_answers(checked.protocol))
    wanted = next((one for one in answers if _value(one) == data.get(ANSWERS)), answers[0])
    choices = tuple(Choice(_value(one), _answers(checked.protocol, one), one == wanted) for one in answers)
    treated = _treated(zone, day, clock)
    if treated is None:
        return Preview(day, clock, choices, _("Give a date and a time: 20/11/2026 and 15:00, for example."))
    after = _sample(sayable(checked), checked.draft.clinic, treated, wanted)
    base = checked.draft.base
    before = _sample(protocol_of(base), checked.draft.clinic, treated, wanted) if base else None
    texts = tuple(_shown(after, before))
    kept = {one.reminder.key for one in after.texts}
    gone = [one.reminder.label for one in before.texts if one.reminder.key not in kept] if before else []
    phases = after.timeline.course.phases.values()
    holds = tuple((phase, until(phase, zone)) for phase in phases)
    return Preview(day, clock, choices, "", texts, tuple(gone), holds)


def sayable(checked: Checked) -> Protocol:
    """The draft's protocol without what could not be put into words."""
    broken = {one.name for one in checked.faults if one.name.endswith(".subject")}
    settings = {name: text for name, text in checked.draft.settings.items() if name not in broken}
    return apply(file_of(checked.draft), settings)[0]


def _treated(zone: str, day: str, clock: str) -> datetime | None:
    try:
        found = date.fromisoformat(day)
        at = time.fromisoformat(clock)
    except ValueError:
        return None
    return localtime.at(zone, found, at) if 2000 <= found.year < 2100 and at.tzinfo is None else None


def _value(answers: Mapping[str, str]) -> str:
    return ",".join(f"{name}={option}" for name, option in answers.items())


def _answers(protocol: Protocol, answers: Mapping[str, str]) -> str:
    return ", ".join(protocol.questions[name].options[option] for name, option in answers.items())


def _sample(protocol: Protocol, clinic: Clinic, treated: datetime, answers: Mapping[str, str]) -> Sample:
    """As the clinic's patients would get it; its number and address are made up until it has its own."""
    own = contact_of(clinic)
    contact = own if own.urgent_phone and own.reply_to else LONGEST_CONTACT
    found = samples(protocol, contact, link_to(EXAMPLE_LINK_END), zone=clinic.timezone, treated_at=treated)
    return next((one for one in found if one.answers == answers), found[0])


def _shown(after: Sample, before: Sample | None) -> Iterator[Shown]:
    known = {one.reminder.key: one for one in before.texts} if before else {}
    for one in after.texts:
        costly = tuple(foreign_characters(one.text.sms))
        single, part = (UCS2_SINGLE, UCS2_PART) if costly else (SINGLE, PART)
        size = septets(one.text.sms) or len(one.text.sms.encode("utf-16-be")) // 2
        was = known.get(one.reminder.key)
        news = "" if before is None or (was and _same(was, one)) else "changed" if was else "new"
        yield Shown(one, size, single if one.most == 1 else part * one.most, costly, news)


def _same(one: SampleText, other: SampleText) -> bool:
    said = (
        (each.text.sms, each.text.subject, each.text.email, each.reminder.due_at, each.reminder.send_by)
        for each in (one, other)
    )
    return next(said) == next(said)
