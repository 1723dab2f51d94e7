"""One patient in memory: reminders are kept as the database keeps them, and texts go when they are due.

Everything that changes goes through `replan`, so that whole lives of plans can be tried in milliseconds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.diff import STATUS, Diff, Effect, Step
from scheduler.domain.message import Content, Part, Text, render_together
from scheduler.domain.opening import Telling
from scheduler.domain.overlap import leg_to_name, seen_with
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from scheduler.domain.protocol import OPENERS, Protocol
from scheduler.domain.replan import Case, as_planned, replan
from scheduler.domain.status import Status
from scheduler.domain.stored import BY_PERSON, PAUSED, PENDING, Stored
from scheduler.domain.timeline import Timeline
from tests.domain.plans import CONTACT, LINK


@dataclass(frozen=True)
class Sent:
    """A text that left: which, when, and what it said."""

    row: Stored
    at: datetime
    text: Text
    parts: tuple[Part, ...]


@dataclass
class Chart:
    """A patient's treatments, reminders and what was told; `now` only moves on."""

    now: datetime
    courses: dict[int, Course] = field(default_factory=dict)
    rows: dict[int, Stored] = field(default_factory=dict)
    tellings: list[Telling] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    diffs: list[Diff] = field(default_factory=list)
    paused: bool = False
    planned_at: datetime | None = None
    timeline: Timeline | None = None
    sites: dict[int, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        # A leg that was put right was always that one: texts spoke of this very treatment.
        told = tuple(telling._replace(site=self.sites[telling.episode]) for telling in self.tellings)
        return Case(dict(self.courses), tuple(self.rows.values()), told)

    def of(self, episode: int, key: str) -> Stored:
        return next(row for row in self.rows.values() if (row.episode, row.key) == (episode, key))

    def pending(self) -> list[Stored]:
        """What is to be sent, in its order."""
        rows = [row for row in self.rows.values() if row.status is Status.SCHEDULED]
        return sorted(rows, key=lambda row: (row.due_at, not row.critical, row.id))

    # What happens to a patient.

    def enrol(self, protocol: Protocol, treatment: Treatment) -> Diff:
        self.courses[treatment.episode] = course_of(protocol, treatment)
        self.sites[treatment.episode] = treatment.site
        return self.renew()

    def change(self, episode: int, **values: object) -> Diff:
        """T0, zone, answers or leg of a treatment."""
        course = self.courses[episode]
        treatment = replace(course.treatment, **values)  # type: ignore[arg-type]
        self.sites[episode] = treatment.site
        self.courses[episode] = course_of(course.protocol, treatment)
        return self.renew()

    def publish(self, protocol: Protocol) -> Diff:
        """An edition for every treatment of which something is still to come."""
        pending = {row.episode for row in self.rows.values() if row.status in PENDING}
        self.courses |= {
            e: course_of(protocol, self.courses[e].treatment) for e in pending & self.courses.keys()
        }
        return self.renew() if pending else Diff(())

    def cancel(self, episode: int) -> Diff:
        del self.courses[episode]
        return self.renew()

    def skip(self, row: Stored) -> Diff:
        self._keep(row, status=Status.SKIPPED, reason=BY_PERSON)
        return self.renew()

    def move(self, row: Stored, to: datetime) -> Diff:
        self._keep(row, moved_to=to)
        return self.renew()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> Diff:
        self.paused = False
        return self.renew()

    def renew(self) -> Diff:
        """Plan anew, and write down what changes."""
        self.planned_at = self.now
        self.timeline, diff = replan(self.case, self.now)
        self._apply(diff)
        self.diffs.append(diff)
        return diff

    def stands(self, planned_at: datetime) -> Diff:
        """How what is stored differs from the plan that was made then."""
        return as_planned(self.case, planned_at)[1]

    # What the worker does.

    def let_pass(self, until: datetime, *, working: bool = True) -> None:
        """Up to and including that moment; a worker that does not work sends nothing."""
        while working and (row := self._next(until)):
            self.now = max(self.now, self._looked_at(row))
            self._take(row)
        self.now = max(self.now, until)

    def _next(self, until: datetime) -> Stored | None:
        """What is to be looked at first; in a pause that is critical, or is past its last moment."""
        return next((row for row in self.pending() if self._looked_at(row) <= until), None)

    def _looked_at(self, row: Stored) -> datetime:
        return row.send_by if self.paused and not row.critical else row.due_at

    def _take(self, row: Stored) -> None:
        if self.now >= row.send_by:
            self._keep(row, status=Status.SKIPPED, reason=PAUSED if self.paused else "past-send-by")
            if list(self._guests(row)):
                self.renew()
            return
        text, parts = self.text_of(row, self.now)
        self._keep(row, status=Status.SENT)
        self.sent.append(Sent(row, self.now, text, parts))
        self._tell(row, text.as_sms.told)

    def _tell(self, row: Stored, told: Mapping[str, str]) -> None:
        """Of what another treatment says in a text, each has its own telling."""
        opens = self.courses[row.episode].protocol.messages[row.message].kind in OPENERS
        ends: dict[int, dict[str, str]] = {row.episode: {}}
        for name, end in told.items():
            number, _, phase = name.rpartition(":")
            ends.setdefault(int(number or row.episode), {})[phase] = end
        for episode, named in ends.items():
            site = self.sites[episode]
            self.tellings.append(Telling(self.now, site, opens and episode == row.episode, named, episode))

    def text_of(self, row: Stored, at: datetime) -> tuple[Text, tuple[Part, ...]]:
        """What it says at a moment, with what it carries of other treatments."""
        parts = tuple(self._part(one, at) for one in (row, *self._guests(row)))
        return render_together(parts, CONTACT, LINK, at), parts

    def _guests(self, row: Stored) -> Iterator[Stored]:
        for other in self.rows.values():
            if other.status is Status.FOLDED and other.host == row.id and other.episode != row.episode:
                yield other

    def _part(self, row: Stored, at: datetime) -> Part:
        course = self.courses[row.episode]
        others = [other for episode, other in self.courses.items() if episode != row.episode]
        due_date = localtime.local_date(row.timezone, row.due_at)
        content = Content(row.message, row.folds, row.last, due_date)
        return Part(seen_with(course, others, at), content, leg_to_name(course, others, at))

    # As the database does it.

    def _keep(self, row: Stored, **values: object) -> None:
        self.rows[row.id] = self.rows[row.id]._replace(**values)  # type: ignore[arg-type]

    def _apply(self, diff: Diff) -> None:
        ids = {(row.episode, row.key): row.id for row in self.rows.values()}
        for step in diff.steps:
            if step.row is None:
                assert (step.episode, step.key) not in ids, f"{step.key} is stored already"
                ids[step.episode, step.key] = len(self.rows) + 1
                self.rows[len(self.rows) + 1] = _blank(step, len(self.rows) + 1)
        for step in diff.steps:
            row = self.rows[ids[step.episode, step.key]]
            self.rows[row.id] = _DONE[step.effect](row, step, ids)


def _blank(step: Step, number: int) -> Stored:
    planned = step.planned or step.unsent
    assert planned is not None
    assert planned.send_by is not None
    return Stored(
        number, step.episode, step.key, planned.message, Status.SCHEDULED, "", planned.due_at,
        planned.send_by, critical=False, last=False, any_hour=False, timezone="UTC", folds=(),
        moved_to=None, host=None, decided_by=None,
    )  # fmt: skip


def _planned(row: Stored, step: Step, ids: Mapping[tuple[int, str], int]) -> Stored:
    p = step.planned
    assert p is not None
    assert row.status in (Status.SCHEDULED, Status.SKIPPED, Status.FOLDED, Status.SUPERSEDED), row
    return row._replace(
        message=p.message, status=Status.SCHEDULED, reason="", due_at=p.due_at, send_by=p.send_by,
        critical=p.critical, last=p.last, any_hour=p.any_hour, timezone=p.timezone, folds=p.folds, host=None,
        decided_by=None,
    )  # fmt: skip


def _spoken_for(row: Stored, step: Step, ids: Mapping[tuple[int, str], int]) -> Stored:
    u = step.unsent
    assert u is not None
    assert u.send_by is not None
    return row._replace(
        message=u.message, status=STATUS[step.effect], reason="other-treatment", due_at=u.due_at,
        send_by=u.send_by, timezone=u.timezone, folds=u.folds, decided_by=step.decided_by,
        critical=False, last=False, any_hour=False,
        host=ids[step.decided_by, step.into] if step.into else None,
    )  # fmt: skip


def _vanished(row: Stored, step: Step, ids: Mapping[tuple[int, str], int]) -> Stored:
    after = Status.CANCELLED if step.reason == "episode-cancelled" else Status.SKIPPED
    return row._replace(status=after, reason=step.reason, host=None, decided_by=None)


_DONE: dict[Effect, Callable[[Stored, Step, Mapping[tuple[int, str], int]], Stored]] = {
    Effect.APPEARS: _planned,
    Effect.MOVES: _planned,
    Effect.CHANGES: _planned,
    Effect.RETURNS: _planned,
    Effect.FOLDED: _spoken_for,
    Effect.SUPERSEDED: _spoken_for,
    Effect.VANISHES: _vanished,
}
