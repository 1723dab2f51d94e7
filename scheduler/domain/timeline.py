"""The timeline of a treatment: which rules hold when, which reminders are due when, what is not sent and why.

`build_timeline` is pure. The preview, the stored plan, the patient's page and the simulation come from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain import localtime
from scheduler.domain.due import APART, Candidate, candidates, open_plan
from scheduler.domain.phases import Phase, Treatment, build_phases
from scheduler.domain.protocol import Fold, Protocol
from scheduler.domain.sending_hours import next_sending_moment

#: a daily message due this soon after a catch-up would only repeat it
SOON = timedelta(hours=3)

__all__ = ["Phase", "PlannedReminder", "Timeline", "Treatment", "Unsent", "build_phases", "build_timeline"]


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A message planned for one patient. Instants are UTC; `due_local` is the wall clock of its zone."""

    key: str
    message: str
    label: str
    kind: str
    day: int
    due_at: datetime
    due_local: datetime
    send_by: datetime
    critical: bool
    any_hour: bool = False
    last: bool = False
    folds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is not sent on its own: `past-send-by`, `folded` or `said-elsewhere` (in `into`)."""

    key: str
    label: str
    due_at: datetime
    reason: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The phases, the reminders in the order in which they are due, and what is not sent on its own."""

    treatment: Treatment
    phases: tuple[Phase, ...]
    reminders: tuple[PlannedReminder, ...]
    unsent: tuple[Unsent, ...]


def build_timeline(protocol: Protocol, treatment: Treatment) -> Timeline:
    """Plan one treatment. Raises KeyError for an answer that the protocol does not offer: check first."""
    phases = build_phases(protocol, treatment)
    wanted = candidates(protocol, treatment, phases)
    first_moment = next_sending_moment(protocol, treatment.timezone, treatment.enrolled_at)
    in_time = [c for c in wanted if max(c.due_at, first_moment) < c.send_by]
    late = [Unsent(c.key, c.label, c.due_at, "past-send-by") for c in wanted if c not in in_time]
    opener = open_plan(protocol, treatment, phases, in_time)
    if opener is None or opener.message != protocol.welcome:
        late.insert(0, _missed_welcome(protocol, treatment))
    if opener is None:
        return Timeline(treatment, phases, (), tuple(late))
    kept, unsent = _around_opener(protocol, treatment, opener, in_time)
    kept, folded = _fold_same_day(protocol, treatment, kept)
    spaced = _space(protocol, treatment.timezone, sorted(kept, key=lambda c: (c.due_at, not c.critical)))
    reminders = [_planned(treatment, candidate) for candidate in spaced]
    reminders[-1] = replace(reminders[-1], last=True)
    return Timeline(treatment, phases, tuple(reminders), (*late, *unsent, *folded))


def _missed_welcome(protocol: Protocol, treatment: Treatment) -> Unsent:
    message = protocol.messages[protocol.welcome]
    return Unsent(protocol.welcome, message.label, treatment.treated_at, "past-send-by")


def _around_opener(
    protocol: Protocol, treatment: Treatment, opener: Candidate, in_time: list[Candidate]
) -> tuple[list[Candidate], list[Unsent]]:
    """The first text says what is true now: what would only repeat it is not sent. Critical ones are."""
    kept, unsent = [], []
    first_moment = next_sending_moment(protocol, treatment.timezone, treatment.enrolled_at)
    catches_up = opener.message == protocol.catch_up
    for candidate in in_time:
        message = protocol.messages[candidate.message]
        ahead = candidate.due_at - opener.due_at
        if candidate.critical:
            kept.append(replace(candidate, due_at=max(candidate.due_at, first_moment)))
        elif (
            not catches_up
            and message.fold
            and message.fold.into == "welcome"
            and ahead < _within(message.fold)
        ):
            opener = replace(opener, folds=(*opener.folds, candidate.message))
            unsent.append(Unsent(candidate.key, candidate.label, candidate.due_at, "folded", opener.key))
        elif ahead < (SOON if catches_up and message.kind == "daily" else timedelta()):
            unsent.append(
                Unsent(candidate.key, candidate.label, candidate.due_at, "said-elsewhere", opener.key)
            )
        else:
            kept.append(candidate)
    return [opener, *kept], unsent


def _within(fold: Fold) -> timedelta:
    return fold.within.elapsed if fold.within else timedelta()


def _fold_same_day(
    protocol: Protocol, treatment: Treatment, kept: list[Candidate]
) -> tuple[list[Candidate], list[Unsent]]:
    """Put a message that asks for it into the last other one of its day, but never into a critical one."""
    folded: list[Unsent] = []
    for guest in kept:
        fold = protocol.messages[guest.message].fold
        if fold is None or fold.into != "same-day":
            continue
        hosts = [
            c
            for c in kept
            if c.day == guest.day
            and c.message != guest.message
            and protocol.messages[c.message].kind in ("daily", "phase-end")
        ]
        if not hosts:
            continue
        host = max(hosts, key=lambda c: c.due_at)
        carrying = replace(host, folds=(*host.folds, guest.message))
        kept = [carrying if c is host else c for c in kept if c is not guest]
        folded.append(Unsent(guest.key, guest.label, guest.due_at, "folded", host.key))
    return kept, folded


def _space(protocol: Protocol, zone: str, ordered: list[Candidate]) -> Iterator[Candidate]:
    """Texts due at the same minute follow each other at a distance, where hours and send-by leave room."""
    previous: datetime | None = None
    for candidate in ordered:
        if previous is not None and candidate.due_at <= previous:
            later = next_sending_moment(protocol, zone, previous + APART)
            if later < candidate.send_by:
                candidate = replace(candidate, due_at=later)
        previous = candidate.due_at
        yield candidate


def _planned(treatment: Treatment, c: Candidate) -> PlannedReminder:
    return PlannedReminder(
        key=c.key,
        message=c.message,
        label=c.label,
        kind=c.kind,
        day=treatment.day_of(c.due_at),
        due_at=c.due_at,
        due_local=localtime.to_wall(treatment.timezone, c.due_at),
        send_by=c.send_by,
        critical=c.critical,
        any_hour=c.any_hour,
        folds=c.folds,
    )
