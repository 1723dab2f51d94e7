import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from structlog.testing import capture_logs

from scheduler import opt_outs
from scheduler.channels.base import (
    TOO_LATE,
    Channel,
    Outcome,
    Outgoing,
    Verdict,
    accepted,
    not_posted,
    rejected,
)
from scheduler.channels.email import Email
from scheduler.channels.outbox import Outbox
from scheduler.channels.sms import Account, Sms
from scheduler.channels.smtp import Backend
from scheduler.dispatch import database
from scheduler.dispatch import worker as loop
from scheduler.dispatch.claim import Batch, Claimed
from scheduler.dispatch.database import DatabaseAway, DatabaseThread
from scheduler.dispatch.jobs import JOBS, Job, run_job
from scheduler.dispatch.recheck import FRESH
from scheduler.dispatch.worker import Worker
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Heartbeat, JobSlot, Reminder
from tests.dispatch.plans import DAY_2, Recording, attempts_of, day_2_of, patient_of, sms
from tests.enrolment.clinics import NOW
from tests.support.mail import Mailbox, mail_server
from tests.support.provider import ACCOUNT, TOKEN, Provider

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "worker here-1"


def texts(twilio: Provider, timeout: float = 2.0) -> dict[str, Channel]:
    account = Account(
        ACCOUNT, (ACCOUNT, TOKEN), twilio.url, "https://clinic.example.com/webhooks/twilio/status"
    )
    return {"sms": Sms(account, timeout=timeout), "outbox": Outbox()}


def run_once(channels: dict[str, Channel], now: datetime = DAY_2) -> dict[str, int]:
    async def once() -> dict[str, int]:
        worker = Worker(NAME, channels, lambda: now, jobs=())
        async with asyncio.timeout(40):
            await worker.run(once=True)
        return worker.counts

    return asyncio.run(once())


@contextmanager
def running(
    channels: dict[str, Channel],
    clock: Callable[[], datetime],
    database_clock: Callable[[], datetime | None] = lambda: None,
) -> Iterator[Worker]:
    """A worker in a thread with its own event loop; it is told to stop at the end, and has to."""
    ready, box = threading.Event(), {}

    async def work() -> None:
        box["worker"] = Worker(NAME, channels, clock, database_clock=database_clock)
        box["loop"] = asyncio.get_running_loop()
        ready.set()
        await box["worker"].run()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    assert ready.wait(30)
    try:
        yield box["worker"]
    finally:
        box["loop"].call_soon_threadsafe(box["worker"].stop)
        thread.join(30)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def status_of(reminder: Reminder) -> str:
    reminder.refresh_from_db()
    return reminder.status


def test_it_texts_every_patient_once_through_the_provider(clinic: Clinic, twilio: Provider) -> None:
    reminders = [day_2_of(clinic, number=number) for number in range(60)]
    assert run_once(texts(twilio)) == {"accepted": 60}
    assert sorted(message["to"] for message in twilio.accepted) == [
        f"+447700900{number:03}" for number in range(60)
    ]
    assert {status_of(reminder) for reminder in reminders} == {Status.SENT}
    ids = set(Attempt.objects.for_clinic(clinic).values_list("provider_id", flat=True))
    assert ids == {message["sid"] for message in twilio.accepted}


def test_the_receipt_names_the_attempt(clinic: Clinic, twilio: Provider) -> None:
    (attempt,) = attempts_of(_sent(clinic, twilio))
    assert twilio.accepted[0]["asked"]["StatusCallback"].endswith(f"/webhooks/twilio/status/{attempt.pk}")


def _sent(clinic: Clinic, twilio: Provider) -> Reminder:
    reminder = day_2_of(clinic)
    run_once(texts(twilio))
    return reminder


def test_it_emails_whom_it_may_only_email(clinic: Clinic) -> None:
    day_2_of(clinic, channels=("email",))
    with mail_server() as mail:
        run_once({"email": _email(mail), "outbox": Outbox()})
    (message,) = mail.messages
    assert message["To"] == "sam@example.com"
    assert message["Subject"].startswith("Leafy Clinic: ")


def _email(mail: Mailbox) -> Email:
    return Email(lambda: Backend(host=mail.host, port=mail.port, timeout=2), "Aftercare <care@example.com>")


@pytest.mark.parametrize("behaviour", ["never", "drop-after", "500-after"])
def test_it_does_not_repeat_what_the_provider_may_have_taken(
    clinic: Clinic, twilio: Provider, behaviour: str
) -> None:
    reminder = day_2_of(clinic)
    twilio.behave(behaviour)
    channels = texts(twilio, timeout=0.4)
    assert run_once(channels) == {"in-doubt": 1}
    run_once(channels, DAY_2 + timedelta(hours=1))
    assert len(twilio.accepted) == 1
    assert status_of(reminder) == Status.IN_DOUBT


def test_no_transaction_is_open_while_the_provider_is_asked(clinic: Clinic) -> None:
    seen: list[bool] = []

    class Watching(Recording):
        async def send(self, outgoing: Outgoing) -> Outcome:
            open_here = await asyncio.to_thread(_another_can_write)
            seen.append(open_here)
            return await super().send(outgoing)

    day_2_of(clinic)
    run_once({**sms(Watching()), "outbox": Outbox()})
    assert seen == [True]


def _another_can_write() -> bool:
    try:
        return Reminder.objects.across_clinics().update(timezone="Europe/London") > 0
    finally:
        connection.close()


def test_one_provider_answer_that_breaks_everything_breaks_nothing_else(clinic: Clinic) -> None:
    class Broken(Recording):
        async def send(self, outgoing: Outgoing) -> Outcome:
            if outgoing.address.endswith("1"):
                raise RuntimeError("unforeseen")
            return await super().send(outgoing)

    bad, good = day_2_of(clinic, number=1), day_2_of(clinic, number=2)
    with capture_logs() as logged:
        run_once({**sms(Broken()), "outbox": Outbox()})
    assert (status_of(bad), status_of(good)) == (Status.IN_DOUBT, Status.SENT)
    (attempt,) = attempts_of(bad)
    assert [(line["attempt"], line["exc_info"]) for line in logged] == [(str(attempt.pk), True)]


def test_it_sends_at_the_moment_something_falls_due(clinic: Clinic) -> None:
    reminder, channel = day_2_of(clinic), Recording()
    due = datetime.now(UTC) + timedelta(seconds=0.8)
    shift = DAY_2 - due
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(try_at=DAY_2)
    with running({**sms(channel), "outbox": Outbox()}, lambda: datetime.now(UTC) + shift):
        wait_for(lambda: bool(channel.taken))
        late = (datetime.now(UTC) - due).total_seconds()
        wait_for(lambda: status_of(reminder) == Status.SENT)
    assert 0 <= late < 0.5


def test_it_finishes_what_is_under_way_when_it_is_told_to_stop(clinic: Clinic, twilio: Provider) -> None:
    reminder = day_2_of(clinic)
    twilio.behave("slow")
    with running(texts(twilio), lambda: DAY_2):
        wait_for(lambda: bool(twilio.accepted))
    assert status_of(reminder) == Status.SENT


