"""Who signs in, in the tests of the pages."""

from typing import Any

from django.test import Client

from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode, Membership, User
from tests.enrolment.clinics import NOW, asked


def member(clinic: Clinic, role: str, email: str = "") -> User:
    user = User.objects.create_user(email or f"{role}@{clinic.slug}.example.com", "correct horse battery")
    Membership.objects.create(clinic=clinic, user=user, role=role)
    return user


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def enrolled(clinic: Clinic, **values: Any) -> Episode:
    """Somebody treated on Friday 20 November 2026 at 15:00 and enrolled half an hour later."""
    return enrol(asked(clinic, **values), "nurse@example.com", NOW).episode
