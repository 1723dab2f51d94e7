"""A text measured once for all of its kind is as long as each of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.phases import Treatment
from scheduler.domain.rehearsal.cases import Enrolled
from scheduler.domain.rehearsal.planning import plan_of
from scheduler.domain.rehearsal.ruler import Ruler
from tests.rehearsal.cases import CONTACT, LINK, protocol

START = datetime(2026, 1, 1, tzinfo=UTC)
EDITIONS = [
    protocol(no_flying="14d"),
    protocol(no_flying="in-person", continuous_wear="7d", morning="07:00"),
    protocol(raised_leg="40h", gentle_washing="30h", sending_until="17:00"),
]
#: kept over all examples, so that each one may meet the measures of another
RULERS = [Ruler(CONTACT, LINK) for _ in EDITIONS]
treatments = st.builds(
    lambda minutes, zone, area, late, desk, site: Enrolled(
        Treatment(
            START + timedelta(minutes=minutes),
            zone,
            {"area": area},
            START + timedelta(minutes=minutes + late),
            desk,
            site,
        )
    ),
    # Around a clock change, and where dates have one figure and two, so that kinds meet again.
    st.integers(75 * 1440, 95 * 1440),
    st.sampled_from(["Europe/London", "America/New_York"]),
    st.sampled_from(["small", "large"]),
    st.one_of(st.integers(0, 60), st.integers(0, 20 * 1440)),
    st.booleans(),
    st.sampled_from(["", "left", "right"]),
)


@settings(max_examples=100)
@given(st.lists(treatments, min_size=1, max_size=2), st.sampled_from(range(len(EDITIONS))))
def test_a_measured_text_is_as_long_as_the_written_one(case: list[Enrolled], number: int) -> None:
    ruler = RULERS[number]
    in_order = tuple(sorted(case, key=lambda one: one.treatment.treated_at))
    for due in plan_of(EDITIONS[number], in_order).due:
        assert ruler.measure(due) == ruler.write(due)
