"""A text as it is said in full, and as it says no more than that there is one: in the clinic's own words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from scheduler import editions
from scheduler.domain.clinic_values import with_settings
from scheduler.domain.edits.samples import all_answers
from scheduler.domain.message import render
from scheduler.domain.protocol import Protocol
from scheduler.domain.timeline import Treatment, timeline_of
from scheduler.enrolment.contact import EXAMPLE_LINK_END, contact_of, link_to
from scheduler.models import Clinic, Detail


def example_texts(clinic: Clinic, now: datetime) -> Mapping[str, str]:
    """The same text by how much it says. Empty while the clinic lacks what every text names."""
    if not (clinic.urgent_phone and clinic.reply_to):
        return {}
    protocol = _protocol(clinic)
    answers = next(all_answers(protocol))
    timeline = timeline_of(protocol, Treatment(now, clinic.timezone, answers, now, True))
    # A usual one: the first and the critical ones say more than others.
    reminder = next(one for one in timeline.reminders[1:] if not one.critical)
    contact, link = contact_of(clinic), link_to(EXAMPLE_LINK_END)
    return {
        str(detail): render(
            timeline.course, reminder.content, replace(contact, detail=detail), link, reminder.due_at
        ).sms
        for detail in Detail.values
    }


def _protocol(clinic: Clinic) -> Protocol:
    """As the clinic has it; what it has not said yet is left out."""
    name = next(iter(editions.available_protocols()))
    if edition := editions.current_edition(clinic, name):
        return editions.protocol_of(edition)
    protocol = editions.find_protocol(name)
    unsaid = {value: "omit" for value, one in protocol.values.items() if one.set_by_clinic}
    return with_settings(protocol, unsaid)
