"""Switching a message off and moving it.

messages.day-6=off   messages.day-5.day=6   messages.day-5.time=evening   messages.day-5.send_by=2d
messages.day-5.subject=Looking after your skin

`send_by` is `same-day` or `2d`: until sending hours close that many days later; or `36h` after it was due.
"""

import re
from typing import Any

from scheduler.domain.echo import quoted
from scheduler.domain.edits.fault import LOCKED, UNKNOWN, SettingFault
from scheduler.domain.edits.words import words
from scheduler.domain.length import Length
from scheduler.domain.protocol import OPENERS, Message, Protocol, SendBy
from scheduler.domain.sentences import gettext as _
from scheduler.domain.sentences import gettext_noop

OFF, ON = "off", "on"
FIELDS = ("day", "time", "send_by", "subject")
#: every patient gets them when they are owed, whatever a clinic edits
NEVER_OFF = {
    "welcome": gettext_noop("the welcome goes to every patient at once; it cannot be switched off"),
    "catch-up": gettext_noop("the catch-up says what holds when nothing else did; it cannot be switched off"),
    "correction": gettext_noop("the correction follows a date that changed; it cannot be switched off"),
}
NEVER_MOVED = {
    "welcome": gettext_noop("the welcome goes to every patient at once; it cannot be moved"),
    "catch-up": gettext_noop("the catch-up says what holds when nothing else did; it cannot be moved"),
    "correction": gettext_noop("the correction follows a date that changed; it cannot be moved"),
}
SEND_BY = re.compile(r"(\d{1,3})([dh])", re.ASCII)
LATEST_DAYS, LATEST_HOURS = 28, 28 * 24
LONGEST_SUBJECT = 120


def check_switch(message: Message, name: str, text: str) -> None:
    """Raises SettingFault where the message cannot be on or off as the text says."""
    if text not in (ON, OFF):
        raise SettingFault(name, _("%(typed)s is neither on nor off") % {"typed": quoted(text)})
    if text == OFF and message.critical:
        raise SettingFault(name, _("a critical message cannot be switched off"), LOCKED)
    if text == OFF and message.kind in OPENERS:
        raise SettingFault(name, _(NEVER_OFF[message.kind]), LOCKED)


def edited(protocol: Protocol, original: Message, message: Message, name: str, text: str) -> Message:
    """The message with one of its FIELDS changed; `original` is as the file has it. Raises SettingFault."""
    field = name.rpartition(".")[2]
    if field == "subject":
        return message.model_copy(update={"subject": _subject(original, name, text)})
    if original.kind in OPENERS:
        raise SettingFault(name, _(NEVER_MOVED[original.kind]), LOCKED)
    if field == "day":
        return _on_day(original, message, name, text)
    if field == "time":
        return _changed_at(message, time=_time(protocol, original, name, text))
    if field == "send_by":
        return message.model_copy(update={"send_by": _send_by(original, name, text)})
    sentence = _("a message has no %(typed)s; it has: %(known)s")
    raise SettingFault(name, sentence % {"typed": quoted(field), "known": ", ".join(FIELDS)}, UNKNOWN)


def _changed_at(message: Message, **values: Any) -> Message:
    return message.model_copy(update={"at": message.at.model_copy(update=values)})


def _subject(original: Message, name: str, text: str) -> str:
    """The words of the file come back where nothing is left of the clinic's."""
    return words(name, text, LONGEST_SUBJECT) or original.subject


def _on_day(original: Message, message: Message, name: str, text: str) -> Message:
    """A label that only names the day follows it."""
    was = original.at.day
    if was is None:
        raise SettingFault(name, _("its day hangs on a rule and not on a number; change the rule's length"))
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 366:
        sentence = _("%(typed)s is not a day after treatment; write a number from 0 to 366")
        raise SettingFault(name, sentence % {"typed": quoted(text)})
    day, last = int(text), was + original.send_by.days_later
    if original.critical and not was <= day <= last:
        sentence = _("a critical message stays where it may leave: from day %(first)s to day %(last)s")
        raise SettingFault(name, sentence % {"first": was, "last": last}, LOCKED)
    moved = _changed_at(message, day=day)
    if original.kind != "daily" or day == was:
        return moved
    return moved.model_copy(update={"label": day_label(day)})


def day_label(day: int) -> str:
    """A day of the plan as staff read it; in the protocol's language, like the labels in its file."""
    return {0: "On the day of treatment", 1: "The day after treatment"}.get(
        day, f"{day} days after treatment"
    )


def _time(protocol: Protocol, original: Message, name: str, text: str) -> str:
    if original.at.time is None or text not in protocol.times:
        sentence = _("there is no time of day %(typed)s; there are: %(known)s")
        raise SettingFault(name, sentence % {"typed": quoted(text), "known": ", ".join(protocol.times)})
    return text


def _send_by(original: Message, name: str, text: str) -> SendBy:
    chosen = parse_send_by(name, text)
    if original.critical:
        was = original.send_by
        if (chosen.after_due is None) != (was.after_due is None) or _span(chosen) < _span(was):
            sentence = _("a critical message may leave as long as the protocol says: %(span)s")
            raise SettingFault(name, sentence % {"span": span_text(was)}, LOCKED)
    return chosen


def parse_send_by(name: str, text: str) -> SendBy:
    """Read `same-day`, `2d` or `36h`. Raises SettingFault."""
    if text == "same-day":
        return SendBy()
    form = SEND_BY.fullmatch(text)
    number = int(form[1]) if form else -1
    if form and form[2] == "d" and number <= LATEST_DAYS:
        return SendBy(days_later=number)
    if form and form[2] == "h" and 1 <= number <= LATEST_HOURS:
        return SendBy(after_due=Length(number))
    sentence = _(
        "%(typed)s is not a last moment; write same-day, 2d (to %(longest)sd) or 36h after it is due"
    )
    raise SettingFault(name, sentence % {"typed": quoted(text), "longest": LATEST_DAYS})


def _span(send_by: SendBy) -> int:
    return send_by.after_due.hours if send_by.after_due else send_by.days_later * 24


def span_text(send_by: SendBy) -> str:
    """As it is typed; the welcome's, which cannot be typed, in words."""
    if send_by.after_treatment:
        return f"{send_by.after_treatment.hours}h after treatment"
    if send_by.after_due:
        return f"{send_by.after_due.hours}h"
    return f"{send_by.days_later}d" if send_by.days_later else "same-day"
