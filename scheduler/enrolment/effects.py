"""In sentences: what a new treatment changes for reminders of the patient's treatments that are running."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scheduler.dates import moment
from scheduler.domain.diff import Effect, Step
from scheduler.domain.message import Contact
from scheduler.enrolment.further import Together
from scheduler.plans.texts import reworded
from scheduler.plans.wording import Wording, in_order


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
    after = moment(zone, step.after) if step.after else ""
    match step.effect:
        case Effect.SUPERSEDED | Effect.VANISHES:
            what = _("not sent")
        case Effect.FOLDED:
            what = _("part of another text")
        case Effect.MOVES:
            what = _("goes on %(after)s instead") % {"after": after}
        case Effect.RETURNS:
            return _("goes after all, on %(after)s") % {"after": after}
        case Effect.APPEARS:
            what = _("is sent besides")
        case Effect.CHANGES:
            what = _("goes when it is planned")
    return f"{what}; {why}" if why else what
