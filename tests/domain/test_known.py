"""What a plan knew when it was made: planning anew finds it again, and loses nothing of it."""

from tests.domain.chart import Chart
from tests.domain.plans import at, protocol, treatment


def test_what_the_welcome_says_besides_is_not_lost_when_it_is_planned_anew() -> None:
    """The evening is over when the patient is enrolled: the welcome says what it would have said."""
    chart = Chart(at("2026-11-20T19:45"))
    chart.enrol(protocol(), treatment("2026-11-20T19:25", enrolled="2026-11-20T19:45"))
    (welcome,) = [row for row in chart.rows.values() if row.key == "welcome"]
    assert welcome.folds == ("first-evening",)
    assert not chart.stands(chart.now)
    assert not chart.renew()
