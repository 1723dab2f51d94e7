"""When each message of a protocol is due for one treatment, and until when it may leave."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduler.domain import localtime
from scheduler.domain.conditions import Moment, holds
from scheduler.domain.phases import Course
from scheduler.domain.protocol import OPENERS, At, Message, SendBy

#: an enrolment at the desk this soon after the treatment is answered at any hour
AT_DESK = timedelta(hours=3)
HOUR = timedelta(hours=1)
#: texts that would leave at the same minute leave this far apart
APART = timedelta(minutes=30)


class Candidate(NamedTuple):
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

    @property
    def opens(self) -> bool:
        """Whether it says what holds at the beginning of a plan, or when it is made anew."""
        return self.kind in OPENERS


def work_out_candidates(course: Course) -> list[Candidate]:
    """Every message that hangs on a day or a phase and that has something to say when it is due."""
    found: list[Candidate] = []
    hanging = [
        (key, message) for key, message in course.protocol.messages.items() if not message.at.enrolment
    ]
    # Repeated messages come last: their keys, and the days that are free for them, depend on the others.
    for key, message in sorted(
        hanging, key=lambda item: (bool(item[1].at.each_day_of), item[1].at.free_days)
    ):
        for candidate in list(_of_message(course, key, message, found)):
            if has_something_to_say(course, message, candidate):
                found.append(candidate)
    return found


def announced(course: Course, message: str) -> datetime | None:
    """When the phase ends whose end a message is sent for; before that it has nothing to say of it."""
    phase = course.phases.get(course.protocol.messages[message].at.end_of or "")
    return phase.ends_at if phase else None


def has_something_to_say(course: Course, message: Message, candidate: Candidate) -> bool:
    """Whether its own condition holds when it is due, and that of one line about care at the least."""
    lines, moment = course.protocol.lines, Moment(candidate.due_at, candidate.day)
    return holds(message.when, course, moment) and any(
        not lines[name].service and holds(lines[name].when, course, moment) for name in message.lines
    )


def _of_message(
    course: Course, name: str, message: Message, others: Collection[Candidate]
) -> Iterator[Candidate]:
    if not message.at.each_day_of:
        if (due := _due_at(course, message.at)) is not None:
            yield _candidate(course, name, name, *due)
        return
    busy = {c.day for c in others if not course.protocol.messages[c.message].fold}
    keys = {c.key for c in others}
    for day in sorted(_days_of(course, message.at) - (busy if message.at.free_days else set())):
        key = f"day-{day}" if f"day-{day}" not in keys else f"{name}-day-{day}"
        yield _candidate(course, name, key, _on_day(course, message.at, day), day)


def _days_of(course: Course, at: At) -> set[int]:
    return {
        day
        for name in at.each_day_of
        if (phase := course.phases.get(name)) and phase.last_day is not None
        for day in range(max(phase.first_day, at.from_day), phase.last_day + 1)
    }


def _due_at(course: Course, at: At) -> tuple[datetime, int] | None:
    """The instant, within sending hours, and its day; None where its phase is absent or has no end."""
    if at.day is not None:
        return _on_day(course, at, at.day), at.day
    phase = course.phases.get(at.last_day_of or at.end_of or "")
    if phase is None or phase.ends_at is None or phase.last_day is None:
        return None
    if at.last_day_of:
        return _on_day(course, at, phase.last_day), phase.last_day
    due_at = _not_before(course, at, phase.counted_day or phase.last_day, phase.ends_at)
    return due_at, course.treatment.day_of(due_at)


def _on_day(course: Course, at: At, day: int) -> datetime:
    clock = course.protocol.times[at.time or ""]
    return course.hours.on(course.treatment.date_of(day), clock)


def _not_before(course: Course, at: At, day: int, earliest: datetime) -> datetime:
    due_at = max(_on_day(course, at, day), earliest)
    if due_at < course.hours.closes_on(course.treatment.date_of(day)):
        return due_at
    clock = course.protocol.times[at.next_day_time or at.time or ""]
    plus = at.next_day_plus.elapsed if at.next_day_plus else timedelta()
    next_day = course.treatment.date_of(day + 1)
    return course.hours.pull_in(localtime.at(course.zone, next_day, clock) + plus)


def _candidate(course: Course, name: str, key: str, due_at: datetime, day: int) -> Candidate:
    message = course.protocol.messages[name]
    send_by = _send_by(course, message.send_by, due_at, day)
    return Candidate(key, name, message.label.replace("{day}", str(day)), message.kind, day, due_at, send_by)


def _send_by(course: Course, rule: SendBy, due_at: datetime, day: int) -> datetime:
    if rule.after_treatment:
        return course.hours.last_moment(course.treatment.treated_at + rule.after_treatment.elapsed)
    if rule.after_due:
        return course.hours.last_moment(due_at + rule.after_due.elapsed)
    return course.hours.closes_on(course.treatment.date_of(day + rule.days_later))


def open_plan(
    course: Course, in_time: Collection[Candidate], since: datetime, *, welcome: bool
) -> Candidate | None:
    """The first text: the welcome, or where it is too late for that a catch-up, after what is critical.

    `since` is when the plan is made, and `welcome` whether that may go still. None where nothing that ends is
    in force any more and no message is left.
    """
    opener = welcome_at(course, since)
    if welcome and opener.due_at < opener.send_by:
        return opener
    moment = course.hours.next_moment(since)
    if not in_time and not any(phase.ends_at and phase.holds(moment) for phase in course.phases.values()):
        return None
    return opener_at(course, in_time, since, course.protocol.catch_up, "")


def welcome_at(course: Course, since: datetime) -> Candidate:
    """The welcome of a plan that is made then; it may be too late for it."""
    treatment, name = course.treatment, course.protocol.welcome
    if treatment.at_desk and since - treatment.treated_at < AT_DESK:
        # Nothing holds it back: it may leave before sending hours open, and then has an hour to do so.
        welcome = _at_once(course, name, name, since)
        return welcome._replace(any_hour=True, send_by=max(welcome.send_by, since + HOUR))
    return _at_once(course, name, name, course.hours.next_moment(since))


def opener_at(
    course: Course, in_time: Collection[Candidate], since: datetime, message: str, key: str
) -> Candidate:
    """A text that says what holds now, after the critical ones that are due by then.

    Without a key it is named after its date.
    """
    moment = course.hours.next_moment(since)
    if any(c.critical and c.due_at <= moment for c in in_time):
        moment = course.hours.next_moment(moment + APART)
    return _at_once(course, message, key or dated(course, message, moment), moment)


def _at_once(course: Course, message: str, key: str, moment: datetime) -> Candidate:
    return _candidate(course, message, key, moment, course.treatment.day_of(moment))


def dated(course: Course, message: str, moment: datetime) -> str:
    """The key of a text that goes when it is needed: catchup-2026-11-22."""
    return f"{message}-{localtime.local_date(course.zone, moment).isoformat()}"
