"""Segments per second and sender, and whose turn it is."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from time import monotonic

import pytest
from django.db import connection

from scheduler.channels.base import Channel, Outcome, Outgoing
from scheduler.channels.outbox import Outbox
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import LEASE, Claimed, claim, give_up_outlived
from scheduler.dispatch.due import next_due
from scheduler.dispatch.rate import AHEAD
from scheduler.dispatch.worker import Worker
from scheduler.domain.status import Status
from scheduler.models import Attempt, Clinic, Episode, Reminder, Sender
from tests.dispatch.plans import DAY_2, MINUTE, Recording, day_2_of, live_clinic, only, patient_of, sms

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def claim_at(now: datetime, limit: int = 50, worker: str = "worker 1") -> tuple[Claimed, ...]:
    return claim(now, worker=worker, live={"sms", "email"}, limit=limit).claimed


def slow(clinic: Clinic, segments_per_second: float = 1.0) -> Clinic:
    Sender.objects.filter(pk=clinic.sender_id).update(segments_per_second=segments_per_second)
    return clinic


def segments(claimed: tuple[Claimed, ...]) -> int:
    ids = [one.outgoing.attempt_id for one in claimed]
    return sum(Attempt.objects.across_clinics().filter(pk__in=ids).values_list("segments", flat=True))


def claimed_in(start: datetime, length: timedelta) -> list[tuple[datetime, tuple[Claimed, ...]]]:
    """Whoever claims whenever something is due, tenth of a second by tenth of a second."""
    moments = [start + n * SECOND / 10 for n in range(int(length / SECOND * 10))]
    return [(now, claim_at(now)) for now in moments]


def copies(clinic: Clinic, number: int, first: int = 0) -> list[Reminder]:
    return [day_2_of(clinic, number=first + n, channels=("sms",)) for n in range(number)]


@pytest.mark.parametrize("rate", [1.0, 4.0, 30.0])
def test_a_sender_takes_so_many_segments_a_second(clinic: Clinic, rate: float) -> None:
    copies(slow(clinic, rate), 40)
    taken = [one for _, some in claimed_in(DAY_2, 6 * SECOND) for one in some]
    allowed = rate * (6 * SECOND + AHEAD).total_seconds()
    assert allowed - 4 <= segments(tuple(taken)) <= allowed + 3 or len(taken) == 40
    lengths = {one.reminder_id: segments((one,)) for one in taken}
    for before, after in pairwise(taken):
        assert after.slot - before.slot >= timedelta(seconds=lengths[before.reminder_id] / rate * 0.999)


def test_nothing_is_claimed_long_before_its_slot_nor_more_than_a_quarter_of_a_lease_can_take(
    clinic: Clinic,
) -> None:
    copies(slow(clinic, 8.0), 20)
    for now, some in claimed_in(DAY_2, 3 * SECOND):
        assert all(one.slot - now <= AHEAD for one in some)
        assert segments(some) <= 8.0 * (LEASE / 4).total_seconds()


def test_what_has_to_wait_stays_scheduled_and_is_looked_at_in_its_time(clinic: Clinic) -> None:
    copies(slow(clinic), 3)
    (first,) = claim_at(DAY_2)
    again = next_due(DAY_2)
    assert again == DAY_2 + timedelta(seconds=segments((first,))) - AHEAD
    assert claim_at(again - SECOND / 100) == ()
    assert len(claim_at(again)) == 1
    waiting = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED, queued=True)
    assert waiting.count() == 1


def test_no_text_is_too_long_for_a_slow_sender(clinic: Clinic) -> None:
    copies(slow(clinic, 0.05), 2)
    assert len(claim_at(DAY_2)) == 1


def test_emails_and_the_outbox_wait_for_no_rate(clinic: Clinic) -> None:
    slow(clinic)
    texts = copies(clinic, 10)
    email = day_2_of(clinic, number=20, channels=("email",))
    kept = day_2_of(clinic, number=21)
    Episode.objects.for_clinic(clinic).filter(pk=kept.episode_id).update(outbox_only=True)
    claimed = {one.reminder_id for one in claim_at(DAY_2)}
    assert {email.pk, kept.pk} <= claimed
    assert len(claimed.intersection(text.pk for text in texts)) == 1


def test_an_email_does_not_wait_behind_a_queue(clinic: Clinic) -> None:
    copies(slow(clinic), 30)
    claim_at(DAY_2)
    email = day_2_of(clinic, number=40, channels=("email",))
    assert [one.reminder_id for one in claim_at(DAY_2)] == [email.pk]


def test_a_critical_text_goes_before_what_waits(clinic: Clinic) -> None:
    copies(slow(clinic), 5)
    (first,) = claim_at(DAY_2)
    critical = only(patient_of(clinic, 50, channels=("sms",)), "clot-signs")
    Reminder.objects.across_clinics().filter(pk=critical.pk).update(try_at=DAY_2)
    later = DAY_2 + timedelta(seconds=segments((first,)))
    assert [one.reminder_id for one in claim_at(later)] == [critical.pk]


def crowded(share: Clinic, number: int) -> None:
    """As if that many had been imported at once: copies of one reminder, of patients of their own."""
    pattern = day_2_of(share, number=900, channels=("sms",))
    patient = pattern.episode.patient
    for n in range(number):
        episode = pattern.episode
        patient.pk, patient.page_token, patient.mobile = None, f"token-{n}", f"+447700900{n:03}"
        patient.save(force_insert=True)
        episode.pk, episode.identity, episode.patient = None, f"copy-{n}", patient
        episode.save(force_insert=True)
        pattern.pk, pattern.episode = None, episode
        pattern.save(force_insert=True)


def test_a_clinic_that_imports_thousands_does_not_delay_another_on_its_sender(clinic: Clinic) -> None:
    crowded(slow(clinic, 2.0), 300)
    for n in range(6):
        dispatch_once(DAY_2 + n * SECOND, sms(Recording()))
    other = live_clinic(slug="other", sender=clinic.sender)
    theirs = {reminder.pk for reminder in copies(other, 4)}
    owners: Counter[bool] = Counter()
    for _, some in claimed_in(DAY_2 + 6 * SECOND, 10 * SECOND):
        owners.update(one.reminder_id in theirs for one in some)
    assert owners[True] == 4
    assert owners[False] >= 4


def test_whose_turn_it_is_goes_round(clinic: Clinic) -> None:
    clinics = [slow(clinic), *(live_clinic(slug=slug, sender=clinic.sender) for slug in ("two", "three"))]
    owner = {
        reminder.pk: one.slug for n, one in enumerate(clinics) for reminder in copies(one, 4, first=10 * n)
    }
    taken = [owner[one.reminder_id] for _, some in claimed_in(DAY_2, 20 * SECOND) for one in some]
    assert all(len(set(taken[n : n + 3])) == 3 for n in range(0, 9, 3)), taken


def test_a_clinic_with_a_sender_of_its_own_is_not_slowed_by_the_others(clinic: Clinic) -> None:
    copies(slow(clinic), 10)
    own = live_clinic(slug="own")
    theirs = {reminder.pk for reminder in copies(own, 8, first=20)}
    assert theirs <= {one.reminder_id for one in claim_at(DAY_2)}


def test_nothing_is_taken_from_a_sender_that_is_held_and_nothing_is_lost(clinic: Clinic) -> None:
    texts = copies(clinic, 3)
    Sender.objects.update(held_reason="20003", held_at=DAY_2)
    assert claim_at(DAY_2) == ()
    later = next_due(DAY_2)
    assert later is not None
    assert later > DAY_2 + MINUTE
    assert {Reminder.objects.across_clinics().get(pk=t.pk).status for t in texts} == {Status.SCHEDULED}
    Sender.objects.update(held_reason="", held_at=None)
    assert {one.reminder_id for one in claim_at(DAY_2 + MINUTE)} == {text.pk for text in texts}


def test_what_a_held_sender_keeps_too_long_is_skipped(clinic: Clinic) -> None:
    (text,) = copies(clinic, 1)
    Sender.objects.update(held_reason="20003", held_at=DAY_2)
    claim_at(DAY_2)
    assert give_up_outlived(text.send_by - MINUTE, "worker 1") == 0
    assert give_up_outlived(text.send_by, "worker 1") == 1
    text.refresh_from_db()
    assert (text.status, text.status_reason) == (Status.SKIPPED, "past-send-by")


def test_a_reservation_made_by_a_wrong_clock_does_not_last(clinic: Clinic) -> None:
    copies(slow(clinic), 1)
    Sender.objects.update(reserved_until=DAY_2 + timedelta(days=1))
    assert len(claim_at(DAY_2)) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_rate_of_a_sender(clinic: Clinic) -> None:
    copies(slow(clinic, 20.0), 60)
    began, taken, length = [], [], 3.0
    start = Barrier(3, action=lambda: began.append(monotonic()))

    def work(name: str) -> None:
        try:
            start.wait(30)
            while (gone := monotonic() - began[0]) < length:
                taken.extend(claim_at(DAY_2 + timedelta(seconds=gone), worker=name))
        finally:
            connection.close()

    workers = [Thread(target=work, args=[f"worker {n}"]) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    slots = [one.slot for one in taken]
    assert len({one.reminder_id for one in taken}) == len(taken) > 5
    assert len(set(slots)) == len(slots)
    assert segments(tuple(taken)) <= 20.0 * (length + 0.5) + 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_posts_each_text_in_its_slot(clinic: Clinic) -> None:
    posted: list[float] = []

    class Timed(Recording):
        async def send(self, outgoing: Outgoing) -> Outcome:
            posted.append(monotonic())
            return await super().send(outgoing)

    copies(slow(clinic, 20.0), 12)
    channels: dict[str, Channel] = {"sms": Timed(), "outbox": Outbox()}
    shift = DAY_2 - datetime.now(UTC)

    async def once() -> dict[str, int]:
        worker = Worker("worker 1", channels, lambda: datetime.now(UTC) + shift, jobs=())
        await worker.run(once=True)
        return worker.counts

    began = monotonic()
    assert asyncio.run(once()) == {"accepted": 12}
    total = sum(Attempt.objects.for_clinic(clinic).values_list("segments", flat=True))
    assert posted[-1] - began >= (total - 3) / 20.0
