"""An edition as people read it: its rules, its messages with their texts, and every value by its name."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduler import editions
from scheduler.domain.edits.compare import Change, Version, changes
from scheduler.domain.edits.flat import flat
from scheduler.domain.edits.labels import in_words, label_of
from scheduler.domain.length import Length
from scheduler.domain.protocol import Message, Phase, Protocol, SendBy, Value
from scheduler.models import Clinic, Edition
from scheduler.web import words


@dataclass(frozen=True)
class Own:
    """Something that the clinic set, beside what the protocol has, and why where that was asked."""

    change: Change
    reason: str


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


def own(edition: Edition) -> list[Own]:
    file = editions.file_of(edition)
    found = changes(Version(file, {}), Version(file, edition.settings))
    return [Own(change, edition.reasons.get(change.name, "")) for change in found]


@dataclass(frozen=True)
class Copying:
    """What a copy would have set at the other clinic, and what is left out with why."""

    along: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]


def copied(edition: Edition, target: Clinic) -> Copying:
    settings, left_out = editions.carried(edition, target)
    file = editions.find_protocol(edition.protocol_id)
    return Copying(
        tuple((label_of(file, name), text) for name, text in settings.items()),
        tuple((label_of(file, name), str(why)) for name, why in left_out.items()),
    )


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
            key, label_of(protocol, f"messages.{key}"), _when(protocol, message),
            _send_by(message.send_by), message.critical, tuple(_lines(protocol, message)),
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
    if at.enrolment or at.time is None:
        return _("at enrolment")
    clock = _("%(name)s, %(clock)s") % {
        "name": in_words(at.time),
        "clock": f"{protocol.times[at.time]:%H:%M}",
    }
    return _("%(day)s: %(clock)s") % {"day": _day(protocol, message), "clock": clock}


def _day(protocol: Protocol, message: Message) -> str:
    at = message.at
    if at.day is not None:
        return words.days_after(at.day)
    if at.last_day_of:
        return _("last day of: %(rule)s") % {"rule": protocol.phases[at.last_day_of].label}
    if at.end_of:
        return _("when it ends: %(rule)s") % {"rule": protocol.phases[at.end_of].label}
    rules = ", ".join(protocol.phases[name].label for name in at.each_day_of)
    return _("each day of: %(rules)s") % {"rules": rules}


def _send_by(send_by: SendBy) -> str:
    if send_by.after_treatment:
        return _("%(length)s after treatment") % {"length": _length(send_by.after_treatment)}
    if send_by.after_due:
        return _("%(length)s after its time") % {"length": _length(send_by.after_due)}
    if send_by.days_later:
        return _("end of sending, so many days later: %(number)s") % {"number": send_by.days_later}
    return _("end of sending that day")


def _length(length: Length) -> str:
    return words.length(length)


def everything(protocol: Protocol) -> list[tuple[str, str, str]]:
    """Each name, what people call it, and its value."""
    return [(name, label_of(protocol, name), text) for name, text in flat(protocol).items()]
