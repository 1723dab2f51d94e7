from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from scheduler.channels.base import in_doubt
from scheduler.dispatch import dispatch_once
from scheduler.dispatch import recheck as recheck_module
from scheduler.dispatch.claim import LEASE, Claimed, claim
from scheduler.dispatch.durability import check_durability
from scheduler.dispatch.expire import expire_leases
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.release import release, unposted
from scheduler.dispatch.unchanged import unchanged
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Clinic, Episode, OptOut, Patient, Reminder
from scheduler.plans.renewal import lock
from tests.dispatch.plans import (
    DAY_2,
    MINUTE,
    Recording,
    attempts_of,
    day_2_of,
    live_clinic,
    patient_of,
    sms,
)
from tests.dispatch.treatments import change, just_before

pytestmark = pytest.mark.django_db
WORKER = "worker here-1"


def claimed_at(now: datetime) -> tuple[Claimed, ...]:
    return claim(now, worker=WORKER, live={"sms"}).claimed


def cleared(claimed: tuple[Claimed, ...], now: datetime = DAY_2) -> list[int]:
    return [one.reminder_id for one in recheck(claimed, now, worker=WORKER)]


def stands(reminder: Reminder) -> tuple[str, str, list[str]]:
    reminder.refresh_from_db()
    statuses = [attempt.status for attempt in attempts_of(reminder)]
    return reminder.status, reminder.status_reason, statuses


def refuse(**values: Any) -> None:
    OptOut.objects.create(
        **{"channel": "sms", "address": "+447700900123", "opted_out_at": DAY_2, "source": "page"} | values
    )


