"""What stands on the page of a draft: its sections with their fields, and what is to be said beside each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.findings import Finding, below_leaflet
from scheduler.domain.edits.labels import in_words
from scheduler.domain.edits.timing import BELOW, REASON_MISSING
from scheduler.domain.protocol import Line, Message, Protocol
from scheduler.web.timings import protocol_words as told
from scheduler.web.timings.fields import (
    DAYS,
    UNIT,
    WHY,
    Data,
    controls,
    field_names,
    identity,
    is_switch,
    values_of,
)
from scheduler.web.timings.parts import Field, LineRow, MessageRow, Note, Slot, Why

#: settled by carrying a draft over to what holds now
CARRIED_OVER = {"stale-base", "other-file"}
HOURS = ("sending_from", "sending_until")


@dataclass(frozen=True)
class Look:
    """What a page is made of. Fields in `bound` show what was typed, the others what the settings say."""

    file: Protocol
    settings: Mapping[str, str]
    reasons: Mapping[str, str]
    findings: Sequence[Finding] = ()
    data: Data = field(default_factory=dict)
    bound: Collection[str] = ()
    #: beside fields: what could not be read, and what somebody else did meanwhile
    faults: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Mapping[str, str] = field(default_factory=dict)


class Page:
    """The sections of a draft, or of an edition, each worked out when it is asked for."""

    def __init__(self, look: Look) -> None:
        self.look, self.file = look, look.file
        self.protocol = apply(look.file, look.settings)[0]
        self._values, self._own = values_of(self.file, look.settings), values_of(self.file, {})

    @cached_property
    def slots(self) -> dict[str, Slot]:
        names = [*field_names(self.file), *(f"messages.{key}" for key in self.file.messages)]
        notes: dict[str, list[Note]] = {name: [] for name in names}
        for name, sentence in self.look.faults.items():
            notes[name].append(Note(sentence, "error"))
        for name, sentence in self.look.meanwhile.items():
            notes[name].append(Note(sentence, "now"))
        for one in self.look.findings:
            place = self._place(one.name, notes)
            # A reason is asked for, or shown, in a field of its own.
            told_already = one.code in (BELOW, REASON_MISSING) or (
                one.is_fault and one.name in self.look.faults
            )
            if place and not told_already:
                notes[place].append(Note(told.plain(self.file, one), "error" if one.is_fault else "warning"))
        whys = {self._place(name, notes): name for name in below_leaflet(self.file, self.look.settings)}
        return {name: Slot(name, tuple(found), self._why(whys.get(name))) for name, found in notes.items()}

    @property
    def whole(self) -> list[Finding]:
        """What is about the draft as a whole, or about a setting that has no field."""
        return [one for one in self.look.findings if not self._place(one.name, self.slots)]

    @property
    def other(self) -> list[Finding]:
        """The same, but for what carrying the draft over settles."""
        return [one for one in self.whole if one.code not in CARRIED_OVER]

    @property
    def unknown(self) -> list[str]:
        """Settings that the protocol does not have any more: they can only be left out."""
        return [name for name in self.look.settings if not self._place(name, self.slots)]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Every fault that has a field, with where to go for it."""
        slots = self.slots.values()
        return [(self._target(s), note.text) for s in slots for note in s.notes if note.kind == "error"]

    @property
    def unreasoned(self) -> list[tuple[str, str]]:
        """What still wants a reason, with the id of the field for it."""
        whys = ((slot.name, slot.why) for slot in self.slots.values() if slot.why)
        return [(why.id, told.label(self.file, name)) for name, why in whys if not why.text.strip()]

    @property
    def decided(self) -> list[Field]:
        """What only the clinic can say."""
        return [self.field(name) for name, value in self.file.values.items() if value.set_by_clinic]

    @property
    def lengths(self) -> list[Field]:
        values = {name for name, value in self.file.values.items() if not value.set_by_clinic}
        return [self.field(name) for name in field_names(self.file) if name.partition(".")[0] in values]

    @property
    def endless(self) -> list[str]:
        """Rules to which the protocol gives no end."""
        return [phase.label for phase in self.file.phases.values() if phase.ends is None]

    @property
    def times(self) -> list[tuple[Field, int]]:
        """The named times, each with how many messages use it."""
        used = [{m.at.time, m.at.next_day_time} for m in self.protocol.messages.values()]
        return [(self.field(name), sum(name in times for times in used)) for name in self.file.times]

    @property
    def hours(self) -> list[Field]:
        return [self.field(name) for name in HOURS]

    @property
    def clocks(self) -> list[tuple[str, str]]:
        """What a message may choose among."""
        return [
            (name, f"{told.time_label(name)} ({clock:%H:%M})") for name, clock in self.protocol.times.items()
        ]

    @cached_property
    def messages(self) -> list[MessageRow]:
        lines = {line.key: line for line in self.lines}
        return [self._message(key, message, lines) for key, message in self.file.messages.items()]

    @cached_property
    def lines(self) -> list[LineRow]:
        """Every line, in the order in which messages say them."""
        named = [name for message in self.file.messages.values() for name in message.lines]
        keys = dict.fromkeys([*named, *self.file.every_message])
        return [self._line(key, self.protocol.lines[key]) for key in keys]

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        return list(told.placeholders(self.file))

    def field(self, name: str) -> Field:
        text, own = self._values[name], self._own[name]
        first, second = self._typed(name) if name in self.look.bound else controls(self.file, name, text)
        own_said = told.said(self.file, name, own)
        label, said = told.label(self.file, name), told.said(self.file, name, text)
        return Field(name, label, first, second, said, own_said, text != own, self.slots[name])

    def _typed(self, name: str) -> tuple[str, str]:
        data = self.look.data
        return data.get(name, ""), data.get(name + UNIT, data.get(name + DAYS, ""))

    def _optional(self, name: str) -> Field | None:
        return self.field(name) if name in self._values else None

    def _message(self, key: str, message: Message, lines: Mapping[str, LineRow]) -> MessageRow:
        path = f"messages.{key}"
        said = [*message.lines, *self.file.every_message]
        return MessageRow(
            key,
            told.message_label(self.protocol, key),
            told.rule(self.file, message),
            self._optional(f"{path}.day"),
            self._optional(f"{path}.time"),
            self._optional(f"{path}.send_by"),
            told.last_moment(message.send_by),
            self._optional(path),
            str(told.LOCKED.get(message.kind, "")),
            self.field(f"{path}.subject"),
            self.slots[path],
            tuple(lines[name] for name in said),
        )

    def _line(self, key: str, line: Line) -> LineRow:
        names = () if line.service else (f"lines.{key}.sms", f"lines.{key}.email")
        every = key in self.file.every_message
        uses = [k for k, message in self.protocol.messages.items() if every or key in message.lines]
        fields = tuple(self.field(name) for name in names)
        labels = tuple(told.message_label(self.protocol, k) for k in uses)
        return LineRow(key, in_words(key), line.sms or "", line.email or "", fields, labels)

    def _place(self, name: str, slots: Collection[str]) -> str:
        """The slot of a finding: its own, that of its first answer, or that of its message."""
        if name in slots:
            return name
        if name in self.file.values and self.file.values[name].lengths:
            return f"{name}.{next(iter(self.file.values[name].lengths))}"
        message = ".".join(name.split(".")[:2])
        return message if is_switch(message) and message in slots else ""

    def _target(self, slot: Slot) -> str:
        """The id of the field; of the note, where a message has no field of its own."""
        return identity(slot.name) if slot.name in self._values else slot.id

    def _why(self, name: str | None) -> Why | None:
        if name is None:
            return None
        text = self.look.data.get(WHY + name, self.look.reasons.get(name, ""))
        return Why(WHY + name, identity(WHY + name), text)
