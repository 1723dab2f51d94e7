"""Reminders that wait for a person, each in its way."""

from datetime import timedelta

from scheduler.channels.base import Outcome, Verdict, in_doubt, rejected
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import LEASE, claim
from scheduler.domain.status import Status
from scheduler.models import Clinic, Reminder
from scheduler.receipts import of_twilio, receive
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, day_2_of, only, patient_of

WORKER = "worker here-1"
LATER = DAY_2 + 30 * MINUTE


def failed(clinic: Clinic, answer: Outcome | None = None, **values: object) -> Reminder:
    reminder = day_2_of(clinic, channels=("sms",), **values)
    dispatch_once(DAY_2, {"sms": Recording(answer or rejected("30005", Verdict.ADDRESS))})
    return reminder


def doubtful(clinic: Clinic) -> Reminder:
    return failed(clinic, in_doubt("TimeoutError"))


def undelivered(clinic: Clinic) -> Reminder:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording()})
    (attempt,) = attempts_of(reminder)
    receive(of_twilio(attempt.pk, attempt.provider_id or "", "undelivered", "30005"), DAY_2)
    return reminder


def stuck(clinic: Clinic) -> Reminder:
    """A worker took it and is gone, and no other runs."""
    reminder = day_2_of(clinic)
    claim(DAY_2, worker=WORKER, live={"sms"})
    return reminder


def overdue(clinic: Clinic) -> Reminder:
    return day_2_of(clinic)


def unsaid(clinic: Clinic) -> Reminder:
    """A critical text that was left out: its time had passed."""
    reminder = only(patient_of(clinic), "clot-signs")
    left_out = Reminder.objects.across_clinics().filter(pk=reminder.pk)
    left_out.update(status=Status.SKIPPED, status_reason="past-send-by")
    return reminder


def sent(clinic: Clinic) -> Reminder:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording()})
    return reminder


WAITS = {"failed": failed, "in doubt": doubtful, "undelivered": undelivered, "stuck": stuck}
WAITS |= {"overdue": overdue, "unsaid": unsaid}
assert LEASE + timedelta(minutes=5) < LATER - DAY_2
