from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from scheduler.models import Clinic, Episode
from tests.enrolment.clinics import NOW, ready_clinic
from tests.web.people import enrolled, member, signed_in


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """Friday 20 November 2026, 15:30 in London."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


@pytest.fixture
def other_clinic(db: None) -> Clinic:
    return ready_clinic(slug="other")


@pytest.fixture
def admin(clinic: Clinic) -> Client:
    return signed_in(member(clinic, "admin"))


@pytest.fixture
def staff(clinic: Clinic) -> Client:
    return signed_in(member(clinic, "staff"))


@pytest.fixture
def episode(clinic: Clinic) -> Episode:
    return enrolled(clinic)
