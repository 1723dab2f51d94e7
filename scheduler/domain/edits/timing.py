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

BELOW, REASON_MISSING = "below-leaflet", "reason-missing"


def below_leaflet(file: Protocol, settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of lengths shorter than the file's own, with the two lengths: "2d instead of 3d"."""
    found, changed = {}, apply(file, settings)[0]
    for name in settings:
        section, _, option = name.partition(".")
        if section not in file.values or file.values[section].set_by_clinic:
            continue
        own, source = changed.values[section], file.values[section]
        pairs = [(own.lengths[o], source.lengths[o]) for o in source.lengths if option in ("", o)]
        pairs = pairs or ([(own.length, source.length)] if own.length and source.length else [])
        shorter = [f"{a} instead of {b}" for a, b in pairs if a.hours < b.hours]
        if shorter:
            found[name] = ", ".join(shorter)
    return found


def warnings_of_lengths(
    file: Protocol, settings: Mapping[str, str], reasons: Mapping[str, str]
) -> Iterator[Finding]:
    for name, lengths in below_leaflet(file, settings).items():
        said = f"{label_of(file, name)}: {lengths}, below the protocol's source."
        if reasons.get(name, "").strip():
            yield Finding(name, BELOW, f"{said} The reason given: {reasons[name].strip()}")
        else:
            yield Finding(name, REASON_MISSING, f"{said} Give a reason before it is published.")


def warnings_of_times(changed: Protocol) -> Iterator[Finding]:
    """Named times at which nothing may leave, and where texts go instead."""
    hours = changed.sending_hours
    latest = (datetime.combine(date.min, hours.closes) - BEFORE_CLOSING).time()
    used = {message.at.time for message in changed.messages.values()}
    for name, clock in changed.times.items():
        pulled = min(max(clock, hours.opens), latest)
        if pulled != clock and name in used:
            yield Finding(
                name,
                "pulled-in",
                f"{in_words(name)} is {clock:%H:%M}; with sending hours from {hours.opens:%H:%M} to "
                f"{hours.closes:%H:%M} its messages go at {pulled:%H:%M}.",
            )


def without_effect(file: Protocol, settings: Mapping[str, str]) -> Iterator[Finding]:
    """Settings without which the protocol would be the same."""
    whole = apply(file, settings)[0]
    for name in settings:
        if apply(file, {one: text for one, text in settings.items() if one != name})[0] == whole:
            yield Finding(name, "changes-nothing", f"{label_of(file, name)} is so without this edit.")


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
            yield Finding(name, "never-sent", "As it is now, no patient is sent it any more.")
        for other in _instead(key, on_time, before):
            yield Finding(name, "goes-instead", f"Where its day has no other text, {other!r} goes instead.")
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
            "it may leave at a time when nothing of it holds any more; give it an earlier last moment",
        )


def _moved(file: Protocol, changed: Protocol, settings: Mapping[str, str], key: str) -> Iterator[Finding]:
    original, now = file.messages[key], changed.messages.get(key)
    if now is None or original.at.day == now.at.day:
        return
    if f"messages.{key}.subject" not in settings:
        yield Finding(
            f"messages.{key}.subject", "subject-stays", f"The email's subject stays: {original.subject!r}."
        )
    if original.critical:
        yield Finding(
            f"messages.{key}.day",
            "critical-later",
            f"A critical message: it now goes on day {now.at.day}, and went on day {original.at.day}.",
        )


def _moves(name: str) -> bool:
    return name.startswith("messages.") and not name.endswith(".subject")


def _key(name: str) -> str:
    return name.split(".")[1]


def _unsaid(file: Protocol, lost: set[str], is_off: bool) -> str:
    opening = "Switched off." if is_off else "As it is now."
    if not lost:
        return f"{opening} Another message says each of its statements."
    where = elsewhere(file, lost)
    parts = (
        ("on the patient's page, but in no message", where.page),
        ("in the emergency fragment, but in no message of its own", where.emergency),
        ("nowhere", where.nowhere),
    )
    told = "; ".join(f"{place}: {_statements(file, names)}" for place, names in parts if names)
    return f"{opening} Then said {told}."


def _statements(file: Protocol, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} ({file.statements[name].says})" for name in names)
