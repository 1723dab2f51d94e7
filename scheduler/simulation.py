"""What a patient would have received: the real dispatcher over a simulated clock, into the outbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.dispatch import dispatch_once
from scheduler.domain import localtime
from scheduler.domain.message import Contact
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.domain.timeline import Timeline, Treatment, Unsent, timeline_of
from scheduler.enrolment.rows import minutes, reminder_rows
from scheduler.models import (
    Attempt,
    Clinic,
    Edition,
    Episode,
    Event,
    OptOut,
    Patient,
    Reminder,
    Sender,
)
from scheduler.throwaway import throwaway_database

TABLES = (Sender, Clinic, Edition, Patient, Episode, Reminder, Attempt, Event, OptOut)
ACTOR = "simulation"
#: a number, an address and a page that nobody has
MOBILE, EMAIL, PAGE = "+447700900000", "patient@example.com", "abcdefghjkmnpqrs"


@dataclass(frozen=True, slots=True)
class Received:
    """One text in the patient's hands. `at` is UTC, `local` the wall clock there."""

    key: str
    label: str
    at: datetime
    local: datetime
    text: str
    subject: str
    segments: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """`not_planned` is what the plan leaves out and why; `withheld` what the dispatcher did not send."""

    received: tuple[Received, ...]
    not_planned: tuple[Unsent, ...]
    withheld: tuple[tuple[str, str], ...]


def simulate(
    protocol: Protocol, treatment: Treatment, contact: Contact, *, kind: str = "sms", days: int = 28
) -> Simulation:
    """From enrolment to the end of the given day after treatment; `kind` is sms or email. Keeps nothing."""
    timeline = timeline_of(protocol, treatment)
    end = localtime.start_of_day(treatment.timezone, treatment.date_of(days + 1))
    with throwaway_database(TABLES):
        _store(protocol, timeline, contact, kind)
        _run(treatment.enrolled_at, end)
        return Simulation(tuple(_received(timeline)), timeline.unsent, tuple(_withheld()))


def _run(now: datetime, end: datetime) -> None:
    """Jump from one due time to the next."""
    while now < end:
        turn = dispatch_once(now, worker=ACTOR)
        if turn.next_due is None:
            return
        now = max(turn.next_due, now)


def _store(protocol: Protocol, timeline: Timeline, contact: Contact, kind: str) -> None:
    treatment = timeline.treatment
    clinic = _clinic(contact, treatment)
    edition = Edition.objects.create(
        clinic=clinic,
        protocol_id=protocol.id,
        number=1,
        protocol=protocol.model_dump_json(),
        published_by=ACTOR,
        published_at=treatment.enrolled_at,
    )
    patient = Patient.objects.create(
        clinic=clinic,
        name="Patient",
        mobile=MOBILE,
        email=EMAIL,
        page_token=PAGE,
        created_at=treatment.enrolled_at,
        planned_at=treatment.enrolled_at,
    )
    episode = Episode.objects.create(
        clinic=clinic,
        patient=patient,
        edition=edition,
        treated_at=treatment.treated_at,
        treated_local=minutes(localtime.to_wall(treatment.timezone, treatment.treated_at)),
        timezone=treatment.timezone,
        answers=dict(treatment.answers),
        channels=[kind],
        enrolled_at=treatment.enrolled_at,
        enrolled_by=ACTOR,
        at_desk=treatment.at_desk,
        detail=treatment.detail,
        fewer_texts=treatment.fewer,
    )
    Reminder.objects.bulk_create(reminder_rows(episode, timeline))


def _clinic(contact: Contact, treatment: Treatment) -> Clinic:
    return Clinic.objects.create(
        slug="example",
        name=contact.name,
        sms_name=contact.name,
        timezone=treatment.timezone,
        urgent_phone=contact.urgent_phone,
        reply_to=contact.reply_to,
        website=contact.website,
        emergency_number=contact.emergency_number,
        created_at=treatment.enrolled_at,
    )


def _received(timeline: Timeline) -> Iterator[Received]:
    labels = {planned.key: planned.label for planned in timeline.reminders}
    sent = Attempt.objects.across_clinics().select_related("reminder").order_by("created_at", "pk")
    for attempt in sent:
        yield Received(
            key=attempt.reminder.key,
            label=labels[attempt.reminder.key],
            at=attempt.created_at,
            local=localtime.to_wall(timeline.treatment.timezone, attempt.created_at),
            text=attempt.text,
            subject=attempt.subject,
            segments=attempt.segments,
        )


def _withheld() -> Iterator[tuple[str, str]]:
    """Key and reason of what came to its end without being sent, up to the last day."""
    rest = Reminder.objects.across_clinics().exclude(status__in=[Status.SENT, Status.SCHEDULED])
    yield from rest.order_by("due_at").values_list("key", "status_reason")
