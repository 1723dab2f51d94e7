"""What became of yesterday's messages, told to admins in the morning."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.attention import count_waiting
from scheduler.channels.base import Verdict, rejected
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.notices import post_notices
from scheduler.dispatch.summary import summary_notices, summary_of
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Membership, Reminder
from tests.dispatch.plans import DAY_2, Recording, day_2_of, live_clinic, sms
from tests.support.mail import Mailbox
from tests.web.people import member

pytestmark = pytest.mark.django_db
ADMIN, STAFF = Membership.Role.ADMIN, Membership.Role.STAFF
MORNING = datetime(2026, 11, 23, 8, 1, tzinfo=UTC)


def a_day(clinic: Clinic) -> None:
    """Four texts: one arrives, one is refused."""
    for number in range(3):
        day_2_of(clinic, number=number)
    dispatch_once(DAY_2, sms(Recording()))
    first = Attempt.objects.for_clinic(clinic).order_by("created_at", "pk")[0]
    Attempt.objects.for_clinic(clinic).filter(pk=first.pk).update(status=AttemptStatus.DELIVERED)
    day_2_of(clinic, number=10, channels=("sms",))
    dispatch_once(DAY_2, sms(Recording(rejected("99999", Verdict.UNKNOWN))))


def test_it_counts_what_became_of_a_local_day(clinic: Clinic) -> None:
    a_day(clinic)
    found = summary_of(clinic, DAY_2.date(), MORNING)
    assert (found.sent, found.delivered, found.failed, found.attention) == (3, 1, 1, 1)
    assert summary_of(clinic, DAY_2.date() + timedelta(days=1), MORNING).sent == 0


def test_a_critical_text_that_nobody_got_waits_as_it_does_on_the_pages(clinic: Clinic) -> None:
    a_day(clinic)
    Reminder.objects.for_clinic(clinic).filter(critical=True).update(
        status=Status.SKIPPED, status_reason="past-send-by"
    )
    waiting = count_waiting(clinic, MORNING)
    assert summary_of(clinic, DAY_2.date(), MORNING).attention == waiting > 1


def test_it_goes_to_the_admins_once_however_many_workers_run(clinic: Clinic, mailbox: Mailbox) -> None:
    member(clinic, ADMIN)
    member(clinic, STAFF)
    a_day(clinic)
    for minutes in range(0, 60, 5):
        for worker in ("worker 1", "worker 2"):
            post_notices(summary_notices(MORNING + timedelta(minutes=minutes), worker))
    (message,) = mailbox.messages
    assert message["To"] == f"admin@{clinic.slug}.example.com"
    assert message["Subject"] == f"{clinic.name}: 3 messages sent on Sun 22 Nov; 1 need attention"
    assert "Sam" not in message.get_content()
    assert "07700" not in message.get_content()


@pytest.mark.parametrize(("zone", "hours"), [("Europe/London", [8]), ("Australia/Sydney", [0, 21])])
def test_it_goes_in_the_clinics_own_morning(mailbox: Mailbox, zone: str, hours: list[int]) -> None:
    """In Sydney midnight in London is a morning still, and 21:00 the next."""
    member(live_clinic(timezone=zone), ADMIN)
    gone = []
    for hour in range(24):
        notices = summary_notices(datetime(2026, 11, 23, hour, tzinfo=UTC), "worker 1")
        gone += [hour] * len(notices)
    assert gone == hours


def test_it_is_tried_again_where_it_reached_nobody(clinic: Clinic, mailbox: Mailbox) -> None:
    member(clinic, ADMIN)
    mailbox.refuse = "451 later"
    post_notices(summary_notices(MORNING, "worker 1"))
    mailbox.refuse = None
    post_notices(summary_notices(MORNING + timedelta(minutes=5), "worker 2"))
    assert len(mailbox.messages) == 1


def test_a_day_with_a_clock_change_is_counted_whole(clinic: Clinic) -> None:
    assert summary_of(clinic, date(2026, 10, 25), MORNING).sent == 0
