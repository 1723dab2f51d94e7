"""A worker whose clock is wrong claims nothing, says so, and goes on when it is right again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from scheduler.alarms import open_alarms
from scheduler.channels.outbox import Outbox
from scheduler.dispatch import clocks
from scheduler.dispatch.clocks import AGAIN, MOST, Clocks, ClocksDiffer, database_now, offset
from scheduler.dispatch.jobs import Job
from scheduler.dispatch.watchdog import SILENT, watch
from scheduler.dispatch.worker import Worker
from scheduler.domain.status import Status
from scheduler.models import Alarm, Clinic, Reminder
from tests.dispatch.plans import DAY_2, MINUTE, Recording, day_2_of, sms
from tests.dispatch.test_worker import running, wait_for

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("difference", "agree"),
    [(0 * SECOND, True), (MOST, True), (-MOST, True), (MOST + SECOND, False), (-MOST - SECOND, False)],
)
def test_two_seconds_are_the_most(difference: timedelta, agree: bool) -> None:
    compared = Clocks("worker 1", lambda: DAY_2 + difference, lambda: DAY_2)
    if agree:
        assert compared.now() == DAY_2 + difference
    else:
        with pytest.raises(ClocksDiffer):
            compared.now()
    assert [one.kind for one in open_alarms()] == ([] if agree else ["clock"])


@pytest.mark.django_db
def test_it_is_over_when_they_agree_again() -> None:
    ours = [DAY_2 + MINUTE, DAY_2 + MINUTE, DAY_2 + SECOND]
    compared = Clocks("worker 1", lambda: ours.pop(0), lambda: DAY_2)
    for _ in range(2):
        with pytest.raises(ClocksDiffer):
            compared.now()
    assert open_alarms().get().detail == "worker 1: +60.0 s"
    compared.now()
    assert not open_alarms().exists()
    assert Alarm.objects.count() == 1


@pytest.mark.django_db
def test_the_alarm_of_a_worker_that_is_gone_ends(clinic: Clinic) -> None:
    assert AGAIN < SILENT
    with pytest.raises(ClocksDiffer):
        Clocks("worker 1", lambda: DAY_2 + MINUTE, lambda: DAY_2).now()
    watch(DAY_2 + SILENT, "worker 2")
    assert open_alarms().exists()
    watch(DAY_2 + SILENT + SECOND, "worker 2")
    assert not open_alarms().exists()


@pytest.mark.django_db
def test_the_database_of_this_machine_has_its_clock() -> None:
    theirs = database_now()
    if connection.vendor == "sqlite":
        assert theirs is None
    else:
        assert theirs is not None
        assert abs(theirs - datetime.now(UTC)) < SECOND


@pytest.mark.django_db(transaction=True)
def test_a_worker_claims_nothing_while_its_clock_is_wrong(clinic: Clinic) -> None:
    reminder, channel, wrong = day_2_of(clinic), Recording(), [MINUTE]
    channels = {**sms(channel), "outbox": Outbox()}
    with running(channels, lambda: DAY_2 + wrong[0], lambda: DAY_2):
        wait_for(lambda: open_alarms().exists())
        assert Reminder.objects.across_clinics().get(pk=reminder.pk).status == Status.SCHEDULED
        wrong[0] = SECOND
        wait_for(lambda: bool(channel.taken))
    assert not open_alarms().exists()


@pytest.mark.django_db(transaction=True)
def test_asked_to_send_once_it_says_that_the_clock_is_wrong(clinic: Clinic) -> None:
    day_2_of(clinic)
    worker = Worker("worker 1", {"outbox": Outbox()}, lambda: DAY_2, (), database_clock=lambda: NOON)
    with pytest.raises(ClocksDiffer):
        asyncio.run(worker.run(once=True))


NOON = DAY_2.replace(hour=12)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("jump", "begins"), [(0.0, 1), (1.0, 1), (-86_400.0, 2), (86_400.0, 2)])
def test_jobs_go_on_after_somebody_set_the_time_of_day(
    db: None, monkeypatch: pytest.MonkeyPatch, jump: float, begins: int
) -> None:
    started: list[datetime] = []
    job = Job("count", timedelta(hours=1), lambda now, worker: started.append(now), each_worker=True)

    async def work() -> None:
        worker = Worker("worker 1", {"outbox": Outbox()}, lambda: DAY_2, (job,))
        task = asyncio.create_task(worker.run())
        while not started:
            await asyncio.sleep(0.05)
        monkeypatch.setattr(clocks, "offset", lambda: offset() + jump)
        await asyncio.sleep(1.5)
        for _ in range(300):
            await asyncio.sleep(0.1 if len(started) < begins else 0)
        worker.stop()
        await task

    asyncio.run(work())
    assert len(started) == begins
