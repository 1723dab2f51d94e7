"""Noticing that nothing goes, or that nobody is there to send it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from scheduler.alarms import Kind, alarm, open_alarms
from scheduler.channels.base import not_posted
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.inquiry import Desk
from scheduler.dispatch.jobs import JOBS, beat, run_job
from scheduler.dispatch.notices import alarm_notices, post_notices
from scheduler.dispatch.watchdog import GONE, LATE, progress_of, watch
from scheduler.models import Alarm, Clinic, Heartbeat, Membership, Reminder, Sender
from tests.dispatch.plans import DAY_2, MINUTE, Recording, day_2_of, live_clinic, patient_of, sms
from tests.support.mail import Mailbox
from tests.web.people import member, signed_in

pytestmark = pytest.mark.django_db
ADMIN, STAFF = Membership.Role.ADMIN, Membership.Role.STAFF
WATCHDOG = next(job for job in JOBS if job.name == "watchdog")


def kinds() -> list[str]:
    return [one.kind for one in open_alarms()]


def watched(now: datetime) -> list[str]:
    watch(now, "worker 1")
    return kinds()


def test_what_should_have_gone_long_ago_is_an_alarm_of_its_clinic_alone(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    live_clinic(slug="other")
    assert watched(reminder.try_at + LATE - MINUTE) == []
    assert watched(reminder.try_at + LATE) == ["late"]
    (found,) = open_alarms()
    assert (found.clinic, found.detail) == (
        clinic,
        "1 late by 15 minutes or more; 0 went in the last hour.",
    )


def test_it_is_over_when_all_have_gone(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    now = reminder.try_at + LATE
    watch(now, "worker 1")
    dispatch_once(now, sms(Recording()))
    assert watched(now) == []
    assert progress_of(clinic, now).went == 1


def test_what_a_sender_keeps_in_its_queue_counts_as_late(clinic: Clinic) -> None:
    day_2_of(clinic, channels=("sms",))
    Sender.objects.update(held_reason="20003", held_at=DAY_2)
    dispatch_once(DAY_2, sms(Recording()))
    assert Reminder.objects.for_clinic(clinic).filter(queued=True).count() == 1
    assert watched(DAY_2 + LATE) == ["late"]


def test_what_is_tried_again_and_again_in_vain_counts_as_late(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    now = DAY_2 + LATE
    dispatch_once(now, sms(Recording(not_posted("refused"))))
    reminder.refresh_from_db()
    assert reminder.try_at > now
    assert watched(now) == ["late"]


def test_what_waits_for_the_morning_or_for_a_pause_is_not_late(clinic: Clinic) -> None:
    night = day_2_of(clinic).send_by.replace(hour=22) - timedelta(days=1)
    episode = patient_of(clinic, 50)
    episode.state = "paused"
    episode.save()
    Reminder.objects.for_clinic(clinic).exclude(key="day-1").update(try_at=night + timedelta(days=30))
    Reminder.objects.for_clinic(clinic).filter(key="day-1").update(
        try_at=night, send_by=night + timedelta(days=2)
    )
    dispatch_once(night, sms(Recording()))
    assert watched(night + timedelta(hours=6)) == []


@pytest.mark.parametrize(("silent", "runs"), [(GONE - MINUTE / 2, True), (GONE + MINUTE, False)])
def test_the_pages_notice_that_no_worker_runs(
    client: Client, clinic: Clinic, silent: timedelta, runs: bool
) -> None:
    patient_of(clinic)
    beat(timezone.now() - silent, "worker 1")
    assert client.get("/health/worker/").status_code == (200 if runs else 500)
    assert client.get("/health/").status_code == 200
    assert kinds() == ([] if runs else ["no-worker"])


def test_nobody_misses_a_worker_before_there_is_anything_to_send(client: Client, clinic: Clinic) -> None:
    assert client.get("/health/worker/").status_code == 200


def test_a_worker_that_comes_back_ends_the_alarm(client: Client, clinic: Clinic) -> None:
    patient_of(clinic)
    beat(timezone.now() - timedelta(hours=1), "worker 1")
    client.get("/health/worker/")
    assert kinds() == ["no-worker"]
    assert "no-worker" not in watched(timezone.now())


@pytest.mark.parametrize("role", [ADMIN, STAFF])
def test_staff_see_what_is_wrong_on_every_page(clinic: Clinic, role: str) -> None:
    patient_of(clinic)
    Heartbeat.objects.create(worker="worker 1", started_at=DAY_2, seen_at=DAY_2 - timedelta(days=1))
    page = signed_in(member(clinic, role)).get(f"/c/{clinic.slug}/").content.decode()
    assert "No worker runs: nothing is sent." in page


def test_nobody_sees_what_is_wrong_with_another_clinic(clinic: Clinic) -> None:
    alarm(Kind.LATE, now=DAY_2, clinic=live_clinic(slug="other"))
    page = signed_in(member(clinic, ADMIN)).get(f"/c/{clinic.slug}/").content.decode()
    assert "Messages that should have gone have not." not in page


def test_admins_are_told_once_and_again_after_a_day(clinic: Clinic, mailbox: Mailbox) -> None:
    member(clinic, ADMIN)
    member(clinic, STAFF)
    alarm(Kind.LATE, now=DAY_2, clinic=clinic, detail="1 late.")
    for later in (timedelta(0), MINUTE, 2 * MINUTE, timedelta(hours=23), timedelta(days=1, minutes=2)):
        post_notices(alarm_notices(DAY_2 + later))
    assert [message["To"] for message in mailbox.messages] == [f"admin@{clinic.slug}.example.com"] * 2
    assert "Messages that should have gone have not" in mailbox.messages[0]["Subject"]


@pytest.mark.parametrize(
    ("about", "told"),
    [("clinic", ["leafy"]), ("sender", ["leafy", "twin"]), ("", ["leafy", "other", "twin"])],
)
def test_those_are_told_whom_it_concerns(
    clinic: Clinic, mailbox: Mailbox, about: str, told: list[str]
) -> None:
    for one in (clinic, live_clinic(slug="twin", sender=clinic.sender), live_clinic(slug="other")):
        member(one, ADMIN)
    subject: dict[str, Any] = {"clinic": {"clinic": clinic}, "sender": {"sender": clinic.sender}}.get(
        about, {}
    )
    alarm("late", now=DAY_2, **subject)
    post_notices(alarm_notices(DAY_2 + MINUTE))
    assert [message["To"] for message in mailbox.messages] == [f"admin@{slug}.example.com" for slug in told]


def test_a_letter_that_reached_nobody_is_tried_again(clinic: Clinic, mailbox: Mailbox) -> None:
    member(clinic, ADMIN)
    alarm(Kind.LATE, now=DAY_2, clinic=clinic)
    mailbox.refuse = "451 later"
    post_notices(alarm_notices(DAY_2 + MINUTE))
    mailbox.refuse = None
    post_notices(alarm_notices(DAY_2 + 2 * MINUTE))
    assert len(mailbox.messages) == 1


def test_without_email_nobody_is_written_to(clinic: Clinic) -> None:
    member(clinic, ADMIN)
    alarm(Kind.LATE, now=DAY_2, clinic=clinic)
    assert alarm_notices(DAY_2 + MINUTE) == []


def asked(now: datetime) -> Callable[[str], int]:
    """A worker's turn at the watchdog; how many notices its event loop posts."""

    def turn(worker: str) -> int:
        async def database(step: Any, *args: Any) -> Any:
            return step(*args)

        ran = run_job(WATCHDOG, now, worker)
        before = Alarm.objects.exclude(mailed_at=None).count()
        if ran and WATCHDOG.ask:
            with override_settings(EMAIL_LIVE=True):
                asyncio.run(WATCHDOG.ask(Desk({}, database, lambda: now, worker)))
        return Alarm.objects.exclude(mailed_at=None).count() - before

    return turn


@pytest.mark.django_db(transaction=True)
def test_many_workers_watch_once(clinic: Clinic, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    member(clinic, ADMIN)
    reminder = day_2_of(clinic)
    alarm(Kind.LATE, now=reminder.try_at, clinic=clinic)
    turn = asked(reminder.try_at + LATE)
    assert [turn(f"worker {n}") for n in range(3)] == [1, 0, 0]
    assert len(mailbox.messages) == 1


def test_metrics_say_how_dispatch_stands(client: Client, clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    alarm(Kind.LATE, now=reminder.try_at, clinic=clinic)
    beat(timezone.now(), "worker 1")
    shown = client.get("/metrics").content.decode()
    for line in (
        "aftercare_workers 1.0",
        'aftercare_alarms{kind="late"} 1.0',
        'aftercare_alarms{kind="no-worker"} 0.0',
        f'aftercare_late{{clinic="{clinic.slug}"}}',
        f'aftercare_sender_held{{sender="{clinic.sender_id}"}} 0.0',
    ):
        assert line in shown
