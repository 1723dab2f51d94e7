"""Clinics and enrolments as tests need them. Every value can be given another."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scheduler.editions import publish
from scheduler.enrolment import Enrolment
from scheduler.models import Clinic, Edition, Episode, Event, Patient, Reminder

PROTOCOL = "microsclerotherapy"
#: a Friday; the treatment of `asked` ended at 15:00
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def bare_clinic(**values: Any) -> Clinic:
    """A clinic that has set nothing yet."""
    slug = values.pop("slug", "leafy")
    return Clinic.objects.create(
        slug=slug, name="Leafy Vein Clinic", sms_name="Leafy Clinic", created_at=NOW, **values
    )


def ready_clinic(settings: dict[str, str] | None = None, **values: Any) -> Clinic:
    """A clinic that can enrol: 14 days without flying unless the settings say otherwise."""
    values = {"urgent_phone": "+441632960123", "reply_to": "care@example.com"} | values
    clinic = bare_clinic(**values)
    edition_of(clinic, settings or {"no_flying": "14d"})
    return clinic


def edition_of(clinic: Clinic, settings: dict[str, str]) -> Edition:
    return publish(
        clinic,
        PROTOCOL,
        settings,
        reason="first",
        approved_by="Dr Example",
        actor="admin@example.com",
        now=NOW,
    )


def asked(clinic: Clinic, **values: Any) -> Enrolment:
    usual = Enrolment(
        clinic=clinic,
        protocol_id=PROTOCOL,
        name="Sam Example",
        mobile="07700 900123",
        email="sam@example.com",
        treated="2026-11-20T15:00",
        answers={"area": "small"},
        channels=("sms", "email"),
    )
    return replace(usual, **values)


def rows() -> dict[str, int]:
    """How many rows there are of everything that an enrolment writes."""
    tables = (Patient, Episode, Reminder, Event)
    return {table.__name__: table.objects.across_clinics().count() for table in tables}
