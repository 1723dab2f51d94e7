"""A protocol's timings as people read them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduler.domain.edits.finding import Finding
from scheduler.domain.edits.labels import in_words
from scheduler.domain.edits.messages import OFF, parse_send_by
from scheduler.domain.length import parse_length
from scheduler.domain.protocol import At, Message, Protocol, SendBy
from scheduler.web import words

MODES: Final[Mapping[str, words.Word]] = {
    "in-person": gettext_lazy("As told in person"),
    "omit": gettext_lazy("Left out"),
}
#: of the named times that the protocols here have; another is told by its own name
TIMES: Final[Mapping[str, words.Word]] = {
    "morning": gettext_lazy("Morning"),
    "late-morning": gettext_lazy("Late morning"),
    "evening": gettext_lazy("Evening"),
    "bedtime": gettext_lazy("Bedtime"),
    "sending_from": gettext_lazy("Messages go out from"),
    "sending_until": gettext_lazy("Messages go out until"),
}
FIELDS: Final[Mapping[str, words.Word]] = {
    "day": gettext_lazy("%(item)s: day after treatment"),
    "time": gettext_lazy("%(item)s: time of day"),
    "send_by": gettext_lazy("%(item)s: may leave until"),
    "subject": gettext_lazy("%(item)s: subject of the email"),
    "sms": gettext_lazy("%(item)s: words of the text message"),
    "email": gettext_lazy("%(item)s: words of the email"),
}
#: as a finding names settings: lines.waxing.sms
SETTING = re.compile(r"\b(?:lines|messages)\.[a-z0-9_-]+(?:\.[a-z_]+)?")


def time_label(name: str) -> str:
    return str(TIMES.get(name) or in_words(name))


def label(file: Protocol, name: str) -> str:
    """What a field is called where nothing beside it says so."""
    section, _dot, rest = name.partition(".")
    if section in file.values:
        return value_label(file, name)
    if section not in ("messages", "lines"):
        return time_label(section)
    item, _dot, part = rest.partition(".")
    called = message_label(file, item) if section == "messages" else in_words(item)
    return str(FIELDS[part]) % {"item": called} if part in FIELDS else called


def value_label(file: Protocol, name: str) -> str:
    section, _dot, option = name.partition(".")
    value = file.values[section]
    question = file.questions.get(value.by or "")
    answer = question.options.get(option, "") if question else ""
    named = f"{value.label}, {answer.lower()}" if answer else value.label
    return named[:1].upper() + named[1:]


def message_label(protocol: Protocol, key: str) -> str:
    """A message that goes day by day has a day in its label; here it is one for all."""
    message = protocol.messages.get(key)
    if message is None:
        return in_words(key)
    return in_words(key) if "{" in message.label else message.label


def said(file: Protocol, name: str, text: str) -> str:
    """The text of a setting in words: 5d as 5 days."""
    section = name.partition(".")[0]
    if section in file.values:
        return _length(text) if text else _("not set yet")
    if name.startswith("messages."):
        return _of_message(file, name, text)
    return text or _("no words")


def _of_message(file: Protocol, name: str, text: str) -> str:
    if name.endswith(".send_by"):
        return last_moment(parse_send_by(name, text))
    if name.endswith(".day"):
        return words.days_after(int(text)) if text.isdecimal() else text
    if name.endswith(".time"):
        return time_label(text)
    if name.count(".") == 1:
        return _("not sent") if text == OFF else _("sent")
    return text


def _length(text: str) -> str:
    return str(MODES[text]) if text in MODES else words.length(parse_length(text))


def last_moment(send_by: SendBy) -> str:
    """Until when a message may leave."""
    if send_by.after_treatment:
        return _("%(length)s after treatment") % {"length": words.length(send_by.after_treatment)}
    if send_by.after_due:
        return _("%(length)s after it is due") % {"length": words.length(send_by.after_due)}
    days = send_by.days_later
    if not days:
        return _("the same day")
    return ngettext("%(number)s day later", "%(number)s days later", days) % {"number": days}


def rule(protocol: Protocol, message: Message) -> str:
    """On which day a message goes, where that is no number."""
    at = message.at
    if at.enrolment:
        return str(OPENING.get(message.kind, OPENING["welcome"]))
    return next((say(protocol, at) for has, say in RULES if has(at)), "")


def _phases(protocol: Protocol, *names: str) -> str:
    return ", ".join(protocol.phases[name].label for name in names)


def _last_day(protocol: Protocol, at: At) -> str:
    return _("Last day of: %(phase)s") % {"phase": _phases(protocol, at.last_day_of or "")}


def _end(protocol: Protocol, at: At) -> str:
    return _("When this ends: %(phase)s") % {"phase": _phases(protocol, at.end_of or "")}


def _each_day(protocol: Protocol, at: At) -> str:
    form = (
        _("Each day of these on which nothing else goes: %(phases)s")
        if at.free_days
        else _("Each day of these, from day %(day)s: %(phases)s")
    )
    return form % {"day": at.from_day, "phases": _phases(protocol, *at.each_day_of)}


Says = Callable[[Protocol, At], str]
RULES: Final[tuple[tuple[Callable[[At], object], Says], ...]] = (
    (lambda at: at.last_day_of, _last_day),
    (lambda at: at.end_of, _end),
    (lambda at: at.each_day_of, _each_day),
)
OPENING: Final[Mapping[str, words.Word]] = {
    "welcome": gettext_lazy("On enrolment"),
    "catch-up": gettext_lazy("After a late enrolment or an outage"),
    "correction": gettext_lazy("When a date changes that was told"),
}
#: why there is no control
LOCKED: Final[Mapping[str, words.Word]] = {
    "critical": gettext_lazy("Critical: it is always sent."),
    "welcome": gettext_lazy("It goes to every patient at once."),
    "catch-up": gettext_lazy("It says what holds when nothing else did."),
    "correction": gettext_lazy("It follows a date that changed."),
}


def plain(file: Protocol, finding: Finding) -> str:
    """A finding for people who see labels and no names of settings."""
    if finding.code == "not-set":
        return _("Choose one of the three; there is no default.")
    named = SETTING.sub(lambda found: _quoted(label(file, found[0])), finding.sentence)
    keys = {f"'{key}'": _quoted(message_label(file, key)) for key in file.messages}
    return next((named.replace(key, called) for key, called in keys.items() if key in named), named)


def _quoted(words: str) -> str:
    return f'"{words}"'


def placeholders(file: Protocol) -> Iterator[tuple[str, str]]:
    """What may stand in braces, and what it becomes."""
    for name, phase in file.phases.items():
        if phase.ends is not None:
            yield f"{{{name}.date}}", _("the last day of: %(phase)s") % {"phase": phase.label}
            yield f"{{{name}.end}}", _("when it ends, with the hour: %(phase)s") % {"phase": phase.label}
    yield "{due_date}", _("the day of the message")
    yield "{phone}", _("the number for urgent calls")
    yield "{reply_to}", _("the email address that somebody reads")
