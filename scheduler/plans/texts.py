"""The texts of a plan as they will read when they are due, and those of them that a new plan rewords."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scheduler.domain.diff import Diff
from scheduler.domain.message import Contact, Text, render_together
from scheduler.domain.timeline import PlannedReminder, Timeline


@dataclass(frozen=True, slots=True)
class Reworded:
    """A reminder whose time stays while its words change; `says` is what it did not say before."""

    planned: PlannedReminder
    text: Text
    says: tuple[str, ...]


def text_of(timeline: Timeline, planned: PlannedReminder, contact: Contact, link: str) -> Text:
    """With what it carries for other treatments."""
    return render_together(timeline.parts(planned), contact, link, planned.due_at)


def reworded(
    before: Timeline,
    after: Timeline,
    diff: Diff,
    contact: Contact,
    link: str,
    messages: Collection[str] | None = None,
) -> Iterator[Reworded]:
    """Those of which `diff`, from the one plan to the other, knows no step: only what they say changes.

    Where it is known that only some messages can, `messages` are their ids, and no other is rendered.
    """
    stepping = {(step.episode, step.key) for step in diff.steps}
    was = {(one.episode, one.key): one for one in before.reminders}
    for planned in after.reminders:
        name = planned.episode, planned.key
        if name not in was or name not in diff.rows or name in stepping:
            continue
        if messages is not None and not _has_one_of(planned, messages):
            continue
        old, new = text_of(before, was[name], contact, link), text_of(after, planned, contact, link)
        if (old.sms, old.paragraphs) != (new.sms, new.paragraphs):
            says = tuple(one for one in new.paragraphs if one not in old.paragraphs)
            yield Reworded(planned, new, says)


def _has_one_of(planned: PlannedReminder, messages: Collection[str]) -> bool:
    return bool(planned.guests) or any(key in messages for key in (planned.message, *planned.folds))
