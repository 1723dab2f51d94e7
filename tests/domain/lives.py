"""Patients with several treatments, and what may happen to them: strategies for the properties."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from scheduler.domain.timeline import Treatment
from tests.domain.chart import Chart
from tests.domain.oracle_several import Together
from tests.domain.plans import protocol
from tests.domain.test_properties import MINUTES, areas, moments, values, zones

legs = st.sampled_from(["left", "right", "both", ""])
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Enrolled:
    """A treatment as it is enrolled, under the values of that day."""

    treatment: Treatment
    settings: dict[str, str]


@st.composite
def rounds(draw: st.DrawFn, least: int = 1, most: int = 3, latest: int = 6) -> list[Enrolled]:
    """One to three treatments of a patient, in the order in which they are enrolled."""
    first, zone, settings = draw(moments), draw(zones), draw(values)
    apart = st.sampled_from([0, 1, 2, 3, 5, 7, 10, 14, 21, 28]).map(lambda days: days * MINUTES)
    found: list[Enrolled] = []
    at = first
    for episode in range(1, draw(st.integers(least, most)) + 1):
        late = draw(st.just(0) | st.integers(0, latest * MINUTES))
        enrolled = at + timedelta(minutes=late)
        if found:
            enrolled = max(enrolled, found[-1].treatment.enrolled_at + SECOND)
        treatment = Treatment(
            at, zone, {"area": draw(areas)}, enrolled, draw(st.booleans()), draw(legs), episode
        )
        found.append(Enrolled(treatment, draw(st.just(settings) | values) if found else settings))
        at += timedelta(minutes=draw(apart) + draw(st.integers(-600, 600)))
        at = max(at, treatment.treated_at)
    return found


def chart_of(enrolled: list[Enrolled], *, last_days: int | None = None) -> Chart:
    """Enrolled one after the other, with a worker that sends what is due in between."""
    chart = Chart(enrolled[0].treatment.enrolled_at)
    for one in enrolled:
        chart.let_pass(one.treatment.enrolled_at)
        chart.enrol(protocol(**one.settings), one.treatment)
    return chart


def facts_of(enrolled: list[Enrolled]) -> Together:
    return Together({one.treatment.episode: (one.settings, one.treatment) for one in enrolled})


__all__ = ["Enrolled", "chart_of", "facts_of", "replace", "rounds"]
