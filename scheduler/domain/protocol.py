"""A care protocol as data: phases, lines and messages, each with the statements of the source it rests on.

Everything here is read from one YAML file (see `schedules/README.md`); nothing knows a treatment.
"""

import re
from collections.abc import Mapping
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from scheduler.domain.length import Length, LengthField
from scheduler.domain.sentences import gettext as _


def _parse_clock(text: Any) -> time:
    if isinstance(text, str) and re.fullmatch(r"\d\d:\d\d", text):
        return time.fromisoformat(text)
    raise ValueError(f'{text!r} is not a time of day; write it in quotes: "09:00"')


Clock = Annotated[time, BeforeValidator(_parse_clock), PlainSerializer(lambda clock: clock.strftime("%H:%M"))]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=28)]
StatementId = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2,3}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Days = Annotated[int, Field(ge=0, le=366)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(lambda ids: (ids,) if isinstance(ids, str) else ids)]
Statements = Annotated[tuple[StatementId, ...], Field(min_length=1)]
#: the kinds of the messages that say what holds at the beginning of a plan, or when it is made anew
OPENERS = ("welcome", "catch-up", "correction")


class Part(BaseModel):
    """What all parts of a protocol have in common: frozen, and no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Statement(Part):
    """One sentence of the source, in our own words."""

    says: Sentence
    heading: bool = False


class Question(Part):
    """What is asked at enrolment: the options by their value, each with its label."""

    label: Sentence
    options: dict[Id, Sentence] = Field(min_length=1)


class Value(Part):
    """A length that a clinic may change; `by` names a question whose answer chooses among `lengths`.

    Without a length and with `set_by_clinic` it has no default: the clinic gives a length, or says that
    patients are told in person, or leaves the item out.
    """

    label: Sentence
    length: LengthField | None = None
    by: Id | None = None
    lengths: dict[Id, LengthField] = {}
    set_by_clinic: bool = False
    mode: Literal["length", "in-person", "omit"] | None = None
    statements: Statements

    def of(self, answers: Mapping[str, str]) -> Length | None:
        """The length for these answers; None where none is given."""
        return self.lengths[answers[self.by]] if self.by else self.length


class SendingHours(Part):
    """The wall-clock span within which reminders may leave; `until` is exclusive."""

    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="until")


class Ends(Part):
    """When a phase ends: so much elapsed time after its start, or with the local day so long after Day 0."""

    after: Id | None = None
    with_day: tuple[Id, ...] = ()


class Phase(Part):
    """A rule that holds over an interval: from T0 or `starts_after` another, without end unless `ends`."""

    kind: Literal["do", "avoid", "permit", "watch"]
    scope: Literal["site", "body"]
    label: Sentence
    starts_after: Id | None = None
    ends: Ends | None = None
    at_least: bool = False
    page: Sentence
    statements: Statements


class Condition(Part):
    """When a line is said, or a message planned: all that is given must hold at that moment."""

    during: Ids = ()
    not_during: Ids = ()
    over: Id | None = None
    last_day: Id | None = None
    not_last_day: Id | None = None
    same_end: tuple[Id, Id] | None = None
    different_end: tuple[Id, Id] | None = None
    day: int | None = None
    last_message: Literal[True] | None = None
    replies: bool | None = None
    answers: dict[Id, Id] = {}
    modes: dict[Id, Literal["length", "in-person", "omit"]] = {}

    @cached_property
    def asks(self) -> tuple[tuple[str, Any], ...]:
        """What it asks for, by name; what is set to nothing asks for nothing."""
        given = ((name, getattr(self, name)) for name in self.model_fields_set)
        return tuple((name, value) for name, value in given if value is not None)


class Line(Part):
    """A sentence or two of a message. Without an `email` text the email says the SMS's; an empty one: none.

    A `service` line says nothing of care, and so rests on no statement: how to stop, where the page is.
    """

    sms: Sentence | None = None
    email: Sentence | Literal[""] | None = None
    when: Condition = Condition()
    service: bool = False
    statements: tuple[StatementId, ...] = ()
    #: statements that only the email says, for want of room in an SMS
    email_adds: tuple[StatementId, ...] = ()

    @property
    def all_statements(self) -> tuple[str, ...]:
        return (*self.statements, *self.email_adds)


class At(Part):
    """When a message is due: on enrolment, or at a named time on a day.

    The day is a number, the last day of a phase, the day on which a phase of hours ends (then never before
    that instant, and on the next day if it lies past sending hours), or each day of some phases
    (with `free_days`: only where nothing else is sent).
    """

    enrolment: Literal[True] | None = None
    day: Days | None = None
    last_day_of: Id | None = None
    end_of: Id | None = None
    each_day_of: tuple[Id, ...] = ()
    from_day: Days = 1
    free_days: bool = False
    time: Id | None = None
    next_day_time: Id | None = None
    next_day_plus: LengthField | None = None


class SendBy(Part):
    """Until when it may leave: so long after T0 or after it was due, or until a day's sending hours close."""

    after_treatment: LengthField | None = None
    after_due: LengthField | None = None
    days_later: Days = 0