def test_told_to_stop_while_it_claims_beside_posting_it_gives_back_what_it_gets(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_small_numbers(monkeypatch)
    reminders = [day_2_of(clinic, number=number) for number in range(10)]
    channel, usual, claims, go_on = Slow(), loop.claim, [0], threading.Event()

    def claim(*words: Any, **options: Any) -> Batch:
        claims.append(claims[-1] + 1)
        assert claims[-1] < 2 or go_on.wait(30)
        return usual(*words, **options)

    monkeypatch.setattr(loop, "claim", claim)
    with running({**sms(channel), "outbox": Outbox()}, lambda: DAY_2) as worker:
        wait_for(lambda: channel.under_way == 4 and claims[-1] == 2)
        worker.stop()
        channel.answer_all()
        go_on.set()
    assert Counter(map(status_of, reminders)) == {Status.SENT: 4, Status.SCHEDULED: 6}
    assert len(channel.taken) == 4


def _in_small_numbers(monkeypatch: pytest.MonkeyPatch, **others: int) -> None:
    usual = {"IN_FLIGHT": 4, "NEXT": 2, "GROUP": 4, "AT_ONCE": 8, "CLAIM_BELOW": 6}
    for name, number in (usual | others).items():
        monkeypatch.setattr(loop, name, number)


def test_told_to_stop_it_waits_for_no_room_and_gives_back_what_waits_for_its_turn(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_small_numbers(monkeypatch, GROUP=3)
    monkeypatch.setattr(loop, "GRACE", 2.0)
    reminders = [day_2_of(clinic, number=number) for number in range(10)]
    channel = Slow()
    with running({**sms(channel), "outbox": Outbox()}, lambda: DAY_2) as worker:
        wait_for(lambda: channel.under_way == 4 and len(worker._waiting) == 2)
    # The thread would be at work for ever, and fail the test.
    assert Counter(map(status_of, reminders)) == {Status.CLAIMED: 4, Status.SCHEDULED: 6}


def test_what_comes_back_while_it_posts_is_not_forgotten(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next claim has found nothing by then."""
    _in_small_numbers(monkeypatch, NEXT=0)
    for number in range(5):
        day_2_of(clinic, number=number)
    later, usual = Reminder.objects.across_clinics().filter(pk=day_2_of(clinic, number=5).pk), loop.recheck
    later.update(try_at=DAY_2 + timedelta(hours=1))

    def recheck(group: Sequence[Claimed], *words: Any, **options: Any) -> tuple[Claimed, ...]:
        if len(group) == 1:
            later.update(try_at=DAY_2)
        return usual(group, *words, **options)

    class Unhurried(Recording):
        async def send(self, outgoing: Outgoing) -> Outcome:
            await asyncio.sleep(0.5)
            return await super().send(outgoing)

    monkeypatch.setattr(loop, "recheck", recheck)
    assert run_once({**sms(Unhurried()), "outbox": Outbox()}) == {"accepted": 6}


def test_what_the_provider_refuses_goes_the_other_way_before_it_ends(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not sleep before, however long it might; nor where it was told that something is new."""
    monkeypatch.setattr(loop, "LONGEST_SLEEP", 60.0)
    monkeypatch.setattr(loop, "LONGEST_WHILE_TOLD", 60.0)
    reminder, refusing, mail = day_2_of(clinic), Recording(rejected("21211", Verdict.ADDRESS)), Recording()
    channels = {**sms(refusing), "email": mail, "outbox": Outbox()}
    assert run_once(channels) == {"rejected": 1, "accepted": 1}
    assert (status_of(reminder), len(mail.taken)) == (Status.SENT, 1)


def test_one_that_cannot_be_looked_at_holds_up_no_other(
    clinic: Clinic, channel: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders, usual = [day_2_of(clinic, number=number) for number in range(3)], loop.recheck

    def recheck(group: Sequence[Claimed], *words: Any, **options: Any) -> tuple[Claimed, ...]:
        if reminders[1].pk in {one.reminder_id for one in group}:
            raise TypeError("odd")
        return usual(group, *words, **options)

    monkeypatch.setattr(loop, "recheck", recheck)
    assert run_once({**sms(channel), "outbox": Outbox()}) == {"accepted": 2}
    assert [status_of(one) for one in reminders] == [Status.SENT, Status.CLAIMED, Status.SENT]


def test_what_waits_for_its_turn_for_long_is_looked_at_again(clinic: Clinic) -> None:
    reminders = {
        f"+447700900{number:03}": day_2_of(clinic, number=number, channels=("sms",)) for number in range(60)
    }
    channel = Slow()
    with running({**sms(channel), "outbox": Outbox()}, lambda: DAY_2):
        wait_for(lambda: channel.under_way == loop.IN_FLIGHT)
        waiting = reminders.keys() - {outgoing.address for outgoing in channel.taken}
        last = max(waiting)
        opt_outs.stop(clinic, "sms", last, source="page", actor="patient", now=DAY_2)
        time.sleep(FRESH)
        channel.answer_all()
        wait_for(lambda: status_of(reminders[last]) == Status.SKIPPED)
        wait_for(lambda: len(channel.taken) == len(reminders) - 1)
    assert channel.most == loop.IN_FLIGHT
    assert last not in {outgoing.address for outgoing in channel.taken}


class Slow(Recording):
    """Answers nothing until it is told to; `most` are the requests that were under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = self.most = 0
        self._answering = threading.Event()

    def answer_all(self) -> None:
        self._answering.set()

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        outcome = await super().send(outgoing)
        while not self._answering.is_set():
            await asyncio.sleep(0.01)
        self.under_way -= 1
        return outcome


def test_a_text_that_it_came_too_late_for_is_looked_at_again_and_goes(clinic: Clinic) -> None:
    reminder, channel = day_2_of(clinic), Dawdling()
    assert run_once(sms(channel)) == {"accepted": 1}
    assert (status_of(reminder), len(channel.taken)) == (Status.SENT, 1)
    assert [attempt.status for attempt in attempts_of(reminder)] == [AttemptStatus.SENT]


def test_the_last_look_knows_the_time_at_which_the_database_gets_to_it(
    clinic: Clinic, channel: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step has waited ten seconds by then."""
    reminder, waited = day_2_of(clinic), 0
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(send_by=DAY_2 + timedelta(seconds=25))
    usual = database._guarded

    def slowly(*step: Any, **options: Any) -> Any:
        nonlocal waited
        waited += 10
        return usual(*step, **options)

    monkeypatch.setattr(database, "_guarded", slowly)
    worker = Worker(NAME, sms(channel), lambda: DAY_2 + timedelta(seconds=waited), jobs=())
    asyncio.run(worker.run(once=True))
    assert [outgoing.valid_for for outgoing in channel.taken] == [5]


class Dawdling(Recording):
    """Takes the first text only when it is too late for it."""

    too_late = True

    async def send(self, outgoing: Outgoing) -> Outcome:
        if self.too_late:
            self.too_late = False
            return TOO_LATE
        return await super().send(outgoing)


def test_what_it_cannot_finish_in_time_is_in_doubt_when_the_lease_ends(
    clinic: Clinic, twilio: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "GRACE", 0.2)
    reminder = day_2_of(clinic)
    twilio.behave("never")
    with running(texts(twilio), lambda: DAY_2):
        wait_for(lambda: bool(twilio.accepted))
    assert status_of(reminder) == Status.CLAIMED
    run_job(next(job for job in JOBS if job.name == "expired-leases"), DAY_2 + timedelta(minutes=5), NAME)
    assert status_of(reminder) == Status.IN_DOUBT


def test_a_worker_shows_that_it_is_alive(clinic: Clinic) -> None:
    with running({"outbox": Outbox()}, lambda: datetime.now(UTC)):
        wait_for(Heartbeat.objects.filter(worker=NAME).exists)


def test_an_outcome_that_cannot_be_recorded_costs_no_other(clinic: Clinic) -> None:
    class Repeating(Recording):
        async def send(self, outgoing: Outgoing) -> Outcome:
            return accepted("SM-always-the-same")

    reminders = [day_2_of(clinic, number=number) for number in (1, 2)]
    run_once({**sms(Repeating()), "outbox": Outbox()})
    assert sorted(status_of(reminder) for reminder in reminders) == [Status.CLAIMED, Status.SENT]


def test_a_retry_waits_for_its_time(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    channels = {**sms(Recording(not_posted("refused"))), "outbox": Outbox()}
    assert run_once(channels) == {"not-posted": 1}
    assert [attempt.status for attempt in attempts_of(reminder)] == [AttemptStatus.RELEASED]
    reminder.refresh_from_db()
    assert run_once(channels, reminder.try_at - timedelta(seconds=1)) == {}
    assert run_once(channels, reminder.try_at) == {"not-posted": 1}


def test_a_slot_of_a_job_is_run_once_by_all_workers_together(db: None) -> None:
    ran: list[str] = []
    job = Job("count", timedelta(minutes=1), lambda now, worker: ran.append(worker))
    outcomes = [run_job(job, DAY_2 + timedelta(seconds=n), f"worker {n}") for n in range(3)]
    assert (outcomes, ran) == ([True, False, False], ["worker 0"])
    assert run_job(job, DAY_2 + timedelta(minutes=1), "worker 9")
    assert JobSlot.objects.count() == 2


def test_a_database_that_broke_off_is_asked_again_with_a_new_connection(db: None) -> None:
    async def work() -> int:
        database = DatabaseThread()
        try:
            await database.run(lambda: connections["default"].ensure_connection())
            with pytest.raises(DatabaseAway):
                await database.run(_break_off)
            return await database.insist(Heartbeat.objects.count)
        finally:
            await database.close()

    assert asyncio.run(work()) == 0


def _break_off() -> None:
    raise OperationalError("server closed the connection unexpectedly")


def test_it_goes_on_after_the_database_was_away(clinic: Clinic) -> None:
    reminder, channel = day_2_of(clinic), Recording()
    later = Reminder.objects.across_clinics().filter(pk=reminder.pk)
    later.update(try_at=DAY_2 + timedelta(hours=5))
    with running({**sms(channel), "outbox": Outbox()}, lambda: DAY_2):
        wait_for(Heartbeat.objects.exists)
        take_away()
        later.update(try_at=DAY_2)
        wait_for(lambda: status_of(reminder) == Status.SENT)
    assert len(channel.taken) == 1


def take_away() -> None:
    """A server closes every connection but ours; a file is locked for a while."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN EXCLUSIVE")
            time.sleep(0.5)
            cursor.execute("ROLLBACK")
        else:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_it_hears_of_a_new_patient_at_once(
    clinic: Clinic, channel: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL it is told, however long it meant to sleep; on SQLite it looks by itself."""
    if connection.vendor == "postgresql":
        monkeypatch.setattr(loop, "LONGEST_SLEEP", 60.0)
        monkeypatch.setattr(loop, "LONGEST_WHILE_TOLD", 60.0)
    with running({"sms": channel, "outbox": Outbox()}, lambda: NOW):
        time.sleep(1.0)
        patient_of(clinic, at_desk=True)
        waited = time.monotonic() + 30
        while not channel.taken and time.monotonic() < waited:
            time.sleep(0.05)
    assert [outgoing.address for outgoing in channel.taken] == ["+447700900123"]
