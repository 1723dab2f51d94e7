"""Texts of two treatments stay half an hour apart, also where a plan is made anew between them."""

from dataclasses import replace
from datetime import timedelta

from scheduler.domain.due import APART
from scheduler.domain.phases import Treatment
from tests.domain.chart import Chart
from tests.domain.plans import at, protocol, treatment

MINUTE = timedelta(minutes=1)


def two_legs_on_one_morning() -> Chart:
    """The left leg, then the right one two days later; the texts of one morning do not fit into one."""
    chart = Chart(at("2026-11-18T10:00"))
    chart.enrol(protocol(), _of("2026-11-18T10:00", "left", 1))
    chart.let_pass(at("2026-11-20T11:00"))
    chart.enrol(protocol(), _of("2026-11-20T11:00", "right", 2))
    return chart


def _of(treated: str, site: str, episode: int) -> Treatment:
    return replace(treatment(treated), site=site, episode=episode)


def test_a_plan_made_between_two_texts_keeps_them_apart() -> None:
    chart = two_legs_on_one_morning()
    pairs = list(zip(chart.pending(), chart.pending()[1:], strict=False))
    first, second = next(
        (a, b) for a, b in pairs if a.episode != b.episode and b.due_at - a.due_at == APART and not b.critical
    )
    chart.let_pass(first.due_at)
    chart.now += 5 * MINUTE
    chart.renew()
    assert chart.of(second.episode, second.key).due_at == first.due_at + APART
