"""When each message of a protocol is due for one treatment, and until when it may leave."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain import localtime
from scheduler.domain.conditions import Moment, holds
from scheduler.domain.phases import Phase, Treatment, by_id
from scheduler.domain.protocol import At, Message, Protocol, SendBy
from scheduler.domain.sending_hours import closes_on, last_moment, next_sending_moment, pull_in

#: an enrolment at the desk this soon after the treatment is answered at any hour
AT_DESK = timedelta(hours=3)
HOUR = timedelta(hours=1)
#: texts that would leave at the same minute leave this far apart
APART = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message with its times, before it is decided whether it goes. Instants in UTC."""

    key: str
    message: str
    label: str
    kind: str
    day: int
    due_at: datetime
    send_by: datetime
    any_hour: bool = False
    folds: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        return self.kind == "critical"


def candidates(protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...]) -> list[Candidate]:
    """Every message that hangs on a day or a phase and whose condition holds when it is due."""
    found: list[Candidate] = []
    hanging = [(name, message) for name, message in protocol.messages.items() if not message.at.enrolment]
    # Repeated messages come last: their keys, and the days that are free for them, depend on the others.
    for name, message in sorted(
        hanging, key=lambda pair: (bool(pair[1].at.each_day_of), pair[1].at.free_days)
    ):
        for candidate in list(_of_message(protocol, treatment, phases, name, message, found)):
            if _has_something_to_say(protocol, treatment, phases, message, candidate):
                found.append(candidate)
    return found


def _has_something_to_say(
    protocol: Protocol,
    treatment: Treatment,
    phases: tuple[Phase, ...],
    message: Message,
    candidate: Candidate,
) -> bool:
    """Whether its own condition holds when it is due, and that of one line about care at the least."""
    moment = Moment(candidate.due_at, candidate.day)
    about_care = [line for name in message.lines if not (line := protocol.lines[name]).service]
    return holds(message.when, protocol, treatment, phases, moment) and any(
        holds(line.when, protocol, treatment, phases, moment) for line in about_care
    )


def _of_message(
    protocol: Protocol,
    treatment: Treatment,
    phases: tuple[Phase, ...],
    name: str,
    message: Message,
    others: Collection[Candidate],
) -> Iterator[Candidate]:
    if not message.at.each_day_of:
        due_at = _due_at(protocol, treatment, phases, message.at)
        if due_at is not None:
            yield _candidate(protocol, treatment, name, name, due_at)
        return
    busy = {c.day for c in others if not protocol.messages[c.message].fold} if message.at.free_days else set()
    keys = {c.key for c in others}
    for day in sorted(_days_of(phases, message.at) - busy):
        key = f"day-{day}" if f"day-{day}" not in keys else f"{name}-day-{day}"
        yield _candidate(protocol, treatment, name, key, _on_day(protocol, treatment, message.at, day))


def _days_of(phases: tuple[Phase, ...], at: At) -> set[int]:
    return {
        day
        for phase in phases
        if phase.id in at.each_day_of and phase.last_day is not None
        for day in range(max(phase.first_day, at.from_day), phase.last_day + 1)
    }


def _due_at(protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...], at: At) -> datetime | None:
    """The instant, within sending hours; None where the phase that it hangs on is absent or has no end."""
    known = by_id(phases)
    if at.day is not None:
        return _on_day(protocol, treatment, at, at.day)
    phase = known.get(at.last_day_of or at.end_of or "")
    if phase is None or phase.ends_at is None or phase.last_day is None:
        return None
    if at.last_day_of:
        return _on_day(protocol, treatment, at, phase.last_day)
    return _not_before(protocol, treatment, at, phase.counted_day or phase.last_day, phase.ends_at)


def _on_day(protocol: Protocol, treatment: Treatment, at: At, day: int) -> datetime:
    nominal = localtime.at(treatment.timezone, treatment.date_of(day), protocol.times[at.time or ""])
    return pull_in(protocol, treatment.timezone, nominal)


def _not_before(protocol: Protocol, treatment: Treatment, at: At, day: int, earliest: datetime) -> datetime:
    due_at = max(_on_day(protocol, treatment, at, day), earliest)
    if due_at < closes_on(protocol, treatment.timezone, treatment.date_of(day)):
        return due_at
    clock = protocol.times[at.next_day_time or at.time or ""]
    plus = at.next_day_plus.elapsed if at.next_day_plus else timedelta()
    nominal = localtime.at(treatment.timezone, treatment.date_of(day + 1), clock) + plus
    return pull_in(protocol, treatment.timezone, nominal)


def _candidate(protocol: Protocol, treatment: Treatment, name: str, key: str, due_at: datetime) -> Candidate:
    message = protocol.messages[name]
    day = treatment.day_of(due_at)
    label = message.label.replace("{day}", str(day))
    send_by = _send_by(protocol, treatment, message.send_by, due_at)
    return Candidate(key, name, label, message.kind, day, due_at, send_by)


def _send_by(protocol: Protocol, treatment: Treatment, rule: SendBy, due_at: datetime) -> datetime:
    zone = treatment.timezone
    if rule.after_treatment:
        return last_moment(protocol, zone, treatment.treated_at + rule.after_treatment.elapsed)
    if rule.after_due:
        return last_moment(protocol, zone, due_at + rule.after_due.elapsed)
    return closes_on(protocol, zone, localtime.local_date(zone, due_at) + timedelta(days=rule.days_later))


def open_plan(
    protocol: Protocol, treatment: Treatment, phases: tuple[Phase, ...], in_time: Collection[Candidate]
) -> Candidate | None:
    """The first text: the welcome, or where it is too late for that a catch-up, after what is critical.

    None where nothing that ends is in force any more and no message is left.
    """
    moment = next_sending_moment(protocol, treatment.timezone, treatment.enrolled_at)
    at_desk = treatment.at_desk and treatment.enrolled_at - treatment.treated_at < AT_DESK
    welcome = _candidate(
        protocol, treatment, protocol.welcome, protocol.welcome, treatment.enrolled_at if at_desk else moment
    )
    if at_desk:
        # Nothing holds it back: it may leave before sending hours open, and then has an hour to do so.
        return replace(welcome, any_hour=True, send_by=max(welcome.send_by, welcome.due_at + HOUR))
    if welcome.due_at < welcome.send_by:
        return welcome
    if not in_time and not any(phase.ends_at and phase.holds(moment) for phase in phases):
        return None
    if any(c.critical and c.due_at <= moment for c in in_time):
        moment = next_sending_moment(protocol, treatment.timezone, moment + APART)
    key = f"{protocol.catch_up}-{localtime.local_date(treatment.timezone, moment).isoformat()}"
    return _candidate(protocol, treatment, protocol.catch_up, key, moment)
