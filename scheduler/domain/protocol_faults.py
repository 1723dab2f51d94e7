"""What can be wrong in a protocol whose parts are well formed: names that lead nowhere, texts not sayable.

No page shows a file's faults, as without its protocols nothing starts: these and those of `protocol_file` are
for whoever writes files, in English.
"""

from collections.abc import Iterator, Mapping

from scheduler.domain.notice_sizes import too_long
from scheduler.domain.placeholders import NEUTRAL, names_in
from scheduler.domain.protocol import OPENERS, At, Condition, Ends, Line, Message, Notice, Phase, Protocol
from scheduler.domain.text_faults import faults_of_sms, faults_of_text

Found = Iterator[tuple[tuple[str | int, ...], str]]
Ids = Mapping[str, set[str]]
#: what stands for a reminder, and for a critical one, in a text that tells nothing
MINIMAL = ("reminder", "important")
DAYS_OF_AT = ("enrolment", "day", "last_day_of", "end_of", "each_day_of")


def faults_of(protocol: Protocol, ids: Ids) -> Found:
    """Every fault with its place. `ids` are the names that the file has, those of malformed items too."""
    for name, phase in protocol.phases.items():
        yield from _phase(protocol, ids, name, phase)
    yield from _cycles(protocol)
    yield from _values(protocol, ids)
    for name, line in protocol.lines.items():
        yield from _line(protocol, ids, name, line)
    for name, message in protocol.messages.items():
        yield from _message(protocol, ids, name, message)
    yield from _one_of_each(protocol, ids)
    yield from _unknown(ids, "lines", ("every_message",), protocol.every_message)
    yield from _emergency(protocol, ids)
    for name in MINIMAL:
        yield from _notice(protocol, ids, ("minimal", name), getattr(protocol.minimal, name))
    yield from ((("minimal", name, field), sentence) for name, field, sentence in too_long(protocol))
    yield from _statements(protocol, ids)
    yield from _unused_lines(protocol, ids)


def _unknown(ids: Ids, section: str, place: tuple[str | int, ...], names: tuple[str, ...]) -> Found:
    kind = section.removesuffix("s")
    for number, name in enumerate(names):
        if name not in ids.get(section, ()):
            where = (*place, number) if len(names) > 1 else place
            yield where, f"there is no {kind} {name!r}"


def _ref(ids: Ids, section: str, place: tuple[str | int, ...], name: str | None) -> Found:
    if name is not None:
        yield from _unknown(ids, section, place, (name,))


def _phase(protocol: Protocol, ids: Ids, name: str, phase: Phase) -> Found:
    place = ("phases", name)
    yield from _ref(ids, "phases", (*place, "starts_after"), phase.starts_after)
    before = protocol.phases.get(phase.starts_after or "")
    if before and before.ends is None:
        yield (*place, "starts_after"), f"{phase.starts_after!r} has no end that this could start after"
    if phase.ends:
        yield from _ends(ids, place, phase.ends)
    yield from _text(protocol, ids, (*place, "page"), phase.page)


def _ends(ids: Ids, place: tuple[str | int, ...], ends: Ends) -> Found:
    yield from _ref(ids, "values", (*place, "ends", "after"), ends.after)
    yield from _unknown(ids, "values", (*place, "ends", "with_day"), ends.with_day)
    if (ends.after is None) == (not ends.with_day):
        yield (*place, "ends"), "give one of `after` (hours) and `with_day` (days)"


def _cycles(protocol: Protocol) -> Found:
    for name in protocol.phases:
        seen, at = [name], protocol.phases[name].starts_after
        while at in protocol.phases and at not in seen:
            seen.append(at)
            at = protocol.phases[at].starts_after
        if at == name:
            yield ("phases", name, "starts_after"), f"a cycle: {' after '.join([*seen, name])}"


def _values(protocol: Protocol, ids: Ids) -> Found:
    for name, value in protocol.values.items():
        place = ("values", name)
        yield from _ref(ids, "questions", (*place, "by"), value.by)
        if sum((value.length is not None, bool(value.by), value.set_by_clinic)) != 1:
            yield place, "give one of `length`, `by` with `lengths`, and `set_by_clinic`"
        question = protocol.questions.get(value.by or "")
        if question and set(question.options) != set(value.lengths):
            yield place, f"`lengths` needs one for each of: {', '.join(question.options)}"
    hours = protocol.sending_hours
    if hours.closes <= hours.opens:
        yield ("sending_hours",), "`until` must be later than `from`"


def _line(protocol: Protocol, ids: Ids, name: str, line: Line) -> Found:
    place = ("lines", name)
    if not line.sms and not line.email:
        yield place, "a line needs a text: `sms`, `email` or both"
    if not line.all_statements and not line.service:
        yield (
            place,
            "a line needs the statements that it rests on (or `service: true` if it says nothing of care)",
        )
    yield from _sms(protocol, ids, (*place, "sms"), line.sms or "")
    yield from _text(protocol, ids, (*place, "email"), line.email or "")
    yield from _condition(protocol, ids, (*place, "when"), line.when)


def _sms(protocol: Protocol, ids: Ids, place: tuple[str | int, ...], text: str) -> Found:
    yield from _text(protocol, ids, place, text)
    yield from ((place, sentence) for _, sentence in faults_of_sms(text))


def _text(protocol: Protocol, ids: Ids, place: tuple[str | int, ...], text: str) -> Found:
    endless = {name for name, phase in protocol.phases.items() if phase.ends is None}
    for _, sentence in faults_of_text(text, ids.get("phases", ()), endless):
        yield place, sentence


