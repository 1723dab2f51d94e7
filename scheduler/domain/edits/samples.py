"""What a patient would get under a protocol: one sample timeline for every combination of answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product

from scheduler.domain import localtime
from scheduler.domain.message import Contact, Content, Text, render
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import PlannedReminder, Timeline, Treatment, timeline_of

#: as long as a clinic's own may be: a name of 20 characters, a telephone number of 16, a link of 40
LONGEST_CONTACT = Contact(
    "Twenty letters clini", "+441632960123456", "care@example.com", "https://example.com", "999"
)
LONGEST_LINK = "https://aftercare.example.com/p/23456789"
#: T0 on the wall clock: dates of two digits, and hours that end in the evening or the night
TREATED_ON, TREATED_AT = date(2026, 9, 16), (time(15), time(18, 30), time(22, 15))
#: enrolled at once, and late enough for a catch-up, before and after the signs of a complication are due
LATE = (timedelta(), timedelta(days=2, hours=18), timedelta(days=8, hours=21))
#: how long after the treatment dates may be corrected
CORRECTED = (timedelta(hours=1), timedelta(days=1), timedelta(days=5))


@dataclass(frozen=True, slots=True)
class SampleText:
    """One reminder in words. `most` is how many segments its message may take."""

    reminder: PlannedReminder
    text: Text
    most: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The timeline for some answers, with every text as it is when it is due."""

    answers: Mapping[str, str]
    timeline: Timeline
    texts: tuple[SampleText, ...]


def all_answers(protocol: Protocol) -> Iterator[dict[str, str]]:
    """Every combination of answers, in the order of the protocol's questions and options."""
    names = list(protocol.questions)
    for options in product(*(protocol.questions[name].options for name in names)):
        yield dict(zip(names, options, strict=True))


def samples(
    protocol: Protocol,
    contact: Contact,
    link: str,
    *,
    zone: str,
    treated_at: datetime,
    enrolled_at: datetime | None = None,
) -> tuple[Sample, ...]:
    """One sample for each combination of answers, enrolled at the desk at T0 unless given. Instants: UTC.

    They say everything, whatever the clinic lets its texts tell: who edits them has to read them.
    """
    enrolled_at, contact = enrolled_at or treated_at, replace(contact, detail="full")
    return tuple(
        _sample(protocol, Treatment(treated_at, zone, answers, enrolled_at, True), contact, link)
        for answers in all_answers(protocol)
    )


def longest_samples(protocol: Protocol, zone: str) -> tuple[Sample, ...]:
    """Samples with every name, number and link at its limit: on time, and late enough for a catch-up."""
    return tuple(
        sample
        for clock, late in product(TREATED_AT, LATE)
        for treated_at in [localtime.at(zone, TREATED_ON, clock)]
        for sample in samples(
            protocol,
            LONGEST_CONTACT,
            LONGEST_LINK,
            zone=zone,
            treated_at=treated_at,
            enrolled_at=treated_at + late,
        )
    )


def corrections(sample: Sample) -> Iterator[tuple[str, Text]]:
    """The correction as it would be at some moments of a sample; none where the protocol has none."""
    course = sample.timeline.course
    for key, message in course.protocol.messages.items():
        for after in CORRECTED if message.kind == "correction" else ():
            at = course.treatment.treated_at + after
            content = Content(key, (), False, localtime.local_date(course.zone, at))
            yield key, render(course, content, LONGEST_CONTACT, LONGEST_LINK, at)


def _sample(protocol: Protocol, treatment: Treatment, contact: Contact, link: str) -> Sample:
    timeline = timeline_of(protocol, treatment)
    texts = tuple(
        SampleText(
            reminder,
            render(timeline.course, reminder.content, contact, link, reminder.due_at),
            protocol.messages[reminder.message].segments,
        )
        for reminder in timeline.reminders
    )
    return Sample(treatment.answers, timeline, texts)
