import pytest

from scheduler.models import Clinic
from tests.enrolment.clinics import ready_clinic


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()
