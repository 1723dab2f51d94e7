from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.timeline import Timeline, timeline_of
from scheduler.editions import current_edition, protocol_of
from scheduler.enrolment import Enrolled, Enrolment, Refused, enrol, preview
from scheduler.models import Clinic
from scheduler.plans import treatment_of
from tests.enrolment.clinics import PROTOCOL, asked, ready_clinic, rows

pytestmark = pytest.mark.django_db
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
FLIGHTS = ["omit", "in-person", "1d", "14d", "35d"]
#: two years with their clock changes
MINUTES = st.integers(0, 2 * 365 * 24 * 60)
ROLLED_BACK = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def clinics(db: None) -> dict[tuple[str, str], Clinic]:
    return {
        (zone, flight): ready_clinic({"no_flying": flight}, slug=f"clinic-{i}-{j}", timezone=zone)
        for i, zone in enumerate(ZONES)
        for j, flight in enumerate(FLIGHTS)
    }


@settings(max_examples=80, deadline=None, suppress_health_check=ROLLED_BACK)
@given(
    zone=st.sampled_from(ZONES),
    flight=st.sampled_from(FLIGHTS),
    area=st.sampled_from(["small", "large"]),
    minute=MINUTES,
    age=st.integers(0, 40 * 24 * 60),
    at_desk=st.booleans(),
)
def test_it_stores_what_the_pure_timeline_says_or_nothing_at_all(
    clinics: dict[tuple[str, str], Clinic],
    zone: str,
    flight: str,
    area: str,
    minute: int,
    age: int,
    at_desk: bool,
) -> None:
    clinic = clinics[zone, flight]
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    before = rows()
    asking = asked(
        clinic,
        mobile="+44 7700 900123",
        name=f"Sam the {before['Patient']}th",
        treated=(now - timedelta(minutes=age)).isoformat(),
        answers={"area": area},
        at_desk=at_desk,
        late_confirmed=True,
        patient="new",
    )
    if age > 27 * 24 * 60 and is_refused(asking, now):
        assert rows() == before
        return
    enrolled = enrol(asking, "nurse@example.com", now)
    assert_planned(enrolled, clinic)
    assert preview(asking, now).timeline == plan_of(enrolled, clinic)


def is_refused(asking: Enrolment, now: datetime) -> bool:
    try:
        enrol(asking, "nurse@example.com", now)
    except Refused as refused:
        return set(refused.faults) == {"treated"}
    return False


def plan_of(enrolled: Enrolled, clinic: Clinic) -> Timeline:
    edition = current_edition(clinic, PROTOCOL)
    assert edition is not None
    return timeline_of(protocol_of(edition), replace(treatment_of(enrolled.episode), episode=0))


def assert_planned(enrolled: Enrolled, clinic: Clinic) -> None:
    stored = enrolled.episode.reminders.order_by("due_at", "id")
    fields = ("key", "message", "folds", "critical", "last", "any_hour", "due_at", "send_by")
    planned = plan_of(enrolled, clinic).reminders
    assert [[getattr(row, field) for field in fields] for row in stored] == [
        [list(value) if isinstance(value := getattr(row, field), tuple) else value for field in fields]
        for row in planned
    ]
