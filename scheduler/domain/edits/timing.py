"""What somebody should know about changed lengths, times and messages."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.finding import Finding, fault
from scheduler.domain.edits.labels import in_words, label_of
from scheduler.domain.edits.said import elsewhere, falls_silent, said_by_messages
from scheduler.domain.edits.samples import Sample
from scheduler.domain.protocol import Protocol
from scheduler.domain.sending_hours import BEFORE_CLOSING
from scheduler.domain.sentences import gettext as _

BELOW, REASON_MISSING = "below-leaflet", "reason-missing"


def below_leaflet(file: Protocol, settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of lengths shorter than the file's own, with the two lengths: "2d instead of 3d"."""
    found, changed = {}, apply(file, settings)[0]
    for name in settings:
        section, _dot, option = name.partition(".")
        if section not in file.values or file.values[section].set_by_clinic:
            continue
        own, source = changed.values[section], file.values[section]
        pairs = [(own.lengths[o], source.lengths[o]) for o in source.lengths if option in ("", o)]
        pairs = pairs or ([(own.length, source.length)] if own.length and source.length else [])
        shorter = [
            _("%(own)s instead of %(source)s") % {"own": a, "source": b}
            for a, b in pairs
            if a.hours < b.hours
        ]
        if shorter:
            found[name] = ", ".join(shorter)
    return found


def warnings_of_lengths(
    file: Protocol, settings: Mapping[str, str], reasons: Mapping[str, str]
) -> Iterator[Finding]:
    for name, lengths in below_leaflet(file, settings).items():
        told = {"label": label_of(file, name), "lengths": lengths, "reason": reasons.get(name, "").strip()}
        if told["reason"]:
            sentence = _("%(label)s: %(lengths)s, below the protocol's source. The reason given: %(reason)s")
            yield Finding(name, BELOW, sentence % told)
        else:
            sentence = _(
                "%(label)s: %(lengths)s, below the protocol's source. Give a reason before it is published."
            )
            yield Finding(name, REASON_MISSING, sentence % told)


def warnings_of_times(changed: Protocol) -> Iterator[Finding]:
    """Named times at which nothing may leave, and where texts go instead."""
    hours = changed.sending_hours
    latest = (datetime.combine(date.min, hours.closes) - BEFORE_CLOSING).time()
    used = {message.at.time for message in changed.messages.values()}
    for name, clock in changed.times.items():
        pulled = min(max(clock, hours.opens), latest)
        if pulled != clock and name in used:
            sentence = _(
                "%(name)s is %(clock)s; with sending hours from %(opens)s to %(closes)s its messages go at "
                "%(pulled)s."
            )
            clocks = {"clock": clock, "opens": hours.opens, "closes": hours.closes, "pulled": pulled}
            told = {key: f"{one:%H:%M}" for key, one in clocks.items()}
            yield Finding(name, "pulled-in", sentence % {"name": in_words(name), **told})


def without_effect(file: Protocol, settings: Mapping[str, str]) -> Iterator[Finding]:
    """Settings without which the protocol would be the same."""
    whole = apply(file, settings)[0]
    for name in settings:
        if apply(file, {one: text for one, text in settings.items() if one != name})[0] == whole:
            sentence = _("%(label)s is so without this edit.") % {"label": label_of(file, name)}
            yield Finding(name, "changes-nothing", sentence)


