"""A clinic with many patients in the middle of their plans, made without a sender."""

from datetime import UTC, datetime, timedelta
from random import Random

from scheduler import editions
from scheduler.domain import localtime
from scheduler.domain.status import Status
from scheduler.domain.timeline import Treatment, timeline_of
from scheduler.enrolment.rows import minutes, reminder_rows
from scheduler.models import Clinic, Edition, Episode, Patient, Reminder

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONE, PROTOCOL, ACTOR = "Europe/London", "microsclerotherapy", "benchmark"
SETTINGS = {"no_flying": "14d"}


def make_clinic(slug: str) -> Clinic:
    clinic = Clinic.objects.create(
        slug=slug,
        name="Bench Clinic",
        sms_name="Bench Clinic",
        timezone=ZONE,
        urgent_phone="+441632960123",
        reply_to="care@example.com",
        created_at=NOW,
    )
    editions.publish(clinic, PROTOCOL, SETTINGS, reason="first", approved_by="Dr Bench", actor=ACTOR, now=NOW)
    return clinic


def enrol_many(clinic: Clinic, number: int, days: int) -> None:
    """Patients treated in the last so many days; what was due before `NOW` is sent."""
    edition = editions.current_edition(clinic, PROTOCOL)
    assert edition is not None
    random = Random(1)
    treated = [_treatment(random, days) for _ in range(number)]
    patients = Patient.objects.bulk_create(
        [
            Patient(
                clinic=clinic,
                name=f"Patient {n}",
                mobile="+447700900000",
                page_token=f"{clinic.pk:03}-{n:012}",
                created_at=t.enrolled_at,
                planned_at=t.enrolled_at,
            )
            for n, t in enumerate(treated)
        ]
    )
    episodes = Episode.objects.bulk_create(
        [_episode(clinic, edition, p, t) for p, t in zip(patients, treated, strict=True)]
    )
    protocol = editions.protocol_of(edition)
    rows: list[Reminder] = []
    for episode, treatment in zip(episodes, treated, strict=True):
        for row in reminder_rows(episode, timeline_of(protocol, treatment)):
            row.status = Status.SCHEDULED if row.due_at >= NOW else Status.SENT
            rows.append(row)
    Reminder.objects.bulk_create(rows, batch_size=1000)


def _treatment(random: Random, days: int) -> Treatment:
    minutes_ago = random.randrange(60, days * 24 * 60)
    treated_at = NOW - timedelta(minutes=minutes_ago)
    return Treatment(treated_at, ZONE, {"area": random.choice(["small", "large"])}, treated_at, at_desk=True)


def _episode(clinic: Clinic, edition: Edition, patient: Patient, treatment: Treatment) -> Episode:
    return Episode(
        clinic=clinic,
        patient=patient,
        edition=edition,
        treated_at=treatment.treated_at,
        treated_local=minutes(localtime.to_wall(ZONE, treatment.treated_at)),
        timezone=ZONE,
        answers=dict(treatment.answers),
        channels=["sms"],
        enrolled_at=treatment.enrolled_at,
        enrolled_by=ACTOR,
        at_desk=True,
        identity=f"{patient.pk:064}",
    )
