"""A clinic with many patients in the middle of their plans, made without a sender."""

from datetime import UTC, datetime, time, timedelta
from random import Random

from scheduler import editions
from scheduler.domain import localtime
from scheduler.domain.phases import Course
from scheduler.domain.placeholders import told_end
from scheduler.domain.status import AttemptStatus, Status
from scheduler.domain.timeline import Treatment, timeline_of
from scheduler.enrolment.rows import minutes, reminder_rows
from scheduler.models import Attempt, Clinic, Edition, Episode, Patient, Reminder

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
    """Patients treated in the last so many days, by day; what was due before `NOW` is sent."""
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
    sent: list[tuple[Reminder, Course]] = []
    for episode, treatment in zip(episodes, treated, strict=True):
        timeline = timeline_of(protocol, treatment)
        for row in reminder_rows(episode, timeline):
            rows.append(row)
            if row.due_at < NOW:
                row.status = Status.SENT
                sent.append((row, timeline.course))
    Reminder.objects.bulk_create(rows, batch_size=1000)
    Attempt.objects.bulk_create((_attempt(*one) for one in sent), batch_size=1000)


def _treatment(random: Random, days: int) -> Treatment:
    day = NOW.date() - timedelta(days=random.randrange(1, days + 1))
    treated_at = localtime.at(ZONE, day, time(9)) + timedelta(minutes=random.randrange(8 * 60))
    return Treatment(treated_at, ZONE, {"area": random.choice(["small", "large"])}, treated_at, at_desk=True)


def _attempt(row: Reminder, course: Course) -> Attempt:
    phases = (course.phases[name] for name in ("no-heat", "no-exercise", "no-waxing"))
    return Attempt(
        clinic=row.clinic,
        reminder=row,
        channel="sms",
        kind="sms",
        address="+447700900000",
        text="Bench Clinic: what holds until when.",
        episode_revision=1,
        status=AttemptStatus.DELIVERED,
        created_at=row.due_at,
        told={phase.id: told_end(course, phase, "date") for phase in phases},
    )


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
