"""The parts of the page of a draft: its fields, its rows, and what is to be said beside them."""

from dataclasses import dataclass

from scheduler.domain.edits.messages import OFF
from scheduler.web.timings.fields import DAYS, UNIT, identity


@dataclass(frozen=True)
class Note:
    """`kind` is error, warning, or now: what somebody else did meanwhile."""

    text: str
    kind: str


@dataclass(frozen=True)
class Why:
    """The reason that is asked for a length below the leaflet's."""

    name: str
    id: str
    text: str


@dataclass(frozen=True)
class Slot:
    """The place beside a field, or beside a message as a whole, where notes appear."""

    name: str
    notes: tuple[Note, ...] = ()
    why: Why | None = None

    @property
    def id(self) -> str:
        return f"note-{identity(self.name)}"

    @property
    def is_wrong(self) -> bool:
        return any(note.kind == "error" for note in self.notes)


@dataclass(frozen=True)
class Field:
    """One setting. `first` and `second` are what its controls show; `said` is its value in words."""

    name: str
    label: str
    first: str
    second: str
    said: str
    #: the protocol's own, in words
    own: str
    is_edited: bool
    slot: Slot

    @property
    def id(self) -> str:
        return identity(self.name)

    @property
    def unit_name(self) -> str:
        return self.name + UNIT

    @property
    def days_name(self) -> str:
        return self.name + DAYS

    @property
    def is_off(self) -> bool:
        return self.first == OFF


@dataclass(frozen=True)
class MessageRow:
    key: str
    label: str
    #: on which day it goes, where a rule says so and no number
    rule: str
    day: Field | None
    time: Field | None
    send_by: Field | None
    last_moment: str
    switch: Field | None
    locked: str
    subject: Field
    slot: Slot
    lines: tuple["LineRow", ...]

    @property
    def is_edited(self) -> bool:
        fields = (self.day, self.time, self.send_by, self.switch, self.subject)
        return any(one.is_edited for one in fields if one)


@dataclass(frozen=True)
class LineRow:
    """`fields` is empty for a line about the service, which is locked. `uses` are labels of messages."""

    key: str
    label: str
    sms: str
    email: str
    fields: tuple[Field, ...]
    uses: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"line-{self.key}"

    @property
    def is_edited(self) -> bool:
        return any(one.is_edited for one in self.fields)

    @property
    def is_wrong(self) -> bool:
        return any(one.slot.is_wrong for one in self.fields)
