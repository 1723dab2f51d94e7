"""What enrolling would do, shown before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.dates import moment
from scheduler.domain.message import Text
from scheduler.domain.overlap import merged_phase
from scheduler.domain.phases import Course, Phase
from scheduler.domain.timeline import PlannedReminder, Timeline, Unsent
from scheduler.enrolment.checking import Checked, check, is_late, read, refuse_unknown_protocol
from scheduler.enrolment.contact import EXAMPLE_LINK_END, contact_of, link_to
from scheduler.enrolment.effects import reworded_sentences, sentences
from scheduler.enrolment.further import Together, new_addresses, planned_with
from scheduler.enrolment.request import Enrolment
from scheduler.models import Patient
from scheduler.opt_outs import Recipient, refused
from scheduler.plans.texts import text_of
from scheduler.plans.wording import WHY_NOT, named
from scheduler.senders import leaves_for_real, shut_ways

ANOTHER = {
    "mobile": gettext_lazy(
        "The mobile number is another one than this patient's so far. From now on all of the patient's "
        "treatments use the one that is typed here."
    ),
    "email": gettext_lazy(
        "The email address is another one than this patient's so far. From now on all of the patient's "
        "treatments use the one that is typed here."
    ),
}
STOPPED = {
    "mobile": gettext_lazy(
        "Messages to this mobile number were stopped: none goes there until they are resumed."
    ),
    "email": gettext_lazy(
        "Messages to this email address were stopped: none goes there until they are resumed."
    ),
}


@dataclass(frozen=True)
class Preview:
    """`timeline` is of all the patient's running treatments; `reminders` are those of the new one.

    `texts` has the text of each of these by its key, rendered for the moment it is due.
    """

    timeline: Timeline
    course: Course
    reminders: tuple[PlannedReminder, ...]
    texts: Mapping[str, Text]
    #: a sentence for each message that is not sent on its own
    not_sent: tuple[str, ...]
    #: a sentence for each reminder of another treatment that changes
    effects: tuple[str, ...]
    #: what the enrolling person should know before
    warnings: tuple[str, ...]
    #: the treatment is so long ago that a person has to confirm it
    late: bool
    #: the chosen record, None where a new one is made
    patient: Patient | None = None

    @property
    def phases(self) -> list[Phase]:
        """The new treatment's rules, each with the end that the deciding one gives it; 0 is the new one."""
        mine = self.course.treatment.episode
        merged = [merged_phase(self.course, self.others, phase) for phase in self.course.phases.values()]
        return [phase._replace(decided_by=0) if phase.decided_by == mine else phase for phase in merged]

    @property
    def others(self) -> tuple[Course, ...]:
        """The treatments that are running already."""
        return self.timeline.others_of(self.course.treatment.episode)


def preview(asked: Enrolment, now: datetime) -> Preview:
    """Plan without writing; who the patient is may still be missing. Raises Refused."""
    minute = now.replace(second=0, microsecond=0)
    refuse_unknown_protocol(asked.protocol_id)
    checked = check(asked, read(asked), minute, preview=True)
    patient = checked.patient
    together = planned_with(checked, patient, now) if patient else None
    timeline = together.timeline if together else checked.timeline
    number = together.episode if together else 0
    contact, link = contact_of(asked.clinic), link_to(EXAMPLE_LINK_END)
    reminders = tuple(planned for planned in timeline.reminders if planned.episode == number)
    return Preview(
        timeline,
        next(course for course in timeline.courses if course.treatment.episode == number),
        reminders,
        {one.key: text_of(timeline, one, contact, link) for one in reminders},
        tuple(_not_sent(timeline, unsent) for unsent in timeline.unsent if unsent.episode == number),
        _effects(asked, together) if together else (),
        (*_not_leaving(asked), *_about_addresses(asked, checked)),
        is_late(checked.treatment),
        patient,
    )


def _effects(asked: Enrolment, together: Together) -> tuple[str, ...]:
    link = link_to(EXAMPLE_LINK_END)
    return (*sentences(together), *reworded_sentences(together, contact_of(asked.clinic), link))


def _not_leaving(asked: Enrolment) -> list[str]:
    if not leaves_for_real(asked.clinic):
        return [_("Texts and emails go to the outbox: nothing leaves this machine.")]
    shut = shut_ways(asked.clinic, asked.channels)
    return [shut] if shut else []


def _about_addresses(asked: Enrolment, checked: Checked) -> Iterator[str]:
    """Which addresses of the record are changed by what is typed, and which of those stopped messages."""
    if checked.patient is None:
        return
    for field, typed in new_addresses(checked.patient, checked.typed).items():
        if getattr(checked.patient, field):
            yield str(ANOTHER[field])
        channel = next(name for name, held in Patient.ADDRESS_FIELDS.items() if held == field)
        if refused([Recipient(asked.clinic, channel, typed)]):
            yield str(STOPPED[field])


def _not_sent(timeline: Timeline, unsent: Unsent) -> str:
    """What is not sent by itself, when it would have been due, and why."""
    courses = {course.treatment.episode: course for course in timeline.courses}
    due = moment(courses[unsent.episode].zone, unsent.due_at)
    return f"{unsent.label} ({due}): {_why(unsent, courses)}."


def _why(unsent: Unsent, courses: Mapping[int, Course]) -> str:
    if unsent.decided_by == unsent.episode or unsent.reason not in ("superseded", "folded", "said-elsewhere"):
        return str(WHY_NOT[unsent.reason])
    decider = named(courses[unsent.decided_by])
    return (
        _("%(decider)s decides") % {"decider": decider}
        if unsent.reason == "superseded"
        else _("a text of %(decider)s says it") % {"decider": decider}
    )
