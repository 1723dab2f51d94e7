"""What a first text said in place of another is not said again because something else changes."""

from datetime import UTC, datetime

import pytest

from scheduler.changes import SkipReminder, effect_of
from scheduler.enrolment import enrol
from scheduler.models import Clinic
from tests.enrolment.clinics import asked, ready_clinic
from tests.rollout.everybody import let_go

pytestmark = pytest.mark.django_db
MORNING_AFTER = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


def test_the_text_of_the_first_morning_stays_dealt_with(clinic: Clinic) -> None:
    """Enrolled in the morning after: the welcome at 08:00 says all that day-1 at 09:00 would."""
    episode = enrol(asked(clinic), "nurse@example.com", MORNING_AFTER).episode
    assert not episode.reminders.filter(key="day-1").exists()
    eight = MORNING_AFTER.replace(hour=8, minute=5)
    let_go(eight, start=MORNING_AFTER)
    assert episode.reminders.get(key="welcome").status == "sent"
    effect = effect_of(clinic, episode.pk, SkipReminder("day-10"), eight)
    assert {step.key for step in effect.diff.steps} == set()
