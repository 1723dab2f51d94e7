from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import JSONField, Value

from scheduler import opt_outs
from scheduler.channels.base import Kind
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import LEASE, Batch, claim
from scheduler.dispatch.due import next_due
from scheduler.dispatch.rate import AHEAD
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Episode, Event, Reminder
from tests.dispatch.plans import (
    DAY_2,
    MINUTE,
    Recording,
    attempts_of,
    day_2_of,
    live_clinic,
    only,
    patient_of,
    sms,
)
from tests.enrolment.clinics import NOW, edition_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def claim_at(now: datetime, limit: int = 50, worker: str = "worker here-1") -> Batch:
    return claim(now, worker=worker, live={"sms"}, limit=limit)


def test_it_leases_the_reminder_and_records_an_attempt(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    (one,) = claim_at(DAY_2).claimed
    reminder.refresh_from_db()
    assert (reminder.status, reminder.lease_owner) == (Status.CLAIMED, "worker here-1")
    assert reminder.lease_until == DAY_2 + LEASE
    (attempt,) = attempts_of(reminder)
    assert (attempt.pk, attempt.status) == (one.outgoing.attempt_id, AttemptStatus.OPEN)
    assert attempt.sender == clinic.sender


def test_nothing_is_claimed_before_it_is_due(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    assert claim_at(reminder.due_at - MINUTE) == Batch(next_due=reminder.due_at)


@pytest.mark.parametrize("hour", [8, 9], ids=["when sending hours open", "later"])
def test_a_worker_that_claims_ahead_is_told_to_wait_for_the_moment(clinic: Clinic, hour: int) -> None:
    moment = DAY_2.replace(hour=hour, minute=0)
    Reminder.objects.for_clinic(clinic).filter(pk=day_2_of(clinic).pk).update(due_at=moment, try_at=moment)
    early = moment - AHEAD
    assert next_due(early, ahead=AHEAD) == early
    assert claim(early - SECOND / 100, worker="worker 1", live={"sms"}, ahead=AHEAD) == Batch(next_due=early)
    (one,) = claim(early, worker="worker 1", live={"sms"}, ahead=AHEAD).claimed
    assert one.slot == moment


def test_what_is_due_first_has_the_first_slot_of_a_sender(clinic: Clinic) -> None:
    later, sooner = day_2_of(clinic), day_2_of(clinic, number=1)
    ours = Reminder.objects.for_clinic(clinic)
    ours.filter(pk=later.pk).update(try_at=DAY_2 + AHEAD, critical=True)
    ours.filter(pk=sooner.pk).update(try_at=DAY_2 + AHEAD / 2)
    first, second = claim(DAY_2, worker="worker 1", live={"sms"}, ahead=AHEAD).claimed
    assert (first.reminder_id, first.slot) == (sooner.pk, DAY_2 + AHEAD / 2)
    assert second.slot >= DAY_2 + AHEAD


def test_a_claimed_reminder_is_not_claimed_again(clinic: Clinic) -> None:
    day_2_of(clinic)
    claim_at(DAY_2)
    assert claim_at(DAY_2, worker="worker there-2").claimed == ()


def test_a_claim_is_no_larger_than_asked(clinic: Clinic) -> None:
    for number in range(5):
        day_2_of(clinic, number=number)
    assert len(claim_at(DAY_2, limit=3).claimed) == 3
    assert len(claim_at(DAY_2, limit=3).claimed) == 2


def test_critical_reminders_come_first(clinic: Clinic) -> None:
    day_2_of(clinic, number=1)
    later = only(patient_of(clinic, 2), "clot-signs")
    Reminder.objects.across_clinics().filter(pk=later.pk).update(try_at=DAY_2)
    assert [one.reminder_id for one in claim_at(DAY_2, limit=1).claimed] == [later.pk]


def test_a_clinic_with_few_does_not_wait_for_one_with_many(clinic: Clinic) -> None:
    for number in range(6):
        day_2_of(clinic, number=number)
    other = day_2_of(live_clinic(slug="other"), number=500)
    assert other.pk in [one.reminder_id for one in claim_at(DAY_2, limit=4).claimed]


@pytest.mark.parametrize("late", [timedelta(seconds=-0.5), 0 * MINUTE, MINUTE, timedelta(days=3)])
def test_nothing_leaves_from_its_send_by_on(clinic: Clinic, late: timedelta) -> None:
    reminder = day_2_of(clinic)
    assert claim_at(reminder.send_by + late).claimed == ()
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.SKIPPED, "past-send-by")
    assert attempts_of(reminder) == []


def test_nothing_leaves_for_a_cancelled_episode(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    Episode.objects.across_clinics().update(state="cancelled")
    assert claim_at(DAY_2).claimed == ()
    reminder.refresh_from_db()
    assert reminder.status == Status.CANCELLED


def test_outside_sending_hours_it_waits_for_the_next_opening(clinic: Clinic) -> None:
    reminder = only(patient_of(clinic), "clot-signs")
    night = reminder.due_at.replace(hour=22)
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(try_at=night)
    assert claim_at(night).set_aside == {"scheduled": 1}
    reminder.refresh_from_db()
    assert reminder.try_at == (night + timedelta(days=1)).replace(hour=8, minute=0)


def test_a_pause_holds_back_all_but_the_critical(clinic: Clinic) -> None:
    usual = day_2_of(clinic, number=1)
    critical = only(patient_of(clinic, 2), "clot-signs")
    Reminder.objects.across_clinics().filter(pk=critical.pk).update(try_at=DAY_2)
    Episode.objects.across_clinics().update(state="paused")
    assert [one.reminder_id for one in claim_at(DAY_2).claimed] == [critical.pk]
    usual.refresh_from_db()
    assert (usual.status, usual.try_at) == (Status.SCHEDULED, usual.send_by)


def test_a_live_episode_that_no_provider_can_reach_is_for_a_person(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("email",))
    assert claim_at(DAY_2).set_aside["failed"] == 1
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.FAILED, "no-provider")


def test_a_clinic_without_a_sender_is_for_a_person(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    clinic.sender = None
    clinic.save()
    claim_at(DAY_2)
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.FAILED, "no-sender")


def test_one_text_that_cannot_be_written_holds_up_no_other(clinic: Clinic, channel: Recording) -> None:
    good, bad = day_2_of(clinic, number=1), day_2_of(clinic, number=2)
    Reminder.objects.across_clinics().filter(pk=bad.pk).update(message="no-such-message")
    turn = dispatch_once(DAY_2, sms(channel))
    assert turn.counts == {str(Kind.ACCEPTED): 1, "failed": 1}
    bad.refresh_from_db()
    assert (bad.status, bad.status_reason) == (Status.FAILED, "unwritable")
    assert [attempt.status for attempt in attempts_of(good)] == [AttemptStatus.SENT]


@pytest.mark.parametrize(
    ("table", "broken"),
    [
        (Reminder, {"folds": 5}),
        (Reminder, {"folds": Value(None, JSONField())}),
        (Reminder, {"due_local": ""}),
        (Reminder, {"timezone": "Mars/Olympus"}),
        (Episode, {"channels": 5}),
        (Episode, {"channels": [[]]}),
        (Episode, {"answers": []}),
        (Episode, {"answers": {}}),
    ],
)
def test_nor_does_a_row_that_holds_nonsense(
    clinic: Clinic, channel: Recording, table: type[Reminder | Episode], broken: dict[str, Any]
) -> None:
    good, bad = day_2_of(clinic, number=1), day_2_of(clinic, number=2)
    table.objects.across_clinics().filter(pk=bad.pk if table is Reminder else bad.episode_id).update(**broken)
    assert dispatch_once(DAY_2, sms(channel)).counts == {str(Kind.ACCEPTED): 1, "failed": 1}
    state = Reminder.objects.across_clinics().values_list("status", "status_reason").get(pk=bad.pk)
    assert state == (Status.FAILED, "unwritable")
    assert [attempt.status for attempt in attempts_of(good)] == [AttemptStatus.SENT]


def stops(episode: Episode, *channels: str) -> None:
    for kind in channels:
        address = episode.patient.addresses[kind]
        opt_outs.stop(episode.clinic, kind, address, source="page", actor="patient", now=NOW)


@pytest.mark.parametrize(("stopped", "left"), [("sms", "email"), ("email", "sms")])
@pytest.mark.parametrize("order", [("sms", "email"), ("email", "sms")])
def test_who_stopped_one_channel_is_told_over_the_other(
    clinic: Clinic, stopped: str, left: str, order: tuple[str, ...]
) -> None:
    reminder = only(patient_of(clinic, channels=order), "clot-signs")
    stops(reminder.episode, stopped)
    ways = {"sms": Recording(), "email": Recording()}
    dispatch_once(reminder.due_at, ways)
    assert [len(ways[stopped].taken), len(ways[left].taken)] == [0, 1]


@pytest.mark.parametrize("permitted", [("sms",), ("sms", "email")])
def test_who_stopped_every_channel_gets_nothing_and_history_says_so(
    clinic: Clinic, permitted: tuple[str, ...]
) -> None:
    reminder = only(patient_of(clinic, channels=permitted), "clot-signs")
    stops(reminder.episode, *permitted)
    assert claim_at(reminder.due_at).set_aside == {"skipped": 1}
    event = Event.objects.for_clinic(clinic).get(reminder=reminder, kind="status-changed")
    assert (event.before, event.after, event.reason) == ("scheduled", "skipped", "opted-out")


def test_who_refuses_is_asked_once_for_a_batch(
    clinic: Clinic, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(20):
        day_2_of(clinic, number=number)
    with django_assert_max_num_queries(18):
        assert len(claim_at(DAY_2).claimed) == 20


def test_in_the_last_second_before_closing_it_waits_for_the_morning(clinic: Clinic) -> None:
    reminder = only(patient_of(clinic), "clot-signs")
    closing = reminder.due_at.replace(hour=20, minute=30)
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(try_at=closing - MINUTE)
    assert claim_at(closing - timedelta(seconds=0.5)).set_aside == {"scheduled": 1}
    reminder.refresh_from_db()
    assert reminder.try_at == (closing + timedelta(days=1)).replace(hour=8, minute=0)
    assert claim_at(reminder.try_at).claimed[0].outgoing.valid_for > 0


def test_the_text_is_that_of_the_moment_of_claiming(clinic: Clinic, channel: Recording) -> None:
    reminder = only(patient_of(clinic), "day-1")
    early, late = reminder.due_at, reminder.due_at + timedelta(hours=8)
    early_text = claim_at(early).claimed[0].outgoing.text
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=Status.SCHEDULED)
    assert claim_at(late).claimed[0].outgoing.text != early_text


def test_a_later_edition_leaves_the_enrolled_with_theirs(clinic: Clinic) -> None:
    day_2_of(clinic)
    edition_of(clinic, {"no_flying": "omit"})
    assert "fly" in claim_at(DAY_2).claimed[0].outgoing.text.lower()


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_never_get_the_same(clinic: Clinic) -> None:
    for number in range(24):
        day_2_of(clinic, number=number)
    start, taken = Barrier(4), []

    def work(name: str) -> None:
        try:
            start.wait(30)
            for _ in range(6):
                taken.extend(one.reminder_id for one in claim_at(DAY_2, limit=4, worker=name).claimed)
        finally:
            connection.close()

    workers = [Thread(target=work, args=[f"worker {n}"]) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while rest := claim_at(DAY_2).claimed:
        taken.extend(one.reminder_id for one in rest)
    assert len(taken) == len(set(taken)) == 24
    assert Attempt.objects.for_clinic(clinic).count() == 24
