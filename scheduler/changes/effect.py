"""What a change would do: shown before it is done, and again when it is."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduler.changes import said
from scheduler.changes.facts import Facts, facts_of, in_words
from scheduler.changes.loaded import Loaded
from scheduler.changes.refused import refuse
from scheduler.changes.wanted import Change, Wanted, changed
from scheduler.dates import day, moment
from scheduler.domain.diff import Diff, Effect
from scheduler.domain.message import Text
from scheduler.domain.opening import owed
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.plan import Unsent
from scheduler.domain.replan import replan
from scheduler.domain.standing import Standing
from scheduler.domain.status import Status
from scheduler.domain.stored import BY_PERSON
from scheduler.domain.timeline import PlannedReminder, Timeline
from scheduler.enrolment.contact import contact_of, page_link
from scheduler.models import Episode
from scheduler.plans.texts import Reworded, reworded, text_of
from scheduler.plans.wording import Line, Wording, said_end

#: what people decide about an episode
DECIDED = (
    "pk", "treated_local", "timezone", "answers", "site", "state", "channels", "edition", "detail",
    "fewer_texts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A correction or a catch-up that is to come, as it will read when it is due.

    One that is not `new` was planned before.
    """

    planned: PlannedReminder
    text: Text
    new: bool


@dataclass(frozen=True)
class PlanEffect:
    """The same for every change. `revision` is the plan's; `seen` stands for all that the person looks at.

    `changes` is what is changed, `steps` what becomes of the patient's reminders; `timeline` is the plan
    afterwards, of all the patient's treatments. `texts` are all of its corrections and catch-ups, those too
    that were planned before. `reworded` are the reminders that go when they did and say other words.

    Pages show `values`, `rules` and `messages` instead of changes and steps: messages by what they are
    about, in the order of their times.
    """

    revision: int
    seen: str
    changes: tuple[Line, ...]
    steps: tuple[Line, ...]
    timeline: Timeline
    diff: Diff
    texts: tuple[PlannedText, ...]
    reworded: tuple[Reworded, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    values: tuple[Line, ...]
    rules: tuple[Line, ...]
    messages: tuple[Line, ...]


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
        raise refuse("nothing-changes", _("This would change nothing: it is so already."))
    after = changed(loaded, wanted)
    timeline, diff = replan(after.case, loaded.now)
    wording = Wording({**loaded.case.courses, **after.case.courses}, timeline)
    label = wording.of_row(wanted.row) if wanted.row else ""
    changes = tuple(in_words(facts, loaded.course.protocol, after.episode.timezone, label))
    texts = tuple(_texts(after, timeline, diff))
    words, contact = tuple(_reworded(loaded, after, timeline, diff)), contact_of(after.clinic)
    steps = tuple(line for line in wording.lines(diff.steps) if line not in changes)
    effect = PlanEffect(
        revision=loaded.episode.revision,
        seen=_fingerprint(loaded, diff),
        changes=changes,
        steps=(*steps, *map(wording.of_reworded, words)),
        timeline=timeline,
        diff=diff,
        texts=texts,
        reworded=words,
        notes=(*wanted.notes, *_told(after, texts), *_gone(diff)),
        warnings=(*wanted.warnings, *_silent(after, wanted, timeline), *_nothing_left(after, timeline)),
        values=() if wanted.row else changes,
        rules=tuple(said.rules(loaded, after, wording)),
        messages=_messages(loaded, wanted, facts, tuple(said.messages(diff, words, wording, contact))),
    )
    return Foreseen(effect, wanted, facts, after)


def _messages(loaded: Loaded, wanted: Wanted, facts: Facts, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """With the one that a person decides about, which comes first."""
    if wanted.row is None:
        return lines
    row, course = wanted.row, loaded.case.courses[wanted.row.episode]
    subject = said.about(course, row.message, row.due_at, contact_of(loaded.clinic))
    decided = in_words(facts, course.protocol, row.timezone, subject)
    where = {(line.before, line.after) for line in decided}
    return (*decided, *(line for line in lines if (line.before, line.after) not in where))


def _texts(after: Loaded, timeline: Timeline, diff: Diff) -> Iterator[PlannedText]:
    new = {(step.episode, step.key) for step in diff.steps if step.effect in (Effect.APPEARS, Effect.RETURNS)}
    contact, link = contact_of(after.clinic), page_link(after.patient)
    for planned in timeline.reminders:
        if planned.kind in ("correction", "catch-up"):
            text = text_of(timeline, planned, contact, link)
            yield PlannedText(planned, text, (planned.episode, planned.key) in new)


def _reworded(loaded: Loaded, after: Loaded, timeline: Timeline, diff: Diff) -> Iterator[Reworded]:
    """Against what the plan would say if nothing were changed."""
    before = replan(loaded.case, loaded.now)[0]
    return reworded(before, timeline, diff, contact_of(after.clinic), page_link(after.patient))


def _told(after: Loaded, texts: tuple[PlannedText, ...]) -> Iterator[str]:
    """Which rules the patient knows another end of than is right now."""
    for planned in (one.planned for one in texts if one.planned.kind == "correction"):
        course = after.case.courses[planned.episode]
        others = [other for other in after.case.courses.values() if other is not course]
        wrong = [
            _("%(rule)s (right: %(day)s)") % {"rule": phase.label, "day": day(phase.last_date)}
            if phase.last_date
            else phase.label
            for phase in owed(Standing(course, after.now), others, after.case.tellings)
        ]
        corrects = _("A text corrects it: %(moment)s.") % {"moment": moment(planned.timezone, planned.due_at)}
        if course.treatment.paused:
            corrects = _("No text corrects it before the plan is resumed: tell the patient.")
        yield _("The patient was told a wrong end date for: %(wrong)s. %(corrects)s") % {
            "wrong": ", ".join(wrong),
            "corrects": corrects,
        }


def _gone(diff: Diff) -> Iterator[str]:
    if diff.gone:
        said = ngettext(
            "%(number)s text has gone already and cannot be changed.",
            "%(number)s texts have gone already and cannot be changed.",
            diff.gone,
        )
        yield said % {"number": diff.gone}


def _nothing_left(after: Loaded, timeline: Timeline) -> Iterator[str]:
    mine = after.episode.pk
    if after.episode.state != Episode.State.CANCELLED and not any(
        p.episode == mine for p in timeline.reminders
    ):
        yield _("Nothing of this plan would be left to send.")


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
            _(
                "Nobody tells the patient when this ends while this plan is paused: %(ends)s. The other "
                "treatment leaves it to this one."
            )
            % {"ends": ", ".join(ends)}
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
        list(episodes.values_list(*DECIDED)),
        [loaded.patient.mobile, loaded.patient.email],
        [(row.id, row.moved_to) for row in loaded.case.rows if row.moved_to],
        [row.id for row in loaded.case.rows if row.status is Status.SKIPPED and row.reason == BY_PERSON],
    ]
    steps = sorted((s.episode, s.key, s.effect, s.reason, s.into, s.decided_by) for s in diff.steps)
    return hashlib.sha256(json.dumps([decided, steps], default=str).encode()).hexdigest()[:16]
