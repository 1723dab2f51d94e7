"""An edition as people read it: its rules, its messages with their texts, and every value by its name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler import editions
from scheduler.domain.edits.compare import ABSENT, OFF, Change, Version, changes
from scheduler.domain.edits.flat import THERE, flat
from scheduler.domain.edits.labels import label_of
from scheduler.domain.protocol import Message, Phase, Protocol, Value
from scheduler.models import Clinic, Edition
from scheduler.web import words
from scheduler.web.timings import protocol_words

#: what stands in a difference for a part that is there, or off; and as the file says yes and no
PLAIN: Final[Mapping[str, words.Word]] = {
    THERE: gettext_lazy("on"),
    OFF: gettext_lazy("off"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
}


@dataclass(frozen=True)
class Row:
    """A difference between two editions; `by_clinic`, else by the protocol's file; why, where it is known."""

    label: str
    before: str
    after: str
    by_clinic: bool
    reason: str = ""


@dataclass(frozen=True)
class Rule:
    label: str
    kind: str
    until: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A message, with each of its lines as a text and as an email say it."""

    key: str
    label: str
    when: str
    send_by: str
    critical: bool
    lines: tuple[tuple[str, str], ...]


def own(edition: Edition) -> list[Row]:
    """What the clinic set, beside what the protocol has."""
    file = editions.file_of(edition)
    found = changes(Version(file, {}), Version(file, edition.settings))
    return rows(file, found, edition.reasons)


def rows(file: Protocol, found: Iterable[Change], reasons: Mapping[str, str] = {}) -> list[Row]:
    return [
        Row(
            called(file, one.name, one.label), _value(file, one.name, one.before),
            _value(file, one.name, one.after), one.source == "clinic", reasons.get(one.name, ""),
        )
        for one in found
    ]  # fmt: skip


def called(file: Protocol, name: str, label: str) -> str:
    """As the page of timings calls it; `label` where it has no field there."""
    return protocol_words.label(file, name) if _is_setting(file, name) else label


def _value(file: Protocol, name: str, text: str) -> str:
    if text == ABSENT:
        return _("not there")
    if not text or not _is_setting(file, name):
        return str(PLAIN.get(text, text))
    try:
        return protocol_words.said(file, name, text)
    except ValueError:
        # An older file had another form of it.
        return text


def _is_setting(file: Protocol, name: str) -> bool:
    section, _, rest = name.partition(".")
    field = rest.partition(".")[2]
    if section in ("messages", "lines"):
        return not field or field in protocol_words.FIELDS
    return section in file.values or section in file.times or section in ("sending_from", "sending_until")


@dataclass(frozen=True)
class Copying:
    """What a copy would have set at the other clinic, and what is left out with why."""

    along: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]


def copied(edition: Edition, target: Clinic) -> Copying:
    settings, left_out = editions.carried(edition, target)
    file = editions.find_protocol(edition.protocol_id)
    return Copying(
        tuple((_named(file, name), _value(file, name, text)) for name, text in settings.items()),
        tuple((_named(file, name), str(why)) for name, why in left_out.items()),
    )


def _named(file: Protocol, name: str) -> str:
    return called(file, name, label_of(file, name))


def rules(protocol: Protocol) -> list[Rule]:
    return [
        Rule(phase.label, str(words.KINDS[phase.kind]), tuple(_until(protocol, phase)))
        for phase in protocol.phases.values()
    ]


def _until(protocol: Protocol, phase: Phase) -> Iterator[str]:
    """Of one that follows another, or counts several lengths, each is told."""
    if phase.ends is None:
        yield _("no end")
        return
    after = phase.ends.after
    for name in [after] if after else phase.ends.with_day:
        value = protocol.values[name]
        for length in _lengths(protocol, value):
            yield length if len(phase.ends.with_day) < 2 else f"{value.label}: {length}"


def _lengths(protocol: Protocol, value: Value) -> Iterator[str]:
    if value.by:
        options = protocol.questions[value.by].options
        yield from (f"{options[name]}: {words.length(length)}" for name, length in value.lengths.items())
    elif value.length:
        yield words.length(value.length)
    else:
        yield {"in-person": _("as told in person"), "omit": _("left out")}.get(value.mode or "", _("not set"))


def messages_of(protocol: Protocol) -> list[Said]:
    return [
        Said(
            key, protocol_words.message_label(protocol, key), _when(protocol, message),
            protocol_words.last_moment(message.send_by), message.critical, tuple(_lines(protocol, message)),
        )
        for key, message in protocol.messages.items()
    ]  # fmt: skip


def _lines(protocol: Protocol, message: Message) -> Iterator[tuple[str, str]]:
    for name in (*message.lines, *protocol.every_message):
        line = protocol.lines[name]
        sms = line.sms or ""
        yield sms, sms if line.email is None else line.email


def _when(protocol: Protocol, message: Message) -> str:
    at = message.at
    day = words.days_after(at.day) if at.day is not None else protocol_words.rule(protocol, message)
    if at.time is None:
        return day
    clock = f"{protocol.times[at.time]:%H:%M}"
    told = {"day": day, "name": protocol_words.time_label(at.time), "clock": clock}
    return _("%(day)s; %(name)s, %(clock)s") % told


def everything(protocol: Protocol) -> list[tuple[str, str, str]]:
    """Each name, what people call it, and its value."""
    return [(name, label_of(protocol, name), text) for name, text in flat(protocol).items()]
