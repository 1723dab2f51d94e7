from itertools import permutations
from uuid import uuid4

import pytest

from scheduler.channels.base import Verdict, rejected
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import claim
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Receipt, Reminder
from scheduler.receipts import Report, receive
from tests.dispatch.plans import DAY_2, Recording, attempts_of, day_2_of, live_clinic, sms

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def sent(clinic: Clinic) -> tuple[Reminder, Attempt]:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, sms(Recording()))
    return reminder, attempts_of(reminder)[0]


def report(attempt: Attempt, *words: str, code: str = "") -> None:
    for word in words:
        receive(Report(attempt.pk, attempt.provider_id or "SM1", word, code), DAY_2)


def stands(reminder: Reminder) -> tuple[str, str]:
    reminder.refresh_from_db()
    return reminder.status, attempts_of(reminder)[0].status


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_receipts_in_any_order_end_in_delivered(clinic: Clinic, order: tuple[str, ...]) -> None:
    reminder, attempt = sent(clinic)
    report(attempt, *order)
    assert stands(reminder) == (Status.DELIVERED, AttemptStatus.DELIVERED)


@pytest.mark.parametrize("order", [("undelivered", "delivered"), ("delivered", "undelivered")])
def test_a_delivery_outweighs_a_failure_in_any_order(clinic: Clinic, order: tuple[str, ...]) -> None:
    reminder, attempt = sent(clinic)
    report(attempt, *order)
    assert stands(reminder) == (Status.DELIVERED, AttemptStatus.DELIVERED)


@pytest.mark.parametrize("word", ["undelivered", "failed", "canceled"])
def test_a_failure_after_it_was_sent_is_seen_with_its_code(clinic: Clinic, word: str) -> None:
    reminder, attempt = sent(clinic)
    report(attempt, word, code="30003")
    assert stands(reminder) == (Status.UNDELIVERED, AttemptStatus.UNDELIVERED)
    assert (reminder.status_reason, attempts_of(reminder)[0].error_code) == ("30003", "30003")


def test_a_repeated_receipt_is_kept_and_changes_nothing(clinic: Clinic) -> None:
    reminder, attempt = sent(clinic)
    report(attempt, "delivered", "delivered")
    assert Receipt.objects.filter(attempt=attempt).count() == 2
    assert reminder.events.filter(after=Status.DELIVERED).count() == 1


def test_a_receipt_before_the_answer_settles_the_claim(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    claim(DAY_2, worker="worker here-1", live={"sms"})
    report(attempts_of(reminder)[0], "sent")
    assert stands(reminder) == (Status.SENT, AttemptStatus.SENT)
    assert attempts_of(reminder)[0].provider_id == "SM1"


def test_a_receipt_for_an_unknown_attempt_is_kept(clinic: Clinic) -> None:
    receipt = receive(Report(uuid4(), "SM404", "delivered"), DAY_2)
    assert receipt.attempt is None


def test_a_receipt_that_names_another_message_moves_nothing(clinic: Clinic) -> None:
    reminder, attempt = sent(clinic)
    receive(Report(attempt.pk, "SM-of-somebody-else", "delivered"), DAY_2)
    assert stands(reminder) == (Status.SENT, AttemptStatus.SENT)


@pytest.mark.parametrize("word", ["", "partially_delivered", "something new"])
def test_a_word_that_nobody_knows_moves_nothing(clinic: Clinic, word: str) -> None:
    reminder, attempt = sent(clinic)
    report(attempt, word)
    assert stands(reminder) == (Status.SENT, AttemptStatus.SENT)


def test_the_failure_of_an_earlier_attempt_does_not_undo_a_later_one(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, sms(Recording(rejected("20429", Verdict.TEMPORARY))))
    reminder.refresh_from_db()
    dispatch_once(reminder.try_at, sms(Recording()))
    report(attempts_of(reminder)[0], "undelivered")
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT
