"""How a plan's messages fare, from its rows alone."""

from datetime import timedelta

import pytest

from scheduler.domain.status import Status
from scheduler.web.episodes.delivery import Health, Planned, delivery_of
from tests.enrolment.clinics import NOW


def row(status: Status, days: float, reason: str = "", critical: bool = False) -> Planned:
    due = NOW + timedelta(days=days)
    return Planned(1, status, reason, critical, due, f"{due:%Y-%m-%dT%H:%M}", due + timedelta(hours=8))


AHEAD = row(Status.SCHEDULED, 1)


@pytest.mark.parametrize(
    ("rows", "health"),
    [
        ([AHEAD], Health.WAITING),
        ([], Health.NONE),
        ([row(Status.CANCELLED, 1)], Health.NONE),
        ([row(Status.DELIVERED, -1), AHEAD], Health.ARRIVED),
        ([AHEAD, row(Status.SENT, -0.1), row(Status.DELIVERED, -1)], Health.ON_ITS_WAY),
        ([row(Status.CLAIMED, 0), row(Status.DELIVERED, -1)], Health.ON_ITS_WAY),
        ([row(Status.SENT, -3)], Health.SENT),
        ([row(Status.SENT, -3), row(Status.DELIVERED, -1)], Health.ARRIVED),
        ([row(Status.FAILED, -3), row(Status.DELIVERED, -1)], Health.PERSON),
        ([row(Status.IN_DOUBT, -3), row(Status.DELIVERED, -1)], Health.PERSON),
        ([row(Status.SKIPPED, -3, "past-send-by", critical=True)], Health.PERSON),
        ([row(Status.SKIPPED, -3, "past-send-by"), row(Status.DELIVERED, -1)], Health.ARRIVED),
        ([row(Status.HANDLED, -3), row(Status.DELIVERED, -4)], Health.ARRIVED),
    ],
)
def test_it_says_how_they_fare(rows: list[Planned], health: Health) -> None:
    assert delivery_of(rows, NOW).health == health


def test_the_next_is_the_first_that_is_planned() -> None:
    delivery = delivery_of([row(Status.SCHEDULED, 2), AHEAD, row(Status.DELIVERED, -1)], NOW)
    assert delivery.next_local == "2026-11-21T15:30"


def test_another_treatment_speaks_while_there_is_still_time() -> None:
    assert delivery_of([row(Status.SUPERSEDED, 1)], NOW).elsewhere
    assert not delivery_of([row(Status.SUPERSEDED, -1)], NOW).elsewhere
