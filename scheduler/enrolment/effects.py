"""In sentences: what a new treatment changes for reminders of the patient's treatments that are running."""

from collections.abc import Iterator

from scheduler.domain.diff import Effect, Step
from scheduler.domain.message import Contact
from scheduler.enrolment.further import Together
from scheduler.plans.texts import reworded
from scheduler.plans.wording import Wording, in_order, moment


def sentences(together: Together) -> Iterator[str]:
    """One for each reminder of another treatment that changes, in the order of their times."""
    courses = {course.treatment.episode: course for course in together.timeline.courses}
    wording = Wording(courses, together.timeline, this=together.episode)
    for step in in_order(together.effect):
        zone = courses[step.episode].zone
        # When it was due, or will be where it is new.
        time = step.before or step.after
        assert time
        yield f"{wording.label(step)} ({moment(zone, time)}): {_what(step, zone, wording.why(step))}."


def reworded_sentences(together: Together, contact: Contact, link: str) -> Iterator[str]:
    """One for each text of another treatment that goes when it did and says other words."""
    if together.before is None:
        return
    courses = {course.treatment.episode: course for course in together.timeline.courses}
    wording = Wording(courses, together.timeline, this=together.episode)
    for one in reworded(together.before, together.timeline, together.diff, contact, link):
        if one.planned.episode != together.episode:
            line = wording.of_reworded(one)
            yield f"{line.what} ({line.before}): {line.why}"


def _what(step: Step, zone: str, why: str) -> str:
    because = f"; {why}" if why else ""
    after = moment(zone, step.after) if step.after else ""
    match step.effect:
        case Effect.SUPERSEDED | Effect.VANISHES:
            return f"not sent{because}"
        case Effect.FOLDED:
            return f"part of another text{because}"
        case Effect.MOVES:
            return f"goes on {after} instead{because}"
        case Effect.RETURNS:
            return f"goes after all, on {after}"
        case Effect.APPEARS:
            return f"is sent besides{because}"
        case Effect.CHANGES:
            return f"goes when it is planned{because}"
