"""What a clinic changes in a protocol: lengths, named times, sending hours; as flat text, name by name.

continuous_wear=7d   further_wear.small=5d   no_flying=in-person   morning=10:00   sending_until=18:00
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scheduler.domain.length import Length, parse_length
from scheduler.domain.protocol import Clock, Protocol, SendingHours, Value

SENDING = {"sending_from": "opens", "sending_until": "closes"}
SHORTEST_HOURS = timedelta(hours=4)
CLOCK: TypeAdapter[Any] = TypeAdapter(Clock)


class SettingFault(ValueError):
    """A setting that the protocol does not have, or that has an impossible value."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name, self.sentence = name, sentence


def with_settings(protocol: Protocol, settings: Mapping[str, str]) -> Protocol:
    """The protocol with a clinic's own lengths and times; raise SettingFault for the first that is wrong."""
    values, times = dict(protocol.values), dict(protocol.times)
    hours = protocol.sending_hours
    for name, text in settings.items():
        value, _, option = name.partition(".")
        if value in values:
            values[value] = _changed(values[value], name, option, text)
        elif name in times:
            times[name] = _clock(name, text)
        elif name in SENDING:
            hours = hours.model_copy(update={SENDING[name]: _clock(name, text)})
        else:
            known = ", ".join([*protocol.values, *protocol.times, *SENDING])
            raise SettingFault(name, f"there is no such value; there are: {known}")
    _check_hours(hours, next((name for name in settings if name in SENDING), "sending_until"))
    return protocol.model_copy(update={"values": values, "times": times, "sending_hours": hours})


def _changed(value: Value, name: str, option: str, text: str) -> Value:
    if option:
        if option not in value.lengths:
            raise SettingFault(
                name, f"there is no such answer; there are: {', '.join(value.lengths) or 'none'}"
            )
        return value.model_copy(update={"lengths": {**value.lengths, option: _length(name, text)}})
    if value.set_by_clinic:
        if text in ("in-person", "omit"):
            return value.model_copy(update={"mode": text, "length": None})
        return value.model_copy(update={"mode": "length", "length": _length(name, text)})
    if value.by:
        return value.model_copy(update={"lengths": dict.fromkeys(value.lengths, _length(name, text))})
    return value.model_copy(update={"length": _length(name, text)})


def _length(name: str, text: str) -> Length:
    try:
        return parse_length(text)
    except ValueError as fault:
        raise SettingFault(name, str(fault)) from fault


def _clock(name: str, text: str) -> Any:
    try:
        return CLOCK.validate_python(text)
    except ValidationError as fault:
        raise SettingFault(name, f"{text!r} is not a time of day; an example is 09:00") from fault


def _check_hours(hours: SendingHours, name: str) -> None:
    opens, closes = (datetime.combine(date.min, clock) for clock in (hours.opens, hours.closes))
    if closes - opens < SHORTEST_HOURS:
        raise SettingFault(name, "sending hours are four hours long at the least, within one day")
