"""Whether a plan that is made anew begins with a text of its own: a correction, or a catch-up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from scheduler.domain import localtime
from scheduler.domain.due import Candidate, dated
from scheduler.domain.overlap import joined, legs_meet, merged_phase
from scheduler.domain.pattern import candidates
from scheduler.domain.phases import Course, Phase
from scheduler.domain.placeholders import told_end
from scheduler.domain.standing import Opening, Standing

#: an hour that was told and moves by less than this is not worth a text of its own
NOTICEABLE = timedelta(hours=1)
LONG_AGO = timedelta(days=180)
#: so many texts of a patient that went by unsent are made up for by one
MISSED = 2


class Telling(NamedTuple):
    """What a text that left, or may have left, told the patient. `opens`: it said all that held then.

    `ends` has the ends that it named, as `told_end` writes them: a phase -> 2026-12-04 or 2026-11-23T15:00.
    `site` and `episode` are those of the treatment that it spoke of.
    """

    at: datetime
    site: str
    opens: bool
    ends: Mapping[str, str]
    episode: int = 0


def with_openings(
    standings: Sequence[Standing], tellings: Sequence[Telling], pending: Mapping[int, Opening]
) -> list[Standing]:
    """The standings, each with the opening that it needs.

    A correction is owed where the patient was told another end, unless a first text is still to come that
    names it. `pending` are catch-ups that have not gone yet, by their episode. A catch-up makes up for texts
    that went by unsent: two of them, or one that is past its last moment.
    """
    newest_first = sorted(standings, key=_age, reverse=True)
    courses = joined([standing.course for standing in newest_first])
    linked = [
        s if s.course is c else replace(s, course=c) for s, c in zip(newest_first, courses, strict=True)
    ]
    decided: list[Standing] = []
    for standing in linked:
        others = [other for other in courses if other is not standing.course]
        opening = None
        if standing.opened:
            # A paused one may stay silent for long.
            speaks = [
                s.course for s in decided if (s.opening or _will_open(s)) and not s.course.treatment.paused
            ]
            opening = _opening(standing, others, speaks, tellings, pending, linked)
        decided.append(_with(opening, standing))
    return [_with(d.opening, s) for s, d in zip(newest_first, decided, strict=True)]


def _with(opening: Opening | None, standing: Standing) -> Standing:
    return standing if standing.opening == opening else replace(standing, opening=opening)


def _age(standing: Standing) -> tuple[datetime, int]:
    return standing.course.treatment.treated_at, standing.course.treatment.episode


def _will_open(standing: Standing) -> bool:
    """Whether a first text is still to come: as long as a rule holds that it can name."""
    return not standing.opened and _in_force(standing)


def _in_force(standing: Standing) -> bool:
    moment = standing.course.hours.next_moment(standing.since)
    return any(phase.ends_at and phase.holds(moment) for phase in standing.course.phases.values())


def _opening(
    standing: Standing,
    others: Sequence[Course],
    speaking: Sequence[Course],
    tellings: Sequence[Telling],
    pending: Mapping[int, Opening],
    standings: Sequence[Standing],
) -> Opening | None:
    course, protocol = standing.course, standing.course.protocol
    unsaid = owed(standing, others, tellings)
    if any(not _is_covered(course, phase, speaking, standing.since) for phase in unsaid):
        return Opening(_correction_key(standing), protocol.correction)
    if any(legs_meet(course.treatment.site, other.treatment.site) for other in speaking):
        return None
    waiting = pending.get(course.treatment.episode)
    if waiting and waiting.message == protocol.catch_up:
        return waiting
    if _was_broken(standing, standings):
        return Opening(_catch_up_key(standing), protocol.catch_up)
    return None


def owed(standing: Standing, others: Sequence[Course], tellings: Iterable[Telling]) -> list[Phase]:
    """The rules of this course of which the patient knows another end than is true now."""
    course, moment = standing.course, standing.course.hours.next_moment(standing.since)
    found = []
    for name, word in _heard(course, tellings).items():
        if name in course.phases:
            if word.taken_back and not _is_back(course.phases[name], word.taken_back, moment):
                continue
            phase = merged_phase(course, others, course.phases[name], standing.since)
            if _differs(course, phase, word.end) and _matters(course, phase, word.end, standing.since):
                found.append(phase)
    return found


class _Word(NamedTuple):
    """What the patient last heard of a rule. `taken_back`: when a text said all that held, and not this."""

    end: str
    taken_back: datetime | None


def _heard(course: Course, tellings: Iterable[Telling]) -> dict[str, _Word]:
    """The last word on each rule. What a text left out that said all that held may come to hold again."""
    heard: dict[str, _Word] = {}
    of_site_only, all_said = False, None
    for telling in sorted(tellings, key=attrgetter("at"))[::-1]:
        meets = legs_meet(course.treatment.site, telling.site)
        for name, end in telling.ends.items():
            if name in heard:
                continue
            scope = _scope(course, name)
            if (meets or scope == "body") and (scope == "site" or not of_site_only):
                heard[name] = _Word(end, all_said)
        if telling.opens and meets:
            all_said = all_said or telling.at
        of_site_only = of_site_only or (telling.opens and not meets)
    return heard


def _is_back(phase: Phase, taken_back: datetime, moment: datetime) -> bool:
    """Whether the rule holds again that a text left out: not one that only began after it."""
    return phase.ends_at is not None and phase.starts_at <= taken_back and phase.holds(moment)


def _scope(course: Course, phase: str) -> str:
    return course.phases[phase].scope if phase in course.phases else ""


def _differs(course: Course, phase: Phase, told: str) -> bool:
    if phase.ends_at is None:
        return True
    if len(told) == len("2026-12-04"):
        return told_end(course, phase, "date") != told
    return abs(_instant(course, told_end(course, phase, "end")) - _instant(course, told)) >= NOTICEABLE


def _matters(course: Course, phase: Phase, told: str, since: datetime) -> bool:
    """Whether the true end or the one that was told is still ahead.

    An end of long ago is not told any more: a date in a text has no year.
    """
    if phase.ends_at is None or since < phase.ends_at:
        return True
    return since < _instant(course, told) and since - phase.ends_at < LONG_AGO


def _instant(course: Course, told: str) -> datetime:
    if len(told) == len("2026-12-04"):
        return localtime.start_of_day(course.zone, date.fromisoformat(told) + timedelta(days=1))
    return localtime.resolve(course.zone, datetime.fromisoformat(told))


def _is_covered(course: Course, phase: Phase, speaking: Iterable[Course], since: datetime) -> bool:
    """Whether a text that says what holds now is to come for a course that has the same rule."""
    for other in speaking:
        rule = other.phases.get(phase.id)
        meets = phase.scope == "body" or legs_meet(course.treatment.site, other.treatment.site)
        if rule and meets and not rule.is_over(since):
            return True
    return False


def _correction_key(standing: Standing) -> str:
    return f"correction-{1 + sum(key.startswith('correction-') for key in standing.gone)}"


def _catch_up_key(standing: Standing) -> str:
    course = standing.course
    key = dated(course, course.protocol.catch_up, course.hours.next_moment(standing.since))
    used = sum(other == key or other.startswith(f"{key}-") for other in standing.gone | standing.lapsed)
    return f"{key}-{used + 1}" if used else key


def _was_broken(standing: Standing, standings: Sequence[Standing]) -> bool:
    """Whether texts of the patient went by unsent, this treatment's among them."""
    if standing.interrupted and _in_force(standing):
        return True
    mine = list(_missed(standing))
    late = any(standing.course.hours.next_moment(standing.since) >= c.send_by for c in mine)
    return bool(mine) and (late or sum(1 for s in standings for _ in _missed(s)) >= MISSED)


def _missed(standing: Standing) -> Iterator[Candidate]:
    if not standing.overdue:
        return
    for candidate in candidates(standing.course):
        due_at = standing.moved.get(candidate.key, candidate.due_at)
        if candidate.key in standing.overdue and due_at < standing.since:
            yield candidate
