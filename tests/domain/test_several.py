"""What holds for a patient with up to three treatments, on any legs, in any zone, with any values."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.chart import Chart
from tests.domain.lives import Enrolled, chart_of, facts_of, rounds
from tests.domain.oracle_several import Together, assert_true_for_all

MINUTE = timedelta(minutes=1)


def assert_all_true(chart: Chart, together: Together, shares: tuple[float, ...]) -> None:
    """Every pending text, at moments from due to send-by."""
    assert chart.timeline
    planned = {(r.episode, r.key): r for r in chart.timeline.reminders}
    for row in chart.pending():
        reminder = planned[row.episode, row.key]
        for share in shares:
            moment = row.due_at + (row.send_by - row.due_at - MINUTE) * share
            text, parts = chart.text_of(row, moment)
            speakers = [part.course.treatment.episode for part in parts]
            assert_true_for_all(text.sms, together, speakers, moment, reminder)


@settings(max_examples=300)
@given(rounds(), st.floats(0, 1))
def test_no_sentence_is_false_from_due_to_send_by(enrolled: list[Enrolled], share: float) -> None:
    assert_all_true(chart_of(enrolled), facts_of(enrolled), (0, share, 1))
