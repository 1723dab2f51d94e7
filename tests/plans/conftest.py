import pytest

from scheduler.models import Clinic, Episode
from tests.dispatch.plans import Recording, live_clinic, patient_of


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


@pytest.fixture
def channel() -> Recording:
    return Recording()


@pytest.fixture
def sam(clinic: Clinic) -> Episode:
    """Treated on Friday 20 November at 15:00, small veins; nothing has gone yet."""
    return patient_of(clinic)
