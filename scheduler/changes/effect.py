"""What a change would do: shown before it is done, and again when it is."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.changes.facts import Facts, facts_of, in_words
from scheduler.changes.loaded import Loaded
from scheduler.changes.refused import refuse
from scheduler.changes.wanted import Change, Wanted, changed
from scheduler.domain.diff import Diff
from scheduler.domain.localtime import local_date, short_date
from scheduler.domain.message import Content, Part, Text, render_together
from scheduler.domain.opening import owed
from scheduler.domain.overlap import leg_to_name, merged_phase, seen_with
from scheduler.domain.phases import Course, Phase
from scheduler.domain.plan import Unsent
from scheduler.domain.replan import replan
from scheduler.domain.standing import Standing
from scheduler.domain.status import Status
from scheduler.domain.stored import BY_PERSON
from scheduler.domain.timeline import PlannedReminder, Timeline
from scheduler.enrolment.contact import contact_of, page_link
from scheduler.models import Episode
from scheduler.plans.wording import Line, Wording, moment, said_end


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A correction or a catch-up that is to come, as it will read when it is due."""

    planned: PlannedReminder
    text: Text


@dataclass(frozen=True)
class PlanEffect:
    """The same for every change. `revision` is the plan's; `seen` stands for all that the person looks at.

    `changes` is what is changed, `steps` what becomes of the patient's reminders; `timeline` is the plan
    afterwards, of all the patient's treatments. `texts` are all of its corrections and catch-ups, those too
    that were planned before.
    """

    revision: int
    seen: str
    changes: tuple[Line, ...]
    steps: tuple[Line, ...]
    timeline: Timeline
    diff: Diff
    texts: tuple[PlannedText, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Foreseen:
    """The effect, with what it takes to do it."""

    effect: PlanEffect
    wanted: Wanted
    facts: Facts
    after: Loaded


def foresee(loaded: Loaded, change: Change) -> Foreseen:
    """Raises Refused where the change cannot be, or would do nothing. Writes nothing."""
    wanted = change.read(loaded)
    facts = facts_of(loaded, wanted)
    if not facts:
        raise refuse("nothing-changes", "This would change nothing: it is so already.")
    after = changed(loaded, wanted)
    timeline, diff = replan(after.case, loaded.now)
    wording = Wording({**loaded.case.courses, **after.case.courses}, timeline)
    label = wording.of_row(wanted.row) if wanted.row else ""
    changes = tuple(in_words(facts, loaded.course.protocol, after.episode.timezone, label))
    texts = tuple(_texts(after, timeline))
    effect = PlanEffect(
        revision=loaded.episode.revision,
        seen=_fingerprint(loaded, diff),
        changes=changes,
        steps=tuple(line for line in wording.lines(diff.steps) if line not in changes),
        timeline=timeline,
        diff=diff,
        texts=texts,
        notes=(*wanted.notes, *_told(after, texts), *_gone(diff)),
        warnings=(*wanted.warnings, *_silent(after, wanted, timeline), *_nothing_left(after, timeline)),
    )
    return Foreseen(effect, wanted, facts, after)


def _texts(after: Loaded, timeline: Timeline) -> Iterator[PlannedText]:
    for planned in timeline.reminders:
        if planned.kind in ("correction", "catch-up"):
            yield PlannedText(planned, _rendered(after, timeline, planned))


def _rendered(after: Loaded, timeline: Timeline, planned: PlannedReminder) -> Text:
    """With what it carries for other treatments."""
    carried = {(unsent.episode, unsent.key): unsent for unsent in timeline.unsent}
    parts = [_part(timeline, planned.episode, planned.content, planned.due_at)]
    for episode, key in planned.guests:
        guest = carried[episode, key]
        content = Content(guest.message, guest.folds, False, local_date(guest.timezone, guest.due_at))
        parts.append(_part(timeline, episode, content, planned.due_at))
    return render_together(parts, contact_of(after.clinic), page_link(after.patient), planned.due_at)


def _part(timeline: Timeline, episode: int, content: Content, at: datetime) -> Part:
    course = next(course for course in timeline.courses if course.treatment.episode == episode)
    others = timeline.others_of(episode)
    return Part(seen_with(course, others, at), content, leg_to_name(course, others, at))


def _told(after: Loaded, texts: tuple[PlannedText, ...]) -> Iterator[str]:
    """Which rules the patient knows another end of than is right now."""
    for planned in (one.planned for one in texts if one.planned.kind == "correction"):
        course = after.case.courses[planned.episode]
        others = [other for other in after.case.courses.values() if other is not course]
        wrong = [
            f"{phase.label} (right: {short_date(phase.last_date)})" if phase.last_date else phase.label
            for phase in owed(Standing(course, after.now), others, after.case.tellings)
        ]
        corrects = f"A text corrects it: {moment(planned.timezone, planned.due_at)}."
        if course.treatment.paused:
            corrects = "No text corrects it before the plan is resumed: tell the patient."
        yield f"The patient was told a wrong end date for: {', '.join(wrong)}. {corrects}"


def _gone(diff: Diff) -> Iterator[str]:
    if diff.gone:
        texts = "text has" if diff.gone == 1 else "texts have"
        yield f"{diff.gone} {texts} gone already and cannot be changed."


def _nothing_left(after: Loaded, timeline: Timeline) -> Iterator[str]:
    mine = after.episode.pk
    if after.episode.state != Episode.State.CANCELLED and not any(
        p.episode == mine for p in timeline.reminders
    ):
        yield "Nothing of this plan would be left to send."


def _silent(after: Loaded, wanted: Wanted, timeline: Timeline) -> Iterator[str]:
    """The ends that a plan decides for another treatment, whose own text about them does not go.

    Nobody says them while the plan that decides is paused.
    """
    if wanted.episode.get("state") != Episode.State.PAUSED:
        return
    ends = dict.fromkeys(
        f"{phase.label} ({said_end(course, phase)})"
        for unsent in timeline.unsent
        if unsent.reason == "superseded" and unsent.decided_by == after.episode.pk != unsent.episode
        for course in [after.case.courses[unsent.episode]]
        if (phase := _announced(course, timeline, unsent))
    )
    if ends:
        yield (
            f"Nobody tells the patient when this ends while this plan is paused: {', '.join(ends)}. "
            "The other treatment leaves it to this one."
        )


def _announced(course: Course, timeline: Timeline, unsent: Unsent) -> Phase | None:
    """The rule whose end it would announce, as all treatments make it."""
    at = course.protocol.messages[unsent.message].at
    phase = course.phases.get(at.last_day_of or at.end_of or "")
    return phase and merged_phase(course, timeline.others_of(unsent.episode), phase)


def _fingerprint(loaded: Loaded, diff: Diff) -> str:
    """Of all that people have decided about the patient's plans, and of what becomes of each reminder.

    Times are not in it: they follow from the rest, and from when it is done.
    """
    episodes = Episode.objects.for_clinic(loaded.clinic).filter(patient=loaded.patient).order_by("pk")
    decided = [
        list(
            episodes.values_list(
                "pk", "treated_local", "timezone", "answers", "site", "state", "channels", "edition"
            )
        ),
        [loaded.patient.mobile, loaded.patient.email],
        [(row.id, row.moved_to) for row in loaded.case.rows if row.moved_to],
        [row.id for row in loaded.case.rows if row.status is Status.SKIPPED and row.reason == BY_PERSON],
    ]
    steps = sorted((s.episode, s.key, s.effect, s.reason, s.into, s.decided_by) for s in diff.steps)
    return hashlib.sha256(json.dumps([decided, steps], default=str).encode()).hexdigest()[:16]
