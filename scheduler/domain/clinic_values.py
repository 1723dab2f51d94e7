"""What a clinic changes in a protocol, as flat text, name by name.

lengths     continuous_wear=7d   further_wear.small=5d   no_flying=in-person
times       morning=10:00   sending_from=09:00   sending_until=18:00
messages    messages.day-6=off   messages.day-5.day=6 (.time, .send_by, .subject)
lines       lines.NAME.sms=...   lines.NAME.email=...

Names with a dot are more exact than those without, and win over them. Locked, and no setting at all or
refused: the emergency fragment; switching off or moving the welcome, the catch-up and the correction;
switching off a critical message, shortening its window, moving it out of it; the lines about the service.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scheduler.domain.echo import quoted
from scheduler.domain.edits import lines, messages
from scheduler.domain.edits.fault import LOCKED, UNKNOWN, SettingFault
from scheduler.domain.length import Length, parse_length
from scheduler.domain.protocol import OPENERS, Clock, Protocol, SendingHours, Value
from scheduler.domain.sentences import gettext as _

__all__ = ["SettingFault", "apply", "setting_names", "with_settings"]

SENDING = {"sending_from": "opens", "sending_until": "closes"}
SHORTEST_HOURS = timedelta(hours=4)
CLOCK: TypeAdapter[Any] = TypeAdapter(Clock)


def with_settings(protocol: Protocol, settings: Mapping[str, str]) -> Protocol:
    """The protocol with a clinic's settings; raise SettingFault for the first that is wrong, by its name."""
    changed, faults = apply(protocol, settings)
    if faults:
        raise faults[0]
    return changed


def apply(protocol: Protocol, settings: Mapping[str, str]) -> tuple[Protocol, list[SettingFault]]:
    """The protocol with every setting that can be, and all that cannot: those are left as the file has it."""
    changed, faults = protocol, []
    off: set[str] = set()
    # A name sorts before those that are more exact than it.
    for name in sorted(settings):
        try:
            changed = _with(protocol, changed, name, settings[name])
        except SettingFault as fault:
            faults.append(fault)
        else:
            off |= {name.partition(".")[2]} if _switches_off(protocol, name, settings[name]) else set()
    if hours_fault := _hours_fault(changed.sending_hours, settings):
        faults.append(hours_fault)
        changed = changed.model_copy(update={"sending_hours": protocol.sending_hours})
    left = {key: message for key, message in changed.messages.items() if key not in off}
    return changed.model_copy(update={"messages": left}), faults


def setting_names(protocol: Protocol) -> Iterator[str]:
    """Every name that can be set, those of the locked parts left out."""
    for name, value in protocol.values.items():
        yield name
        yield from (f"{name}.{option}" for option in value.lengths)
    yield from (*protocol.times, *SENDING)
    for key, message in protocol.messages.items():
        locked = message.kind in OPENERS
        yield from () if locked or message.critical else (f"messages.{key}",)
        yield from () if message.at.day is None else (f"messages.{key}.day",)
        yield from () if locked else (f"messages.{key}.time", f"messages.{key}.send_by")
        yield f"messages.{key}.subject"
    for key, line in protocol.lines.items():
        yield from () if line.service else (f"lines.{key}.{channel}" for channel in lines.CHANNELS)


def _with(protocol: Protocol, changed: Protocol, name: str, text: str) -> Protocol:
    """One setting more."""
    section, _, rest = name.partition(".")
    if section in protocol.values and not name.endswith("."):
        value = _changed(changed.values[section], name, rest, text)
        return changed.model_copy(update={"values": {**changed.values, section: value}})
    if name in protocol.times:
        return changed.model_copy(update={"times": {**changed.times, name: _clock(name, text)}})
    if name in SENDING:
        hours = changed.sending_hours.model_copy(update={SENDING[name]: _clock(name, text)})
        return changed.model_copy(update={"sending_hours": hours})
    key, dot, _ = rest.partition(".")
    if section == "messages" and key in protocol.messages:
        return _with_message(protocol, changed, key, name, text, switch=not dot)
    if section == "lines" and key in protocol.lines and dot:
        line = lines.edited(protocol.lines[key], changed.lines[key], name, text)
        return changed.model_copy(update={"lines": {**changed.lines, key: line}})
    raise _unknown(protocol, name)


def _with_message(
    protocol: Protocol, changed: Protocol, key: str, name: str, text: str, *, switch: bool
) -> Protocol:
    original = protocol.messages[key]
    if switch:
        messages.check_switch(original, name, text)
        return changed
    message = messages.edited(protocol, original, changed.messages[key], name, text)
    return changed.model_copy(update={"messages": {**changed.messages, key: message}})


def _switches_off(protocol: Protocol, name: str, text: str) -> bool:
    section, _, key = name.partition(".")
    return section == "messages" and key in protocol.messages and text == messages.OFF


def _unknown(protocol: Protocol, name: str) -> SettingFault:
    if name.partition(".")[0] == "emergency":
        return SettingFault(name, _("what to do in an emergency is said alike everywhere"), LOCKED)
    close = get_close_matches(name, setting_names(protocol), 1, 0.75)
    if close:
        sentence = _("there is no such value; did you mean %(name)s?")
        return SettingFault(name, sentence % {"name": close[0]}, UNKNOWN)
    known = ", ".join([*protocol.values, *protocol.times, *SENDING, "messages.KEY", "lines.NAME.sms"])
    sentence = _("there is no such value; there are: %(names)s")
    return SettingFault(name, sentence % {"names": known}, UNKNOWN)


def _changed(value: Value, name: str, option: str, text: str) -> Value:
    if option:
        if option not in value.lengths:
            raise SettingFault(name, _no_answer(value), UNKNOWN)
        return value.model_copy(update={"lengths": {**value.lengths, option: _length(name, text)}})
    if value.set_by_clinic:
        if text in ("in-person", "omit"):
            return value.model_copy(update={"mode": text, "length": None})
        return value.model_copy(update={"mode": "length", "length": _length(name, text)})
    if value.by:
        return value.model_copy(update={"lengths": dict.fromkeys(value.lengths, _length(name, text))})
    return value.model_copy(update={"length": _length(name, text)})


def _no_answer(value: Value) -> str:
    if not value.lengths:
        return _("there is no such answer; there are: none")
    return _("there is no such answer; there are: %(answers)s") % {"answers": ", ".join(value.lengths)}


def _length(name: str, text: str) -> Length:
    try:
        return parse_length(text)
    except ValueError as fault:
        raise SettingFault(name, str(fault)) from fault


def _clock(name: str, text: str) -> Any:
    try:
        return CLOCK.validate_python(text)
    except ValidationError as fault:
        sentence = _("%(typed)s is not a time of day; an example is 09:00")
        raise SettingFault(name, sentence % {"typed": quoted(text)}) from fault


def _hours_fault(hours: SendingHours, settings: Mapping[str, str]) -> SettingFault | None:
    opens, closes = (datetime.combine(date.min, clock) for clock in (hours.opens, hours.closes))
    if closes - opens >= SHORTEST_HOURS:
        return None
    name = next((name for name in SENDING if name in settings), "sending_until")
    return SettingFault(name, _("sending hours are four hours long at the least, within one day"))