def warnings_of_messages(
    file: Protocol,
    settings: Mapping[str, str],
    on_time: tuple[Sample, ...],
    before: tuple[Sample, ...],
) -> Iterator[Finding]:
    """What is no longer said by a message that is off or moved; `before` are samples without that."""
    said, said_before = said_by_messages(on_time), said_by_messages(before)
    still = {statement for statements in said.values() for statement in statements}
    changed = on_time[0].timeline.course.protocol
    for key in dict.fromkeys(_key(name) for name in settings if _moves(name)):
        if key not in file.messages:
            continue
        lost = said_before.get(key, set()) - still
        name, is_off = f"messages.{key}", key not in changed.messages
        if is_off or lost:
            code = "switched-off" if is_off else "unsaid"
            yield Finding(name, code, _unsaid(file, lost, is_off), statements=tuple(sorted(lost)))
        if not is_off and key in said_before and key not in said:
            yield Finding(name, "never-sent", _("As it is now, no patient is sent it any more."))
        for other in _instead(key, on_time, before):
            sentence = _("Where its day has no other text, %(message)s goes instead.")
            yield Finding(name, "goes-instead", sentence % {"message": repr(other)})
        yield from _moved(file, changed, settings, key)


def _instead(key: str, now: tuple[Sample, ...], before: tuple[Sample, ...]) -> list[str]:
    """Messages that go on a day of this one, and did not before."""
    was, goes = _days(before), _days(now)
    days = {(number, day) for number, day, message in was if message == key}
    return sorted({m for number, day, m in goes - was if (number, day) in days and m != key})


def _days(samples: tuple[Sample, ...]) -> set[tuple[int, int, str]]:
    """Which sample is sent which message on which day."""
    return {
        (number, reminder.day, reminder.message)
        for number, sample in enumerate(samples)
        for reminder in sample.timeline.reminders
    }


def faults_of_messages(settings: Mapping[str, str], samples: tuple[Sample, ...]) -> Iterator[Finding]:
    """A moved message that would leave with nothing to say: an emergency fragment alone helps nobody."""
    moved = {_key(name) for name in settings if _moves(name)}
    silent = {
        reminder.message
        for sample in samples
        for reminder in sample.timeline.reminders
        if reminder.message in moved and falls_silent(sample, reminder)
    }
    for key in sorted(silent):
        yield fault(
            f"messages.{key}.send_by",
            "falls-silent",
            _("it may leave at a time when nothing of it holds any more; give it an earlier last moment"),
        )


def _moved(file: Protocol, changed: Protocol, settings: Mapping[str, str], key: str) -> Iterator[Finding]:
    original, now = file.messages[key], changed.messages.get(key)
    if now is None or original.at.day == now.at.day:
        return
    if f"messages.{key}.subject" not in settings:
        sentence = _("The email's subject stays: %(subject)s.") % {"subject": repr(original.subject)}
        yield Finding(f"messages.{key}.subject", "subject-stays", sentence)
    if original.critical:
        sentence = _("A critical message: it now goes on day %(now)s, and went on day %(before)s.")
        days = {"now": now.at.day, "before": original.at.day}
        yield Finding(f"messages.{key}.day", "critical-later", sentence % days)


def _moves(name: str) -> bool:
    return name.startswith("messages.") and not name.endswith(".subject")


def _key(name: str) -> str:
    return name.split(".")[1]


def _unsaid(file: Protocol, lost: set[str], is_off: bool) -> str:
    if not lost and is_off:
        return _("Switched off. Another message says each of its statements.")
    if not lost:
        return _("As it is now. Another message says each of its statements.")
    told = "; ".join(_places(file, lost))
    sentence = (
        _("Switched off. Then said %(places)s.") if is_off else _("As it is now. Then said %(places)s.")
    )
    return sentence % {"places": told}


def _places(file: Protocol, lost: set[str]) -> Iterator[str]:
    """Where each of them is said then: the ends of a sentence that begins with "Then said"."""
    where = elsewhere(file, lost)
    parts = (
        (_("on the patient's page, but in no message: %(statements)s"), where.page),
        (_("in the emergency fragment, but in no message of its own: %(statements)s"), where.emergency),
        (_("nowhere: %(statements)s"), where.nowhere),
    )
    for place, names in parts:
        if names:
            yield place % {"statements": _statements(file, names)}


def _statements(file: Protocol, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} ({file.statements[name].says})" for name in names)
