"""What a text carries for another treatment of the patient: when it is gone, and what was told with it."""

from datetime import timedelta

import pytest

from scheduler.domain.message import Content, Part, render_together
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Treatment
from scheduler.domain.status import Status
from scheduler.domain.stored import Stored, is_gone, standing_of
from tests.domain.plans import CONTACT, LINK, LONDON, at, protocol

TREATED = at("2026-11-20T15:00")
NOON = at("2026-11-27T12:00")
COURSE = course_of(protocol(), Treatment(TREATED, LONDON, {"area": "small"}, TREATED, episode=1))


def row(number: int, episode: int, key: str, status: Status, wall: str, host: int | None = None) -> Stored:
    due_at = at(wall)
    return Stored(
        number, episode, key, key, status, "", due_at, due_at + timedelta(hours=48), critical=False,
        last=False, any_hour=False, timezone=LONDON, folds=(), moved_to=None, host=host, decided_by=None,
    )  # fmt: skip


GUEST = row(1, 1, "day-14", Status.FOLDED, "2026-11-27T18:00", host=2)


def host(status: Status) -> Stored:
    return row(2, 2, "day-2", status, "2026-11-27T09:00")


@pytest.mark.parametrize(
    "status", [Status.CLAIMED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.IN_DOUBT]
)
def test_what_went_in_another_text_is_gone_though_its_own_time_is_ahead(status: Status) -> None:
    standing = standing_of(COURSE, NOON, [GUEST], [GUEST, host(status)])
    assert standing.gone == {"day-14"}


@pytest.mark.parametrize(
    "status", [Status.SCHEDULED, Status.SKIPPED, Status.FAILED, Status.CANCELLED, Status.SUPERSEDED]
)
def test_what_another_text_never_said_may_still_be_said(status: Status) -> None:
    stopped = host(status)._replace(reason="by-person")
    assert not is_gone(GUEST, {2: stopped})
    assert standing_of(COURSE, NOON, [GUEST], [GUEST, stopped]).gone == set()


def part(episode: int, site: str, days: int, message: str) -> Part:
    treated_at = TREATED - timedelta(days=days)
    treatment = Treatment(treated_at, LONDON, {"area": "small"}, treated_at, site=site, episode=episode)
    course = course_of(protocol(), treatment)
    return Part(course, Content(message, (), last=False, due_date=course.treatment.date_of(days + 2)))


@pytest.mark.parametrize(("site", "named"), [("right", "8:no-waxing"), ("left", "no-waxing")])
def test_an_end_that_is_told_for_the_other_leg_bears_its_treatment(site: str, named: str) -> None:
    parts = [part(9, "left", 0, "day-1"), part(8, site, 4, "day-6")]
    text = render_together(parts, CONTACT, LINK, TREATED + timedelta(days=2))
    assert text.as_email.told[named] == "2026-12-14"
    assert text.as_email.told["no-exercise"] == "2026-11-30"


def test_one_date_that_is_named_for_two_rules_is_told_of_both() -> None:
    text = render_together([part(9, "left", 0, "day-2")], CONTACT, LINK, TREATED + timedelta(days=2))
    assert text.as_sms.told["no-heat"] == text.as_sms.told["no-exercise"] == "2026-12-04"
