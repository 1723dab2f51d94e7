import pytest

from scheduler.attention import MOST, count_waiting, counting
from scheduler.models import Clinic, HeldEnrolment
from tests.attention.test_replies import NURSE, reply
from tests.attention.waits import LATER, WAITS
from tests.dispatch.plans import live_clinic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", WAITS)
def test_it_counts_what_waits(clinic: Clinic, name: str) -> None:
    WAITS[name](clinic)
    assert count_waiting(clinic, LATER) == 1
    assert count_waiting(live_clinic(slug="other"), LATER) == 0


def test_it_counts_replies_and_held_enrolments_that_are_open(clinic: Clinic) -> None:
    reply(clinic)
    for closed in (None, LATER):
        HeldEnrolment.objects.create(clinic=clinic, held_by=NURSE, held_at=LATER, closed_at=closed)
    assert count_waiting(clinic, LATER) == 2


def test_it_stops_counting(clinic: Clinic) -> None:
    for number in range(MOST + 5):
        reply(clinic, number)
    assert count_waiting(clinic, LATER) == counting.MOST + 1