class Fold(Part):
    """When its lines go into another message: into the welcome if that leaves less than `within` before, or
    into whatever else is sent on its day. `without` names the lines that the other says in its own way."""

    into: Literal["welcome", "same-day"]
    without: tuple[Id, ...] = ()
    within: LengthField | None = None


class Message(Part):
    """A list of lines with a timing. Those in `if_room` leave an SMS that would pass its segments, the last
    first; an email and the patient's page say them always."""

    kind: Literal["welcome", "daily", "phase-end", "critical", "catch-up", "correction"]
    label: Sentence
    subject: Subject
    at: At
    send_by: SendBy
    when: Condition = Condition()
    fold: Fold | None = None
    segments: int = Field(default=2, ge=1, le=3)
    lines: tuple[Id, ...] = Field(min_length=1)
    if_room: tuple[Id, ...] = ()

    @property
    def critical(self) -> bool:
        return self.kind == "critical"


class Emergency(Part):
    """The fragment that no message is without; `page` is the short form that stays on a patient's screen."""

    sms: Sentence
    page: Sentence
    email: Sentence
    statements: Statements


class Notice(Part):
    """A text that says no more than that there is one; where there is no link to a page it asks to call."""

    subject: Subject
    sms: Sentence
    email: Sentence
    sms_without_link: Sentence
    email_without_link: Sentence

    @cached_property
    def linked(self) -> Line:
        return Line(sms=self.sms, email=self.email)

    @cached_property
    def unlinked(self) -> Line:
        return Line(sms=self.sms_without_link, email=self.email_without_link)


class Minimal(Part):
    """What texts say instead where the clinic or the patient wants them to tell nothing of the treatment.

    `important` stands for the critical ones. Editions that were published without these words say them too.
    """

    reminder: Notice = Notice(
        subject="A reminder for you",
        sms="You have a reminder: see the link.",
        email="There is a reminder for you on your own page: {link}",
        sms_without_link="You have a reminder: please call {phone}.",
        email_without_link="There is a reminder for you: please call {phone}.",
    )
    important: Notice = Notice(
        subject="Important: a reminder for you",
        sms="IMPORTANT. Please read your reminder now: see the link.",
        email="IMPORTANT. Please read the reminder on your own page now: {link}",
        sms_without_link="IMPORTANT. We have something to tell you: please call {phone} now.",
        email_without_link="IMPORTANT. We have something to tell you: please call {phone} now.",
    )


class Topic(Part):
    """Something worth knowing, said on the patient's page and at the end of the welcome email."""

    heading: Sentence
    text: Sentence
    statements: Statements


class Protocol(Part):
    """The care protocol of one treatment. `with_settings` (clinic_values.py) gives a clinic's own."""

    id: Id
    title: Sentence
    source: Sentence
    statements: dict[StatementId, Statement]
    questions: dict[Id, Question] = {}
    values: dict[Id, Value] = {}
    times: dict[Id, Clock]
    sending_hours: SendingHours
    phases: dict[Id, Phase]
    lines: dict[Id, Line]
    emergency: Emergency
    minimal: Minimal = Minimal()
    every_message: tuple[Id, ...] = ()
    messages: dict[Id, Message]
    topics: dict[Id, Topic] = {}

    def check_answers(self, answers: Mapping[str, str]) -> dict[str, str]:
        """A sentence for every question that is not answered with one of its options, by its name."""
        faults = {
            name: _("Choose one of: %(options)s.") % {"options": ", ".join(question.options)}
            for name, question in self.questions.items()
            if answers.get(name) not in question.options
        }
        unknown = {name: _("There is no such question.") for name in answers if name not in self.questions}
        return faults | unknown

    def missing_settings(self) -> tuple[str, ...]:
        """The values that only the clinic can give and has not given."""
        return tuple(
            name for name, value in self.values.items() if value.set_by_clinic and value.mode is None
        )

    # A copy with other settings keeps what is worked out here: none of them touches the kind of a message.
    @cached_property
    def welcome(self) -> str:
        return next(key for key, message in self.messages.items() if message.kind == "welcome")

    @cached_property
    def catch_up(self) -> str:
        return next(key for key, message in self.messages.items() if message.kind == "catch-up")

    @cached_property
    def correction(self) -> str:
        """What is said when dates change that were told; a protocol without it says what holds now."""
        kinds = {message.kind: key for key, message in self.messages.items()}
        return kinds.get("correction", self.catch_up)

    @cached_property
    def openers(self) -> frozenset[str]:
        """The ids of the messages of those kinds."""
        return frozenset(key for key, message in self.messages.items() if message.kind in OPENERS)
