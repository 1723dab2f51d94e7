from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from scheduler.domain.status import Status
from scheduler.figures import count, days_until, hours_of, lateness_of, segments_of
from scheduler.models import Attempt, Clinic, Episode, Reminder
from tests.enrolment.clinics import NOW
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/today"
DAY = NOW.date()
SECOND = timedelta(seconds=1)


def page(client: Client) -> str:
    return client.get(URL).content.decode()


def put(episode: Episode, key: str, due: datetime, status: str) -> Reminder:
    rows = Reminder.objects.across_clinics().filter(episode=episode, key=key)
    rows.update(due_at=due, try_at=due, status=status)
    return rows.get()


def tried(reminder: Reminder, late: timedelta, status: str = "delivered", segments: int = 3) -> None:
    taken = reminder.due_at + late
    Attempt.objects.create(
        id=uuid4(), clinic=reminder.clinic, reminder=reminder, kind="sms", channel="sms", address="x",
        text="x", segments=segments, episode_revision=1, created_at=taken, recorded_at=taken, status=status,
    )  # fmt: skip


@pytest.fixture
def quiet(episode: Episode) -> Episode:
    """Nothing of this plan is due within the year."""
    later = NOW + timedelta(days=400)
    Reminder.objects.across_clinics().filter(episode=episode).update(due_at=later, try_at=later)
    return episode


def test_it_says_that_nothing_is_due(staff: Client) -> None:
    shown = page(staff)
    assert "No message is due today." in shown
    assert "Nothing was sent in the last 30 days." in shown
    assert "Nothing has left yet" in shown


def test_it_counts_by_what_became_of_them(clinic: Clinic, quiet: Episode) -> None:
    statuses = ("delivered", "sent", "failed", "in_doubt", "undelivered", "handled", "skipped", "scheduled")
    for key, status in zip(quiet.reminders.values_list("key", flat=True), statuses, strict=False):
        put(quiet, key, NOW + timedelta(minutes=5), status)
    (hour,) = (one for one in count(clinic, hours_of(clinic, DAY), NOW) if one.total)
    assert (hour.part.wall.hour, hour.delivered, hour.sent, hour.failed, hour.ahead) == (15, 1, 1, 4, 1)


def test_what_should_have_gone_stands_in_the_present_hour(clinic: Clinic, quiet: Episode) -> None:
    put(quiet, "day-1", NOW - timedelta(days=2), "scheduled")
    put(quiet, "day-2", NOW + timedelta(hours=3), "scheduled")
    hours = count(clinic, hours_of(clinic, DAY), NOW)
    assert {one.part.wall.hour: one.ahead for one in hours if one.ahead} == {15: 1, 18: 1}


def test_a_day_is_the_clinics(clinic: Clinic, quiet: Episode) -> None:
    Clinic.objects.update(timezone="Pacific/Auckland")
    clinic.refresh_from_db()
    # In Auckland it is Saturday at 4:30.
    put(quiet, "day-1", datetime(2026, 11, 20, 10, 59, tzinfo=UTC), "delivered")
    put(quiet, "day-2", datetime(2026, 11, 20, 11, 1, tzinfo=UTC), "delivered")
    days = count(clinic, days_until(clinic, DAY + timedelta(days=1), 30))
    assert [day.total for day in days][-2:] == [1, 1]
    assert days[-1].part.wall.date() == DAY + timedelta(days=1)


@pytest.mark.parametrize(("day", "hours"), [(25, 25), (26, 24)])
def test_a_day_on_which_the_clock_changes_has_all_its_hours(clinic: Clinic, day: int, hours: int) -> None:
    assert len(hours_of(clinic, datetime(2026, 10, day, tzinfo=UTC).date())) == hours


def test_lateness_is_of_the_first_time_that_it_was_taken(clinic: Clinic, quiet: Episode) -> None:
    first, second, third = (put(quiet, f"day-{n}", NOW + SECOND * 300, "delivered") for n in (1, 2, 5))
    tried(first, 2 * SECOND, "rejected")
    tried(first, 4 * SECOND)
    tried(first, 900 * SECOND)
    tried(second, 20 * SECOND)
    tried(third, 30 * SECOND, "rejected")
    late = lateness_of(clinic, DAY)
    assert late is not None
    assert (round(late.median, 2), round(late.worst, 2)) == (12, 20)


def test_what_leaves_on_enrolling_is_not_late(clinic: Clinic, quiet: Episode) -> None:
    tried(put(quiet, "welcome", quiet.enrolled_at, "delivered"), 40 * SECOND)
    assert lateness_of(clinic, DAY) is None


def test_segments_are_those_that_a_provider_took(clinic: Clinic, quiet: Episode) -> None:
    reminder = put(quiet, "day-1", NOW, "delivered")
    for status in ("delivered", "undelivered", "rejected", "open"):
        tried(reminder, SECOND, status)
    tried(reminder, timedelta(days=1))
    assert segments_of(clinic, DAY) == 6


def test_it_shows_lateness_and_cost(staff: Client, clinic: Clinic, quiet: Episode) -> None:
    Clinic.objects.update(segment_price=Decimal("0.0425"))
    tried(put(quiet, "day-1", NOW + SECOND * 300, "delivered"), 90 * SECOND, segments=40)
    shown = page(staff)
    assert '1 min<span class="small quiet"> in the middle, 1 min at worst</span>' in shown
    assert "1.70 GBP" in shown
    assert '<rect class="count-delivered"' in shown


def test_only_an_admin_is_asked_for_a_price(staff: Client, admin: Client) -> None:
    assert "Give a price" in page(admin)
    assert "Give a price" not in page(staff)
    assert "GBP" not in page(staff)


def test_failures_lead_to_what_needs_attention(staff: Client, quiet: Episode) -> None:
    put(quiet, "day-1", NOW, Status.FAILED)
    assert '<dd><a href="/c/leafy/attention">1</a></dd>' in page(staff)


def test_it_counts_nobody_elses(staff: Client, other_clinic: Clinic) -> None:
    other = enrolled(other_clinic)
    tried(put(other, "day-1", NOW, "delivered"), SECOND)
    assert "No message is due today." in page(staff)


@pytest.mark.parametrize("patients", [1, 4])
def test_it_needs_no_more_queries_for_more_messages(
    patients: int, staff: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(patients):
        enrolled(clinic, name=f"Sam {'ABCDE'[number]}")
    with django_assert_max_num_queries(12):
        page(staff)


def test_a_day_later_it_is_another_day(clinic: Clinic, quiet: Episode) -> None:
    put(quiet, "day-1", NOW, "delivered")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        shown = page(signed_in(member(clinic, "staff")))
    assert "Saturday 21 November" in shown
    assert '<th scope="row">Fri 20 Nov</th><td>1</td>' in shown