def _condition(protocol: Protocol, ids: Ids, place: tuple[str | int, ...], when: Condition) -> Found:
    yield from _unknown(ids, "phases", (*place, "during"), when.during)
    yield from _unknown(ids, "phases", (*place, "not_during"), when.not_during)
    for field in ("over", "last_day", "not_last_day"):
        yield from _ref(ids, "phases", (*place, field), getattr(when, field))
    for field in ("same_end", "different_end"):
        yield from _unknown(ids, "phases", (*place, field), getattr(when, field) or ())
    yield from _unknown(ids, "values", (*place, "modes"), tuple(when.modes))
    for name, answer in when.answers.items():
        if name not in protocol.questions or answer not in protocol.questions[name].options:
            yield (*place, "answers", name), f"there is no answer {answer!r} to a question {name!r}"


def _message(protocol: Protocol, ids: Ids, name: str, message: Message) -> Found:
    place = ("messages", name)
    yield from _unknown(ids, "lines", (*place, "lines"), message.lines)
    for spare in message.if_room:
        if spare not in message.lines:
            yield (*place, "if_room"), f"{spare!r} is not among the lines of this message"
    for left in message.fold.without if message.fold else ():
        if left not in message.lines:
            yield (*place, "fold", "without"), f"{left!r} is not among the lines of this message"
    yield from _text(protocol, ids, (*place, "subject"), message.subject)
    yield from _condition(protocol, ids, (*place, "when"), message.when)
    yield from _at(protocol, ids, (*place, "at"), message.at)
    if bool(message.at.enrolment) != (message.kind in OPENERS):
        yield (*place, "at"), "`enrolment: true` is for the welcome, the catch-up and the correction only"
    if message.critical and message.fold:
        yield (*place, "fold"), "a critical message is never folded into another"


def _at(protocol: Protocol, ids: Ids, place: tuple[str | int, ...], at: At) -> Found:
    given = [field for field in DAYS_OF_AT if getattr(at, field) not in (None, ())]
    if len(given) != 1:
        yield place, f"give one of {', '.join(f'`{field}`' for field in DAYS_OF_AT)}"
    if not at.enrolment and at.time is None:
        yield place, "`time` is missing: one of the named times"
    yield from _ref(ids, "times", (*place, "time"), at.time)
    yield from _ref(ids, "times", (*place, "next_day_time"), at.next_day_time)
    yield from _unknown(ids, "phases", (*place, "each_day_of"), at.each_day_of)
    for field in ("last_day_of", "end_of"):
        name = getattr(at, field)
        yield from _ref(ids, "phases", (*place, field), name)
        if name in protocol.phases and protocol.phases[name].ends is None:
            yield (*place, field), f"the phase {name!r} has no end"


def _one_of_each(protocol: Protocol, ids: Ids) -> Found:
    complete = set(protocol.messages) == ids.get("messages", set())
    for kind in ("welcome", "catch-up"):
        count = sum(message.kind == kind for message in protocol.messages.values())
        if count > 1 or (count == 0 and complete):
            yield ("messages",), f"there must be one message of the kind {kind!r}; there are {count}"


def _emergency(protocol: Protocol, ids: Ids) -> Found:
    yield from _sms(protocol, ids, ("emergency", "sms"), protocol.emergency.sms)
    for channel in ("sms", "page", "email"):
        text = getattr(protocol.emergency, channel)
        yield from _text(protocol, ids, ("emergency", channel), text)
        if "{phone}" not in text:
            yield ("emergency", channel), "the emergency fragment must name the urgent number: {phone}"


def _notice(protocol: Protocol, ids: Ids, place: tuple[str | int, ...], notice: Notice) -> Found:
    """What a text says that tells nothing of the treatment."""
    for field in Notice.model_fields:
        text, where = getattr(notice, field), (*place, field)
        yield from (_sms if field.startswith("sms") else _text)(protocol, ids, where, text)
        for name in names_in(text):
            if name not in NEUTRAL:
                yield where, f"{{{name}}} would tell of the treatment, and this text must not"
        if field.endswith("without_link") and ("{link}" in text or "{phone}" not in text):
            yield where, "without a link it must name the number to call: {phone}, and not {link}"
    if "{link}" not in notice.email:
        yield (*place, "email"), "it must name the page on which everything stands: {link}"


def _resting(protocol: Protocol) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
    """Every part that rests on statements."""
    for name, line in protocol.lines.items():
        yield ("lines", name, "email_adds"), line.email_adds
    for section in ("values", "phases", "lines", "topics"):
        for name, part in getattr(protocol, section).items():
            yield (section, name, "statements"), part.statements
    yield ("emergency", "statements"), protocol.emergency.statements


def _statements(protocol: Protocol, ids: Ids) -> Found:
    said: set[str] = set()
    for place, statements in _resting(protocol):
        if place[0] != "values":
            said.update(statements)
        for number, statement in enumerate(statements):
            if statement not in ids.get("statements", ()):
                yield (*place, number), f"there is no statement {statement!r}"
            elif statement in protocol.statements and protocol.statements[statement].heading:
                yield (*place, number), f"{statement!r} is a heading, which says nothing"
    for name, statement_ in protocol.statements.items():
        if name not in said and not statement_.heading:
            yield (
                ("statements", name),
                f"{name!r} is said nowhere: not by a phase, a line, a topic or the emergency fragment",
            )


def _unused_lines(protocol: Protocol, ids: Ids) -> Found:
    used = {line for message in protocol.messages.values() for line in message.lines} | set(
        protocol.every_message
    )
    if set(protocol.messages) == ids.get("messages", set()):
        for name in protocol.lines:
            if name not in used:
                yield ("lines", name), f"no message says the line {name!r}"
