import pytest

from scheduler.models import Clinic
from tests.dispatch.plans import live_clinic


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()
