"""A plan that rests for a while: the worker and the planning of it together."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.domain.status import Status
from scheduler.models import Clinic, Episode, Reminder
from scheduler.plans import renew
from tests.dispatch.plans import Recording, patient_of, reminder_of
from tests.dispatch.treatments import NURSE, change, run, sent_keys
from tests.enrolment.clinics import NOW

pytestmark = pytest.mark.django_db
#: after what is due on the day after treatment
DAY_1 = datetime(2026, 11, 21, 12, tzinfo=UTC)
END = NOW + timedelta(days=30)


def paused(clinic: Clinic, channel: Recording, until: datetime, since: datetime = DAY_1) -> Episode:
    """A plan that was paused, and the worker that ran on."""
    episode = patient_of(clinic)
    run(channel, NOW, since)
    change(episode, since, state="paused")
    run(channel, since, until)
    return episode


def reasons(episode: Episode) -> dict[str, str]:
    skipped = Reminder.objects.across_clinics().filter(episode=episode, status=Status.SKIPPED)
    return dict(skipped.values_list("key", "status_reason"))


@pytest.mark.parametrize("days", [2, 3, 6])
def test_after_a_pause_one_text_makes_up_for_what_went_by(
    clinic: Clinic, channel: Recording, days: int
) -> None:
    resumed = DAY_1 + timedelta(days=days)
    episode = paused(clinic, channel, resumed)
    before = sent_keys(episode)
    change(episode, resumed, state="active")
    run(channel, resumed, resumed)
    assert sent_keys(episode)[len(before) :] == [f"catchup-{resumed:%Y-%m-%d}"]
    run(channel, resumed, END)
    assert sum(key.startswith("catchup") for key in sent_keys(episode)) == 1


def test_what_a_pause_let_go_by_says_so(clinic: Clinic, channel: Recording) -> None:
    episode = paused(clinic, channel, DAY_1 + timedelta(days=5))
    assert sent_keys(episode) == ["welcome", "first-evening", "day-1", "clot-signs"]
    assert reasons(episode) == {"day-2": "paused", "night-off": "paused"}
    assert reminder_of(episode, "day-5").status == Status.SCHEDULED


def test_a_short_pause_in_which_nothing_went_by_adds_nothing(clinic: Clinic, channel: Recording) -> None:
    resumed = DAY_1 + timedelta(hours=3)
    episode = paused(clinic, channel, resumed)
    change(episode, resumed, state="active")
    run(channel, resumed, END)
    assert not any(key.startswith("catchup") for key in sent_keys(episode))
    assert reasons(episode) == {}


def test_a_new_plan_during_a_pause_sends_nothing(clinic: Clinic, channel: Recording) -> None:
    episode = paused(clinic, channel, DAY_1 + timedelta(days=1))
    before = sent_keys(episode)
    for hours in (0, 30, 31):
        now = DAY_1 + timedelta(days=1, hours=hours)
        renew([episode.patient_id], now, actor=NURSE)
        run(channel, now, now)
    assert sent_keys(episode) == before


def test_nor_does_it_cost_the_text_that_makes_up_for_the_pause(clinic: Clinic, channel: Recording) -> None:
    """It was planned while the plan rested, and its own time went by as well."""
    resumed = DAY_1 + timedelta(days=6)
    episode = paused(clinic, channel, DAY_1 + timedelta(days=1))
    renew([episode.patient_id], DAY_1 + timedelta(days=1), actor=NURSE)
    run(channel, DAY_1 + timedelta(days=1), resumed)
    change(episode, resumed, state="active")
    run(channel, resumed, resumed)
    assert sent_keys(episode)[-1].startswith("catchup-2026-11-27")
