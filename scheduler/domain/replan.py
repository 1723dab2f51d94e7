"""Planning a patient anew: from what is true now, what is stored and what was told, to the next plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.diff import Diff, compare
from scheduler.domain.opening import Telling, with_openings
from scheduler.domain.overlap import NEVER
from scheduler.domain.phases import Course
from scheduler.domain.standing import Opening, Standing
from scheduler.domain.status import Status
from scheduler.domain.stored import Stored, standing_of
from scheduler.domain.timeline import Timeline, build_timeline


@dataclass(frozen=True, slots=True)
class Case:
    """One patient: the running treatments by their episodes, the stored reminders, what was told.

    `rows` has those of cancelled episodes too: what still pends of them goes.
    """

    courses: Mapping[int, Course]
    rows: tuple[Stored, ...]
    tellings: tuple[Telling, ...] = ()


def replan(case: Case, now: datetime) -> tuple[Timeline, Diff]:
    """The plan from `now` (UTC) on, and what it changes. Nothing is planned before that."""
    catch_ups = {episode: course.protocol.catch_up for episode, course in case.courses.items()}
    openings = {
        row.episode: Opening(row.key, row.message)
        for row in case.rows
        if row.status is Status.SCHEDULED and row.message == catch_ups.get(row.episode)
    }
    timeline = build_timeline(with_openings(_standings(case, now), case.tellings, openings))
    return timeline, compare(case.rows, timeline, now)


def as_planned(case: Case, planned_at: datetime) -> tuple[Timeline, Diff]:
    """The plan that stands since `planned_at`, and how what is stored differs from it: not at all."""
    timeline = build_timeline(_standings(case, planned_at, back=True))
    return timeline, compare(case.rows, timeline, NEVER)


def _standings(case: Case, since: datetime, *, back: bool = False) -> Sequence[Standing]:
    by_episode: dict[int, list[Stored]] = {episode: [] for episode in case.courses}
    for row in case.rows:
        by_episode.setdefault(row.episode, []).append(row)
    return [
        standing_of(course, since, by_episode[episode], case.rows, back=back)
        for episode, course in case.courses.items()
    ]
