"""What holds for a patient with up to three treatments, on any legs, in any zone, with any values."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.due import APART
from scheduler.domain.message import render_together
from scheduler.domain.replan import replan
from scheduler.domain.room import LONGEST, LONGEST_LINK
from scheduler.domain.status import Status
from tests.domain.chart import Chart
from tests.domain.lives import Enrolled, chart_of, facts_of, rounds
from tests.domain.oracle import told
from tests.domain.oracle_several import Together, assert_true_for_all, said
from tests.support.examples import examples

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


@settings(max_examples=examples(120))
@given(rounds(), st.floats(0, 1))
def test_no_sentence_is_false_from_due_to_send_by(enrolled: list[Enrolled], share: float) -> None:
    assert_all_true(chart_of(enrolled), facts_of(enrolled), (0, share, 1))


@given(rounds(), st.floats(0, 1))
def test_every_sms_keeps_its_segments_with_the_longest_name_number_and_link(
    enrolled: list[Enrolled], share: float
) -> None:
    chart = chart_of(enrolled)
    for row in chart.pending():
        most = chart.courses[row.episode].protocol.messages[row.message].segments
        moment = row.due_at + (row.send_by - row.due_at - MINUTE) * share
        for at in (row.due_at, moment):
            text = render_together(chart.text_of(row, at)[1], LONGEST, LONGEST_LINK, at)
            # Stockings on the day on which the exercise period ends, all at their longest: all is said.
            crowded = row.message == "day-14" and "tockings" in text.sms
            assert text.segments <= most + crowded, text.sms


@given(rounds())
def test_critical_texts_of_every_treatment_go_apart_and_carry_nothing(enrolled: list[Enrolled]) -> None:
    chart = chart_of(enrolled)
    for row in (row for row in chart.rows.values() if row.message == "clot-signs"):
        assert row.status in (Status.SCHEDULED, Status.SENT)
        assert row.critical
        assert row.folds == ()
        assert [other for other in chart.rows.values() if other.host == row.id] == []


@given(rounds())
def test_they_never_crowd(enrolled: list[Enrolled]) -> None:
    """Two texts have half an hour between them, or as much as fits before the day is over."""
    chart = chart_of(enrolled)
    for row, other in pairwise(chart.pending()):
        if row.episode != other.episode and other.due_at - row.due_at < APART:
            hours = chart.courses[other.episode].hours
            assert hours.next_moment(row.due_at + APART) >= other.send_by, (row, other)


@given(rounds())
def test_the_last_text_says_so_and_no_other_does(enrolled: list[Enrolled]) -> None:
    pending = chart_of(enrolled).pending()
    assert [row.last for row in pending] == [False] * (len(pending) - 1) + [True] * bool(pending)


@given(rounds())
def test_the_order_in_which_treatments_are_handed_in_changes_nothing(enrolled: list[Enrolled]) -> None:
    chart = chart_of(enrolled)
    turned = replace(
        chart.case,
        courses=dict(reversed(chart.courses.items())),
        rows=tuple(reversed(chart.case.rows)),
    )
    (timeline, diff), (again, other) = replan(chart.case, chart.now), replan(turned, chart.now)
    assert timeline == again
    assert set(diff.steps) == set(other.steps)


@given(rounds())
def test_planning_again_at_once_changes_nothing(enrolled: list[Enrolled]) -> None:
    chart = chart_of(enrolled)
    assert chart.renew().steps == ()
    assert chart.stands(chart.now).steps == ()


@given(rounds(latest=0))
def test_the_last_end_of_each_restriction_is_told_once_and_no_earlier_one(enrolled: list[Enrolled]) -> None:
    last = enrolled[-1].treatment.enrolled_at
    chart, together = chart_of(enrolled), facts_of(enrolled)
    chart.let_pass(last + timedelta(days=120))
    for rule in ("no_exercise", "no_waxing", "no_flying"):
        ends = [max((held.ends, held.last) for held in group) for group in together.stretches(rule)]
        # What ended before the last treatment was told when nobody knew of that one.
        ahead = sorted(told(day) for ends_at, day in ends if ends_at > last)
        form = re.compile(f"No-{rule[3:]} period ends (.*)\\.")
        found = [
            (sent.at, m[1])
            for sent in chart.sent
            for _, words in said(sent.text.sms)
            if (m := form.fullmatch(words))
        ]
        assert {day for at, day in found if at > last} <= set(ahead), rule
        assert [sum(day == one for _, day in found) for one in ahead] == [ahead.count(one) for one in ahead]
