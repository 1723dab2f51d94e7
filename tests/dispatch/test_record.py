from datetime import timedelta

import pytest

from scheduler.channels.base import Outcome, Verdict, accepted, in_doubt, not_posted, rejected
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.backoff import LONGEST, delay
from scheduler.dispatch.claim import LEASE, Claimed, claim
from scheduler.dispatch.expire import expire_leases
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.dispatch.undelivered import follow_up
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, OptOut, Reminder
from scheduler.receipts import Report, of_twilio, receive
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, day_2_of, sms

pytestmark = pytest.mark.django_db
WORKER = "worker here-1"
LATE = DAY_2 + LEASE + MINUTE


def claim_one() -> Claimed:
    (one,) = claim(DAY_2, worker=WORKER, live={"sms"}).claimed
    return one


@pytest.mark.parametrize(
    ("answer", "status", "attempt"),
    [
        (accepted("SM1"), Status.SENT, AttemptStatus.SENT),
        (in_doubt("TimeoutError"), Status.IN_DOUBT, AttemptStatus.IN_DOUBT),
        (not_posted("ClientConnectorError"), Status.SCHEDULED, AttemptStatus.RELEASED),
        (rejected("20429", Verdict.TEMPORARY), Status.SCHEDULED, AttemptStatus.REJECTED),
        (rejected("20003", Verdict.CONFIGURATION), Status.SCHEDULED, AttemptStatus.REJECTED),
        (rejected("21211", Verdict.ADDRESS), Status.FAILED, AttemptStatus.REJECTED),
        (rejected("21610", Verdict.OPTED_OUT), Status.SKIPPED, AttemptStatus.REJECTED),
        (rejected("12345", Verdict.UNKNOWN), Status.FAILED, AttemptStatus.REJECTED),
    ],
)
def test_each_answer_has_its_consequence(
    clinic: Clinic, answer: Outcome, status: Status, attempt: AttemptStatus
) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    dispatch_once(DAY_2, sms(Recording(answer)))
    reminder.refresh_from_db()
    assert reminder.status == status
    assert [(a.status, a.error_code) for a in attempts_of(reminder)] == [(attempt, answer.code)]


