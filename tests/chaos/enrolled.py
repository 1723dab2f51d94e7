"""The clinics and patients of a round, with one text each that becomes due in it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from scheduler.domain import localtime
from scheduler.domain.status import Status
from scheduler.domain.timeline import Timeline, Treatment, timeline_of
from scheduler.editions import protocol_of, publish
from scheduler.enrolment.rows import minutes, reminder_rows
from scheduler.models import Clinic, Edition, Episode, Patient, Reminder, Sender
from tests.chaos.plan import CLINICS, NUMBERS, RATES, Person

PROTOCOL, NURSE = "microsclerotherapy", "nurse@example.com"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: the treatment was so long ago; of those whose text has little time left, a day longer
AGO = timedelta(minutes=20)


def morning() -> str:
    """A zone in which it is between nine and ten o'clock now: all is inside sending hours, at any hour."""
    ahead = (9 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


@transaction.atomic
def enrol_all(people: Iterable[Person], now: datetime, *, one_text: bool = False) -> dict[int, Person]:
    """By episode. Nothing is due yet; with `one_text` nothing else will ever be."""
    crowd = list(people)
    clinics = _clinics(now)
    patients = Patient.objects.bulk_create(_patient(clinics[one.clinic][0], one, now) for one in crowd)
    plans = {
        late: _plan(clinics["north"][1], now - AGO - (DAY if late else 0 * DAY)) for late in (True, False)
    }
    pairs = list(zip(crowd, patients, strict=True))
    episodes = Episode.objects.bulk_create(
        _episode(one, patient, clinics[one.clinic][1], plans[_is_late(one)]) for one, patient in pairs
    )
    mine = list(zip(crowd, episodes, strict=True))
    rows = (row for one, episode in mine for row in _rows(one, episode, plans, now))
    kept = (row for row in rows if not one_text or row.key == "welcome")
    Reminder.objects.bulk_create(kept, batch_size=5000)
    return {episode.pk: one for one, episode in mine}


def _is_late(one: Person) -> bool:
    return one.send_by is not None


def key_of(one: Person) -> str:
    """The text that becomes due."""
    return "day-1" if _is_late(one) else "welcome"


def begin(enrolled: Mapping[int, Person], begins: datetime) -> None:
    """Each text is due when the plan says so."""
    rows = [row for row in _first() if row.key == key_of(enrolled[row.episode_id])]
    assert len(rows) == len(enrolled)
    for row in rows:
        one = enrolled[row.episode_id]
        row.due_at = row.try_at = begins + timedelta(seconds=one.due)
        if one.send_by is not None:
            row.send_by = begins + timedelta(seconds=one.send_by)
    Reminder.objects.across_clinics().bulk_update(rows, ["due_at", "try_at", "send_by"], batch_size=100)


def _first() -> QuerySet[Reminder]:
    return Reminder.objects.across_clinics().filter(key__in=("welcome", "day-1"))


def _clinics(now: datetime) -> dict[str, tuple[Clinic, Edition]]:
    senders = {
        name: Sender.objects.create(name=name, from_number=number, segments_per_second=RATES[name])
        for name, number in NUMBERS.items()
    }
    return {slug: _clinic(slug, senders[sender], now) for slug, sender in CLINICS.items()}


def _clinic(slug: str, sender: Sender, now: datetime) -> tuple[Clinic, Edition]:
    clinic = Clinic.objects.create(
        slug=slug, name=f"{slug.title()} Vein Clinic", sms_name=f"{slug.title()} Clinic",
        timezone=morning(), urgent_phone="+441632960123", reply_to="care@example.com", live=True,
        sender=sender, created_at=now,
    )  # fmt: skip
    settings = {"no_flying": "14d"}
    said = {"reason": "first", "approved_by": "Dr Example", "actor": NURSE}
    return clinic, publish(clinic, PROTOCOL, settings, now=now, **said)


def _plan(edition: Edition, treated_at: datetime) -> Timeline:
    """The same for everybody who was treated then."""
    treatment = Treatment(treated_at, morning(), {"area": "small"}, treated_at + AGO / 2, at_desk=True)
    return timeline_of(protocol_of(edition), treatment)


def _patient(clinic: Clinic, one: Person, now: datetime) -> Patient:
    return Patient(
        clinic=clinic, name=f"Sam Example {one.number}", mobile=one.mobile,
        email=f"sam-{one.number}@example.com", page_token=f"chaos-{one.number:010}",
        created_at=now - DAY, planned_at=now - AGO / 2,
    )  # fmt: skip


def _episode(one: Person, patient: Patient, edition: Edition, plan: Timeline) -> Episode:
    treatment = plan.treatment
    return Episode(
        clinic=patient.clinic, patient=patient, edition=edition, treated_at=treatment.treated_at,
        treated_local=minutes(localtime.to_wall(treatment.timezone, treatment.treated_at)),
        timezone=treatment.timezone, answers=dict(treatment.answers), channels=list(one.channels),
        enrolled_at=treatment.enrolled_at, enrolled_by=NURSE, at_desk=True, outbox_only=False,
        identity=f"{one.number:064}",
    )  # fmt: skip


def _rows(one: Person, episode: Episode, plans: Mapping[bool, Timeline], now: datetime) -> list[Reminder]:
    """What was due yesterday has gone."""
    rows = reminder_rows(episode, plans[_is_late(one)])
    for row in rows:
        if row.key == key_of(one):
            row.due_at = row.try_at = now + HOUR
        elif row.due_at <= now:
            row.status = Status.HANDLED
    return rows