def test_what_still_holds_may_be_posted(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    assert cleared(claimed_at(DAY_2)) == [reminder.pk]


def test_the_time_left_is_counted_from_now(clinic: Clinic) -> None:
    day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    (one,) = recheck(claimed, DAY_2 + timedelta(seconds=5), worker=WORKER)
    assert one.outgoing.valid_for == claimed[0].outgoing.valid_for - 5


@pytest.mark.parametrize("to", ["the clinic's sender", "the clinic"])
def test_an_opt_out_after_the_claim_stops_the_text(clinic: Clinic, to: str) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    claimed = claimed_at(DAY_2)
    refuse(**({"clinic": clinic} if to == "the clinic" else {"sender": clinic.sender}))
    assert cleared(claimed) == []
    assert stands(reminder) == (Status.SKIPPED, "opted-out", [AttemptStatus.RELEASED])


def test_an_opt_out_holds_for_every_clinic_of_the_sender(clinic: Clinic) -> None:
    neighbour = live_clinic(slug="other", sender=clinic.sender)
    reminder = day_2_of(neighbour, channels=("sms",))
    refuse(sender=clinic.sender)
    assert claimed_at(DAY_2) == ()
    assert stands(reminder) == (Status.SKIPPED, "opted-out", [])


def test_an_opt_out_after_the_claim_leaves_it_to_the_other_channel(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms", "email"))
    claimed = claimed_at(DAY_2)
    refuse(sender=clinic.sender)
    assert cleared(claimed) == []
    assert stands(reminder) == (Status.SCHEDULED, "opted-out", [AttemptStatus.RELEASED])
    (one,) = claim(DAY_2, worker=WORKER, live={"sms", "email"}).claimed
    assert (one.route.channel, cleared((one,))) == ("email", [reminder.pk])


@pytest.mark.parametrize("broken", [{"timezone": "Mars/Olympus"}, {"timezone": ""}])
def test_a_row_that_broke_after_the_claim_holds_up_no_other(clinic: Clinic, broken: dict[str, str]) -> None:
    good, bad = day_2_of(clinic, number=1), day_2_of(clinic, number=2)
    claimed = claimed_at(DAY_2)
    Reminder.objects.across_clinics().filter(pk=bad.pk).update(**broken)
    # What changes a row bumps the revision; then it is looked into.
    Episode.objects.across_clinics().filter(pk=bad.episode_id).update(revision=7)
    assert cleared(claimed) == [good.pk]
    assert stands(bad) == (Status.FAILED, "unwritable", [AttemptStatus.RELEASED])


@pytest.mark.parametrize("left", [timedelta(seconds=0.5), timedelta(seconds=0.999)])
def test_less_than_a_second_is_too_little_to_post(clinic: Clinic, left: timedelta) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(reminder.send_by - timedelta(seconds=1))
    assert claimed[0].outgoing.valid_for == 1
    assert cleared(claimed, reminder.send_by - left) == []
    assert stands(reminder) == (Status.SKIPPED, "past-send-by", [AttemptStatus.RELEASED])


def test_an_opt_out_of_emails_does_not_stop_texts(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    refuse(channel="email", clinic=clinic)
    assert cleared(claimed_at(DAY_2)) == [reminder.pk]


def test_an_opt_out_at_another_sender_does_not_count(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    refuse(sender=live_clinic(slug="other").sender)
    assert cleared(claimed_at(DAY_2)) == [reminder.pk]


def test_a_withdrawn_opt_out_does_not_count(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    refuse(sender=clinic.sender, withdrawn_at=DAY_2)
    assert cleared(claimed_at(DAY_2)) == [reminder.pk]


def test_an_edit_after_the_claim_sends_it_back_to_be_written_anew(clinic: Clinic) -> None:
    episode = patient_of(clinic)
    reminder = just_before(episode, "day-5", Recording())
    claimed = claimed_at(reminder.due_at)
    change(episode, reminder.due_at, site="left")
    assert cleared(claimed, reminder.due_at) == []
    assert stands(reminder) == (Status.SCHEDULED, "changed", [AttemptStatus.RELEASED])


def test_another_number_after_the_claim_sends_it_back(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    Patient.objects.across_clinics().update(mobile="+447700900999")
    assert cleared(claimed) == []
    assert stands(reminder)[0] == Status.SCHEDULED
    assert claimed_at(DAY_2)[0].outgoing.address == "+447700900999"


def test_a_cancelled_episode_gets_nothing_more(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    Episode.objects.across_clinics().update(state="cancelled")
    assert cleared(claimed) == []
    assert stands(reminder) == (Status.CANCELLED, "episode-cancelled", [AttemptStatus.RELEASED])


def test_sending_hours_that_ended_since_the_claim_hold_it_back(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(reminder.send_by - timedelta(seconds=1))
    assert cleared(claimed, reminder.send_by) == []
    assert stands(reminder) == (Status.SKIPPED, "past-send-by", [AttemptStatus.RELEASED])


def test_a_worker_that_took_half_its_lease_posts_nothing(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    (one,) = claimed_at(DAY_2)
    half = (LEASE / 2).total_seconds()
    assert cleared((one._replace(claimed_at=one.claimed_at - half),)) == []
    assert stands(reminder) == (Status.SCHEDULED, "half-the-lease-gone", [AttemptStatus.RELEASED])


def test_nor_does_one_on_a_machine_that_slept_so_long(clinic: Clinic) -> None:
    """The monotonic clock may have slept with it."""
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    assert cleared(claimed, DAY_2 + LEASE / 2) == []
    assert stands(reminder) == (Status.SCHEDULED, "half-the-lease-gone", [AttemptStatus.RELEASED])


def test_a_worker_that_slept_past_its_lease_gives_back_what_it_knows_it_did_not_post(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    expire_leases(DAY_2 + 2 * MINUTE, actor="worker there-2")
    assert stands(reminder)[0] == Status.IN_DOUBT
    assert cleared(claimed, DAY_2 + 2 * MINUTE) == []
    assert stands(reminder) == (Status.SCHEDULED, "not-posted", [AttemptStatus.RELEASED])


def test_another_workers_claim_is_left_alone(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    later = DAY_2 + timedelta(seconds=1)
    Reminder.objects.across_clinics().update(lease_owner="worker there-2", lease_until=later)
    assert cleared(claimed) == []
    reminder.refresh_from_db()
    assert (reminder.status, reminder.lease_owner) == (Status.CLAIMED, "worker there-2")


def tried_again(reminder: Reminder, now: datetime) -> None:
    """The lease ran out, and somebody decided to send it once more."""
    expire_leases(now, actor="worker there-2")
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=Status.SCHEDULED, try_at=now)


def test_another_workers_post_in_doubt_is_not_freed(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    tried_again(reminder, DAY_2 + 2 * MINUTE)
    dispatch_once(DAY_2 + 3 * MINUTE, sms(Recording(in_doubt("TimeoutError"))), worker="worker there-2")
    assert cleared(claimed, DAY_2 + 4 * MINUTE) == []
    assert stands(reminder)[::2] == (Status.IN_DOUBT, [AttemptStatus.RELEASED, AttemptStatus.IN_DOUBT])


def test_nor_is_its_claim_by_a_worker_that_stops(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    tried_again(reminder, DAY_2 + 2 * MINUTE)
    claim(DAY_2 + 3 * MINUTE, worker="worker there-2", live={"sms"})
    release(list(unposted(claimed)), DAY_2 + 3 * MINUTE, worker=WORKER)
    assert stands(reminder)[::2] == (Status.CLAIMED, [AttemptStatus.RELEASED, AttemptStatus.OPEN])


def test_a_group_in_which_nothing_changed_is_asked_about_once(
    clinic: Clinic, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(20):
        day_2_of(clinic, number=number)
    claimed = claimed_at(DAY_2)
    with django_assert_max_num_queries(1):
        assert len(cleared(claimed)) == 20


def test_the_time_that_is_left_is_counted_anew(clinic: Clinic) -> None:
    day_2_of(clinic)
    (one,) = claimed_at(DAY_2)
    (later,) = recheck((one,), DAY_2 + timedelta(seconds=9), worker=WORKER)
    assert later.outgoing.valid_for == one.outgoing.valid_for - 9


def test_a_clock_that_was_set_back_is_no_reason_to_trust_the_claim(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    assert recheck(claimed, DAY_2.replace(hour=3), worker=WORKER) == ()
    assert stands(reminder)[0] == Status.SCHEDULED


@contextmanager
def being_changed(clinic: Clinic, one: Claimed, seconds: float) -> Iterator[None]:
    """The patient's plan, in a transaction that ends so long after it is written, or with the block."""
    begun, may_end = Event(), Event()

    def change_slowly() -> None:
        with closing(connection), transaction.atomic():
            lock({one.patient_id})
            Episode.objects.for_clinic(clinic).filter(patient=one.patient_id).update(
                revision=F("revision") + 1
            )
            begun.set()
            may_end.wait(seconds)

    with ThreadPoolExecutor(1) as aside:
        changing = aside.submit(change_slowly)
        assert begun.wait(10)
        try:
            yield
        finally:
            may_end.set()
            changing.result()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_being_made_is_waited_for_where_it_may_have_begun_before_the_claim(
    clinic: Clinic,
) -> None:
    """On SQLite a change begins before a claim and is seen by it, or begins after it and sees the attempt."""
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    several = connection.features.has_select_for_update
    with being_changed(clinic, claimed[0], 0.5 if several else 10):
        found = cleared(claimed)
    assert found == ([] if several else [reminder.pk])


@pytest.mark.django_db(transaction=True)
def test_so_is_one_that_begins_before_somebody_looks_closer(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminder = day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    # It stops nothing, but somebody looks closer.
    refuse(channel="email", address="p@example.com", clinic=clinic)
    Patient.objects.across_clinics().update(email="p@example.com")
    first_look, said = recheck_module.unchanged, []
    with ExitStack() as meanwhile:

        def then_a_change(*asked: Any) -> set[int]:
            said.append(first_look(*asked))
            meanwhile.enter_context(being_changed(clinic, claimed[0], 0.5))
            return said[0]

        monkeypatch.setattr(recheck_module, "unchanged", then_a_change)
        assert cleared(claimed) == []
    assert said == [set()]
    assert stands(reminder)[2] == [AttemptStatus.RELEASED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("closer", [False, True])
def test_nobody_is_held_and_every_write_waits_for_the_disk_afterwards(clinic: Clinic, closer: bool) -> None:
    day_2_of(clinic)
    claimed = claimed_at(DAY_2)
    if closer:
        Episode.objects.for_clinic(clinic).update(revision=F("revision") + 1)
    assert len(cleared(claimed)) == (not closer)
    check_durability()
    with ThreadPoolExecutor(1) as aside:
        assert aside.submit(held_at_once, claimed[0].patient_id).result(10)


def held_at_once(patient: int) -> bool:
    with closing(connection), transaction.atomic():
        return lock([patient], busy_too=False) == [patient]


def test_a_group_may_be_of_several_claims(clinic: Clinic) -> None:
    """What waited for an answer is looked at again together with what was claimed since."""
    first = day_2_of(clinic, number=1)
    early = claimed_at(DAY_2)
    second = day_2_of(clinic, number=2)
    late = claimed_at(DAY_2 + timedelta(seconds=3))
    both = early + late
    assert {one.lease_until for one in both} == {DAY_2 + LEASE, DAY_2 + timedelta(seconds=3) + LEASE}
    now = DAY_2 + timedelta(seconds=4)
    assert unchanged(both, WORKER) == {first.pk, second.pk}
    assert cleared(both, now) == [first.pk, second.pk]
    # The same worker has it under another lease: that claim is over.
    assert unchanged([early[0]._replace(lease_until=late[0].lease_until), *late], WORKER) == {second.pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changed", [0, 1])
def test_a_change_is_waited_for_whichever_claim_it_concerns(clinic: Clinic, changed: int) -> None:
    reminders = [day_2_of(clinic, number=1)]
    claimed = claimed_at(DAY_2)
    reminders.append(day_2_of(clinic, number=2))
    claimed += claimed_at(DAY_2 + timedelta(seconds=3))
    several = connection.features.has_select_for_update
    with being_changed(clinic, claimed[changed], 0.5 if several else 10):
        found = cleared(claimed, DAY_2 + timedelta(seconds=4))
    assert found == [one.pk for number, one in enumerate(reminders) if number != changed or not several]
