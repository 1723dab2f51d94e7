"""The fields of a draft's form, and the settings of `change_draft` that they are: read here and nowhere else.

A field has the name of its setting. A length, a last moment and what the clinic decides need a second one:

continuous_wear=5, continuous_wear:unit=d        messages.day-5.send_by=2, messages.day-5.send_by:unit=d
no_flying=length, no_flying:days=14              why:continuous_wear=...
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from scheduler.domain.clinic_values import SettingFault, apply, setting_names
from scheduler.domain.edits.flat import flat
from scheduler.domain.edits.messages import OFF, ON, parse_send_by, span_text
from scheduler.domain.edits.words import WORDS
from scheduler.domain.length import parse_length
from scheduler.domain.protocol import Protocol
from scheduler.editions.drafts import LONGEST_REASON

UNIT, DAYS, WHY, LEAVE_OUT = ":unit", ":days", "why:", "leave-out:"
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

Data = Mapping[str, str]
Reader = Callable[[Data, str], str]


class Unreadable(ValueError):
    """What stands in a field is no value of its kind; the sentence says what would be."""


@dataclass(frozen=True)
class Typed:
    """What stands in a form: settings and reasons by name, and a sentence for what cannot be read."""

    texts: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    #: settings that the protocol does not know any more, to be left out
    left_out: tuple[str, ...] = ()


def field_names(file: Protocol) -> Iterator[str]:
    """Every setting that has a field."""
    for name in setting_names(file):
        section, _, rest = name.partition(".")
        by_answer = section in file.values and not rest and file.values[section].lengths
        timeless = name.endswith(".time") and file.messages[rest.rpartition(".")[0]].at.time is None
        if not (by_answer or timeless):
            yield name


def values_of(file: Protocol, settings: Mapping[str, str]) -> dict[str, str]:
    """The text of every field as these settings have it. A message that is off keeps its other values."""
    switches = {name for name, text in settings.items() if is_switch(name) and text == OFF}
    stay = {name: text for name, text in settings.items() if name not in switches}
    texts = flat(apply(file, stay)[0])
    return {name: OFF if name in switches else texts.get(name, "") for name in field_names(file)}


def read(file: Protocol, data: Data) -> Typed:
    """Everything that is in the form; a field that is not there says nothing."""
    left_out = (name.removeprefix(LEAVE_OUT) for name in data if name.startswith(LEAVE_OUT))
    typed = Typed(left_out=tuple(left_out))
    for name in field_names(file):
        if name not in data:
            continue
        try:
            typed.texts[name] = _reader(file, name)(data, name)
        except Unreadable as unreadable:
            typed.faults[name] = str(unreadable)
    for name, why in data.items():
        if name.startswith(WHY):
            typed.reasons[name.removeprefix(WHY)] = why.strip()
            if len(why.strip()) > LONGEST_REASON:
                typed.faults[name.removeprefix(WHY)] = _("A reason has %(most)s characters at the most.") % {
                    "most": LONGEST_REASON
                }
    return typed


def differing(file: Protocol, settings: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, str | None]:
    """The typed texts that differ from what is there, as `change_draft` takes them; None: the file's own."""
    now, own = values_of(file, settings), values_of(file, {})
    changed: dict[str, str | None] = {}
    for name, text in texts.items():
        emptied = name.endswith(WORDS) and not text
        # The file's own length has to be said where another one is set for all answers.
        covered = name.partition(".")[0] in settings and "." in name
        if text != now[name] and not (emptied and name not in settings):
            changed[name] = None if emptied or (text == own[name] and not covered) else text
    return changed


def controls(file: Protocol, name: str, text: str) -> tuple[str, str]:
    """A setting's text as its one or two controls show it."""
    section = name.partition(".")[0]
    if section in file.values and file.values[section].set_by_clinic:
        return ("length", str(parse_length(text).days)) if text[:1].isdigit() else (text, "")
    if section in file.values:
        return text[:-1], text[-1]
    if name.endswith(".send_by"):
        return ("0", "d") if text == "same-day" else (text[:-1], text[-1])
    return text, ""


def is_switch(name: str) -> bool:
    return name.startswith("messages.") and name.count(".") == 1


def identity(name: str) -> str:
    """The id of a setting's field: no id of a protocol has two underscores in a row."""
    return f"f-{name.replace('.', '__').replace(':', '--')}"


def _reader(file: Protocol, name: str) -> Reader:
    section = name.partition(".")[0]
    if section in file.values:
        return _decided if file.values[section].set_by_clinic else _length
    if is_switch(name):
        return _switch
    if name.endswith(".send_by"):
        return _last_moment
    if name.endswith(".day"):
        return _day
    if name.endswith(WORDS):
        return _words
    return _chosen if name.endswith(".time") else _clock


def _decided(data: Data, name: str) -> str:
    if data[name] != "length":
        return data[name]
    if not data.get(name + DAYS, "").strip():
        raise Unreadable(_("Give the number of days."))
    number = _number(data, name + DAYS)
    if not 1 <= number <= 366:
        raise Unreadable(_("Give whole days, from 1 to 366."))
    return f"{number}d"


def _length(data: Data, name: str) -> str:
    try:
        return str(parse_length(f"{_number(data, name)}{data.get(name + UNIT, 'd')}"))
    except ValueError:
        raise Unreadable(_("Give a whole number: from 1 hour to 366 days.")) from None


def _last_moment(data: Data, name: str) -> str:
    number, unit = _number(data, name), data.get(name + UNIT, "d")
    try:
        return span_text(parse_send_by(name, f"{number}{unit}"))
    except SettingFault:
        raise Unreadable(_("Give up to 28 days, or from 1 to 672 hours.")) from None


def _day(data: Data, name: str) -> str:
    number = _number(data, name)
    if number > 366:
        raise Unreadable(_("Give a day from 0 to 366."))
    return str(number)


def _number(data: Data, name: str) -> int:
    typed = data.get(name, "").strip()
    if not re.fullmatch(r"\d{1,4}", typed, re.ASCII):
        raise Unreadable(_("Give a whole number."))
    return int(typed)


def _clock(data: Data, name: str) -> str:
    typed = data[name].strip()
    if not CLOCK.fullmatch(typed):
        raise Unreadable(_("Write a time like 09:00."))
    return typed


def _chosen(data: Data, name: str) -> str:
    return data[name]


def _switch(data: Data, name: str) -> str:
    return ON if data[name] == ON else OFF


def _words(data: Data, name: str) -> str:
    """A text is one paragraph, wherever the browser or the person broke its lines."""
    return " ".join(data[name].split("\n")).replace("\r", "").strip()