def test_a_retry_waits_longer_each_time(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    waits, now = [], DAY_2
    for _ in range(4):
        dispatch_once(now, sms(Recording(not_posted("refused"))))
        reminder.refresh_from_db()
        waits.append(reminder.try_at - now)
        now = reminder.try_at
    assert waits == sorted(waits)
    assert waits[0] < MINUTE < waits[-1]


def test_where_no_time_is_left_for_a_retry_a_person_decides(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    last_moment = reminder.send_by - timedelta(seconds=5)
    dispatch_once(last_moment, sms(Recording(not_posted("refused"))))
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.FAILED, "not-posted")


def test_what_is_in_doubt_is_not_sent_again_by_itself(clinic: Clinic) -> None:
    day_2_of(clinic)
    channel = Recording(in_doubt("TimeoutError"))
    dispatch_once(DAY_2, sms(channel))
    assert dispatch_once(DAY_2 + timedelta(hours=2), sms(channel)).found == 0
    assert len(channel.taken) == 1


def test_a_crash_between_claim_and_record_leaves_it_in_doubt(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claim_one()
    assert expire_leases(DAY_2 + LEASE, actor=WORKER) == 0
    assert expire_leases(LATE, actor=WORKER) == 1
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.IN_DOUBT, "lease-expired")
    assert [attempt.status for attempt in attempts_of(reminder)] == [AttemptStatus.IN_DOUBT]


def test_an_outbox_attempt_that_was_cut_off_has_arrived(clinic: Clinic) -> None:
    clinic.live = False
    reminder = day_2_of(clinic)
    claim(DAY_2, worker=WORKER, live=frozenset())
    expire_leases(LATE, actor=WORKER)
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT


def test_an_answer_after_the_lease_still_settles_the_doubt(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    one = claim_one()
    expire_leases(LATE, actor=WORKER)
    record([(one, accepted("SM1"))], LATE, worker=WORKER)
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT


def test_a_receipt_that_came_first_is_not_undone(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    one = claim_one()
    receive(Report(one.outgoing.attempt_id, "SM1", "delivered"), DAY_2)
    record([(one, accepted("SM1"))], DAY_2, worker=WORKER)
    reminder.refresh_from_db()
    (attempt,) = attempts_of(reminder)
    assert (reminder.status, attempt.status) == (Status.DELIVERED, AttemptStatus.DELIVERED)
    assert attempt.recorded_at == DAY_2


@pytest.mark.parametrize("code", ["30003", ""])
def test_nor_is_the_code_of_its_failure(clinic: Clinic, code: str) -> None:
    reminder = day_2_of(clinic)
    one = claim_one()
    receive(Report(one.outgoing.attempt_id, "SM1", "undelivered", code), DAY_2)
    record([(one, accepted("SM1"))], DAY_2, worker=WORKER)
    assert [attempt.error_code for attempt in attempts_of(reminder)] == [code]


@pytest.mark.parametrize(
    ("answer", "status", "attempt"),
    [
        (not_posted("ClientConnectorError"), Status.SCHEDULED, AttemptStatus.RELEASED),
        (in_doubt("TimeoutError"), Status.IN_DOUBT, AttemptStatus.IN_DOUBT),
        (rejected("20429", Verdict.TEMPORARY), Status.SCHEDULED, AttemptStatus.REJECTED),
        (rejected("21610", Verdict.OPTED_OUT), Status.FAILED, AttemptStatus.REJECTED),
        (rejected("21211", Verdict.ADDRESS), Status.FAILED, AttemptStatus.REJECTED),
    ],
)
def test_a_refusal_after_the_lease_leaves_nothing_in_doubt_that_is_known(
    clinic: Clinic, answer: Outcome, status: Status, attempt: AttemptStatus
) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    one = claim_one()
    expire_leases(LATE, actor=WORKER)
    record([(one, answer)], LATE, worker=WORKER)
    reminder.refresh_from_db()
    assert reminder.status == status
    assert [(a.status, a.error_code) for a in attempts_of(reminder)] == [(attempt, answer.code)]


def test_after_the_lease_a_known_refusal_keeps_its_reason(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    one = claim_one()
    expire_leases(LATE, actor=WORKER)
    record([(one, rejected("21610", Verdict.OPTED_OUT))], LATE, worker=WORKER)
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == (Status.FAILED, "opted-out")
    assert OptOut.objects.get().source == "provider"


@pytest.mark.parametrize(
    ("answer", "attempt"),
    [
        (accepted(None), AttemptStatus.SENT),
        (not_posted("refused"), AttemptStatus.RELEASED),
        (rejected("20429", Verdict.TEMPORARY), AttemptStatus.REJECTED),
        (rejected("21211", Verdict.ADDRESS), AttemptStatus.REJECTED),
    ],
)
def test_a_batch_of_many_outcomes_is_recorded_in_a_few_statements(
    clinic: Clinic,
    django_assert_max_num_queries: pytest.FixtureRequest,
    answer: Outcome,
    attempt: AttemptStatus,
) -> None:
    for number in range(30):
        day_2_of(clinic, number=number)
    claimed = claim(DAY_2, worker=WORKER, live={"sms"}).claimed
    with django_assert_max_num_queries(12):
        record([(one, answer) for one in claimed], DAY_2, worker=WORKER)
    assert Attempt.objects.for_clinic(clinic).filter(status=attempt).count() == 30


def test_of_a_batch_each_waits_for_a_time_of_its_own(clinic: Clinic) -> None:
    """Half of them answered after their leases had run out."""
    reminders = [day_2_of(clinic, number=number) for number in range(6)]
    claimed = claim(DAY_2, worker=WORKER, live={"sms"}).claimed
    late = Reminder.objects.across_clinics().filter(pk__in=[reminder.pk for reminder in reminders[:3]])
    late.update(lease_until=DAY_2 - MINUTE)
    expire_leases(DAY_2, actor=WORKER)
    record([(one, not_posted("refused")) for one in claimed], DAY_2, worker=WORKER)
    waiting = Reminder.objects.for_clinic(clinic).filter(pk__in=[one.reminder_id for one in claimed])
    assert set(waiting.values_list("status", flat=True)) == {Status.SCHEDULED}
    assert len({reminder.try_at for reminder in waiting if reminder.try_at > DAY_2}) == 6


def test_a_refusal_the_provider_knows_of_is_kept_once(clinic: Clinic) -> None:
    for _ in range(2):
        day_2_of(clinic, number=123, name=f"Sam Example {_}")
        dispatch_once(DAY_2, sms(Recording(rejected("21610", Verdict.OPTED_OUT))))
    refusal = OptOut.objects.get()
    assert (refusal.address, refusal.sender, refusal.source) == ("+447700900123", clinic.sender, "provider")


@pytest.mark.parametrize("tries", [1, 2, 5, 50])
def test_the_delay_doubles_up_to_a_limit_and_is_spread(tries: int) -> None:
    assert delay(tries, 0.0) < delay(tries, 1.0) <= LONGEST * 1.25
    assert delay(tries + 1, 0.5) >= delay(tries, 0.5)


@pytest.mark.parametrize("late", [False, True])
def test_a_refusal_of_texts_that_the_provider_knows_of_leaves_it_to_email(clinic: Clinic, late: bool) -> None:
    reminder = day_2_of(clinic, channels=("sms", "email"))
    one, now = claim_one(), LATE if late else DAY_2
    if late:
        expire_leases(LATE, actor=WORKER)
    record([(one, rejected("21610", Verdict.OPTED_OUT))], now, worker=WORKER)
    text, email = Recording(), Recording()
    dispatch_once(now, {"sms": text, "email": email})
    assert [len(text.taken), len(email.taken)] == [0, 1]
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT


@pytest.mark.parametrize(
    "answer",
    [
        not_posted("ClientConnectorError"),
        in_doubt("TimeoutError"),
        rejected("21211", Verdict.ADDRESS),
        rejected("21610", Verdict.OPTED_OUT),
    ],
)
@pytest.mark.parametrize("newer", [Status.CLAIMED, Status.IN_DOUBT])
def test_an_answer_about_an_older_attempt_does_not_move_a_newer_one(
    clinic: Clinic, answer: Outcome, newer: Status
) -> None:
    reminder = day_2_of(clinic)
    older = claim_one()
    expire_leases(LATE, actor=WORKER)
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=Status.SCHEDULED, try_at=LATE)
    claim(LATE, worker="worker there-2", live={"sms"})
    if newer is Status.IN_DOUBT:
        expire_leases(LATE + LEASE + MINUTE, actor=WORKER)
    record([(older, answer)], LATE + LEASE, worker=WORKER)
    reminder.refresh_from_db()
    assert reminder.status == newer


def test_a_text_that_was_taken_after_all_is_not_posted_by_the_next(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    older = claim_one()
    expire_leases(LATE, actor=WORKER)
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=Status.SCHEDULED, try_at=LATE)
    newer = claim(LATE, worker="worker there-2", live={"sms"}).claimed
    record([(older, accepted("SM1"))], LATE, worker=WORKER)
    assert recheck(newer, LATE, worker="worker there-2") == ()
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT


@pytest.mark.parametrize("followed", [False, True])
def test_a_failure_that_was_reported_before_the_answer_is_recorded_is_not_forgotten(
    clinic: Clinic, followed: bool
) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    one = claim_one()
    receive(of_twilio(one.outgoing.attempt_id, "SM1", "undelivered", "30003"), DAY_2)
    if followed:
        follow_up(DAY_2, WORKER)
    record([(one, accepted("SM1"))], DAY_2, worker=WORKER)
    reminder.refresh_from_db()
    assert reminder.status == (Status.SCHEDULED if followed else Status.UNDELIVERED)
