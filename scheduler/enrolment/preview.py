"""What enrolling would do, shown before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain import localtime
from scheduler.domain.message import Text, render
from scheduler.domain.timeline import Timeline, Unsent
from scheduler.enrolment.checking import Checked, check, is_late, read, refuse_unknown_protocol
from scheduler.enrolment.contact import TOKEN_LENGTH, contact_of, link_to
from scheduler.enrolment.request import Enrolment
from scheduler.senders import leaves_for_real, shut_ways

#: as long as a real one, so that the segments are right
EXAMPLE_LINK_END = "x" * TOKEN_LENGTH
REASONS = {
    "past-send-by": "its time has passed",
    "folded": "another text of that day says it",
    "said-elsewhere": "the first text says what still holds of it",
}


@dataclass(frozen=True)
class Preview:
    """`texts` has each reminder's text by its key, rendered for the moment it is due."""

    timeline: Timeline
    texts: Mapping[str, Text]
    #: a sentence for each message that is not sent on its own
    not_sent: tuple[str, ...]
    #: what the enrolling person should know before
    warnings: tuple[str, ...]
    #: the treatment is so long ago that a person has to confirm it
    late: bool


def preview(asked: Enrolment, now: datetime) -> Preview:
    """Plan without writing; who the patient is may still be missing. Raises Refused."""
    now = now.replace(second=0, microsecond=0)
    refuse_unknown_protocol(asked.protocol_id)
    checked = check(asked, read(asked), now, preview=True)
    timeline = checked.timeline
    return Preview(
        timeline,
        _texts(asked, checked, timeline),
        tuple(_not_sent(unsent, timeline.treatment.timezone) for unsent in timeline.unsent),
        tuple(_not_leaving(asked)),
        is_late(checked.treatment),
    )


def _texts(asked: Enrolment, checked: Checked, timeline: Timeline) -> dict[str, Text]:
    contact, link = contact_of(asked.clinic), link_to(EXAMPLE_LINK_END)
    return {
        planned.key: render(timeline.course, planned.content, contact, link, planned.due_at)
        for planned in timeline.reminders
    }


def _not_leaving(asked: Enrolment) -> list[str]:
    if not leaves_for_real(asked.clinic):
        return ["Texts and emails go to the outbox: nothing leaves this machine."]
    shut = shut_ways(asked.clinic, asked.channels)
    return [shut] if shut else []


def _not_sent(unsent: Unsent, zone: str) -> str:
    """What is not sent by itself, when it would have been due, and why."""
    wall = localtime.to_wall(zone, unsent.due_at)
    due = f"{localtime.short_date(wall.date())}, {localtime.clock(wall)}"
    return f"{unsent.label} ({due}): {REASONS[unsent.reason]}."
