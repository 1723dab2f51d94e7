from collections.abc import Iterator

import pytest
import time_machine

from scheduler.models import Clinic
from tests.dispatch.plans import DAY_2, Recording, live_clinic
from tests.support.provider import Provider, provider


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


@pytest.fixture
def channel() -> Recording:
    return Recording()


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with provider() as server:
        yield server
        assert server.faults == []


@pytest.fixture
def providers_day_2() -> Iterator[None]:
    """The provider's clock is the wall clock."""
    with time_machine.travel(DAY_2):
        yield
