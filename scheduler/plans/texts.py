"""The texts of a plan as they will read when they are due, and those of them that a new plan rewords."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.domain.diff import Diff
from scheduler.domain.localtime import local_date
from scheduler.domain.message import Contact, Content, Part, Text, render_together
from scheduler.domain.overlap import leg_to_name, seen_with
from scheduler.domain.timeline import PlannedReminder, Timeline


@dataclass(frozen=True, slots=True)
class Reworded:
    """A reminder whose time stays while its words change; `says` is what it did not say before."""

    planned: PlannedReminder
    text: Text
    says: tuple[str, ...]


def text_of(timeline: Timeline, planned: PlannedReminder, contact: Contact, link: str) -> Text:
    """With what it carries for other treatments."""
    carried = {(unsent.episode, unsent.key): unsent for unsent in timeline.unsent}
    parts = [_part(timeline, planned, planned.episode, planned.content)]
    for episode, key in planned.guests:
        guest = carried[episode, key]
        content = Content(guest.message, guest.folds, False, local_date(guest.timezone, guest.due_at))
        parts.append(_part(timeline, planned, episode, content))
    return render_together(parts, contact, link, planned.due_at)


def _part(timeline: Timeline, planned: PlannedReminder, episode: int, content: Content) -> Part:
    course = next(course for course in timeline.courses if course.treatment.episode == episode)
    others, at = timeline.others_of(episode), planned.due_at
    return Part(seen_with(course, others, at), content, leg_to_name(course, others, at))


def reworded(
    before: Timeline, after: Timeline, diff: Diff, contact: Contact, link: str
) -> Iterator[Reworded]:
    """Those of which `diff`, from the one plan to the other, knows no step: only what they say changes."""
    stepping = {(step.episode, step.key) for step in diff.steps}
    was = {(one.episode, one.key): one for one in before.reminders}
    for planned in after.reminders:
        name = planned.episode, planned.key
        if name not in was or name not in diff.rows or name in stepping:
            continue
        old, new = text_of(before, was[name], contact, link), text_of(after, planned, contact, link)
        if (old.sms, old.paragraphs) != (new.sms, new.paragraphs):
            says = tuple(one for one in new.paragraphs if one not in old.paragraphs)
            yield Reworded(planned, new, says)
