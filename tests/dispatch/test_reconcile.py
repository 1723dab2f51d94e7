import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduler.channels.base import in_doubt
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.claim import LEASE, claim
from scheduler.dispatch.expire import expire_leases
from scheduler.dispatch.reconcile import doubts_at, give_up, reconcile
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Reminder
from scheduler.receipts import of_twilio, receive
from tests.dispatch.asked import WORKER, ask, send, stands, texts, tries
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, day_2_of
from tests.support.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("providers_day_2")]
SECOND = timedelta(seconds=1)
#: no request of a claim at DAY_2 can be under way any more
FIRST = DAY_2 + LEASE + 8 * SECOND
INDEXES = ("attempt_look", "attempt_unsettled", "reminder_for_people")
LOOKS = (FIRST, FIRST + 2 * MINUTE, FIRST + 10 * MINUTE)


def look(twilio: Provider, *times: datetime) -> None:
    for now in times:
        ask(reconcile, texts(twilio, timeout=0.5), now)
        give_up(now, WORKER)


def doubtful(clinic: Clinic, twilio: Provider, behaviour: str, **values: object) -> Reminder:
    reminder = day_2_of(clinic, **values)
    twilio.behave(behaviour, times=1)
    assert send(twilio, DAY_2, timeout=0.5) == {"in-doubt": 1}
    return reminder


@pytest.mark.parametrize("behaviour", ["never", "500-after", "drop-after", "garbage", "half"])
def test_what_the_provider_took_is_found_in_its_list(
    clinic: Clinic, twilio: Provider, behaviour: str
) -> None:
    reminder = doubtful(clinic, twilio, behaviour)
    look(twilio, FIRST)
    assert stands(reminder)[0] == Status.SENT
    (attempt,) = attempts_of(reminder)
    assert (attempt.status, attempt.provider_id) == (AttemptStatus.SENT, twilio.accepted[0]["sid"])
    assert attempt.look_at is not None
    send(twilio, FIRST + MINUTE)
    assert len(twilio.accepted) == 1


def test_it_does_not_look_while_a_request_may_be_under_way(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    look(twilio, FIRST - SECOND)
    assert stands(reminder)[0] == Status.IN_DOUBT


def test_what_the_list_shows_only_later_is_found_by_a_later_look(clinic: Clinic, twilio: Provider) -> None:
    twilio.behave(listed_after=0.6)
    reminder = doubtful(clinic, twilio, "500-after")
    look(twilio, LOOKS[0])
    assert stands(reminder)[0] == Status.IN_DOUBT
    time.sleep(0.6)
    look(twilio, LOOKS[1])
    assert stands(reminder)[0] == Status.SENT


def test_a_redacted_text_counts(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    twilio.behave("redacted", on="read")
    look(twilio, FIRST)
    assert stands(reminder)[0] == Status.SENT


@pytest.mark.parametrize("behaviour", ["500-before", "drop-before", "never-before"])
def test_what_it_does_not_have_after_three_looks_goes_once_more(
    clinic: Clinic, twilio: Provider, behaviour: str
) -> None:
    reminder = doubtful(clinic, twilio, behaviour)
    look(twilio, *LOOKS[:2])
    assert stands(reminder)[0] == Status.IN_DOUBT
    look(twilio, LOOKS[2])
    assert stands(reminder) == (Status.SCHEDULED, "not-found")
    assert send(twilio, LOOKS[2] + SECOND) == {"accepted": 1}
    assert tries(reminder) == [AttemptStatus.NOT_FOUND, AttemptStatus.SENT]
    assert len(twilio.accepted) == 1


def test_one_retry_and_no_more(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-before")
    look(twilio, *LOOKS)
    twilio.behave("500-before", times=1)
    send(twilio, LOOKS[2])
    look(twilio, *(LOOKS[2] + (at - DAY_2) for at in LOOKS))
    assert stands(reminder) == (Status.FAILED, "not-found")
    send(twilio, LOOKS[2] + timedelta(hours=1))
    assert twilio.accepted == []


def test_where_no_time_is_left_for_another_a_person_decides(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-before")
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(send_by=LOOKS[2])
    look(twilio, *LOOKS)
    assert stands(reminder) == (Status.FAILED, "not-found")


def test_a_receipt_that_names_the_attempt_settles_it_at_once(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    (attempt,) = attempts_of(reminder)
    receive(of_twilio(attempt.pk, twilio.accepted[0]["sid"], "delivered"), DAY_2 + SECOND)
    look(twilio, *LOOKS)
    assert stands(reminder)[0] == Status.DELIVERED


@pytest.mark.parametrize("word", ["sent", "delivered"])
def test_a_late_receipt_keeps_it_from_going_a_second_time(
    clinic: Clinic, twilio: Provider, word: str
) -> None:
    """The provider hid it from its list for too long: it was planned again."""
    twilio.behave("hidden")
    reminder = doubtful(clinic, twilio, "500-after")
    look(twilio, *LOOKS)
    assert stands(reminder)[0] == Status.SCHEDULED
    (attempt,) = attempts_of(reminder)
    receive(of_twilio(attempt.pk, twilio.accepted[0]["sid"], word), LOOKS[2] + SECOND)
    assert stands(reminder) == (word, "taken-after-all")
    send(twilio, LOOKS[2] + MINUTE)
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("behaviour", ["never", "500-before", "drop-before", 20429])
def test_a_provider_that_does_not_say_is_asked_again_and_nothing_is_repeated(
    clinic: Clinic, twilio: Provider, behaviour: str | int
) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    twilio.behave(behaviour, on="read")
    look(twilio, *LOOKS)
    assert stands(reminder)[0] == Status.IN_DOUBT
    twilio.forget()
    look(twilio, LOOKS[2] + 3 * MINUTE)
    assert stands(reminder)[0] == Status.SENT
    assert len(twilio.accepted) == 1


def test_one_that_stays_silent_leaves_it_to_a_person_when_its_time_is_over(
    clinic: Clinic, twilio: Provider
) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    twilio.behave("500-before", on="read")
    look(twilio, *LOOKS)
    reminder.refresh_from_db()
    look(twilio, reminder.send_by)
    assert stands(reminder) == (Status.FAILED, "no-clear-answer")
    twilio.forget()
    look(twilio, reminder.send_by + 3 * MINUTE)
    assert stands(reminder) == (Status.SENT, "taken-after-all")


def test_two_to_one_number_of_which_one_was_taken_are_a_persons(clinic: Clinic, twilio: Provider) -> None:
    """Their texts were redacted, so that nobody can say which of them it was."""
    first, second = (day_2_of(clinic, name=name) for name in ("Sam Example", "Alex Example"))
    twilio.behave("500-after")
    twilio.behave("500-before", times=1)
    twilio.behave("redacted", on="read")
    for seconds in range(3):
        send(twilio, DAY_2 + seconds * SECOND)
    assert len(twilio.answers) == 2
    assert len(twilio.accepted) == 1
    look(twilio, *(at + 3 * SECOND for at in LOOKS))
    assert {stands(first), stands(second)} == {(Status.FAILED, "unclear-list")}
    send(twilio, LOOKS[2] + MINUTE)
    assert len(twilio.accepted) == 1


def test_two_of_which_both_were_taken_are_both_settled(clinic: Clinic, twilio: Provider) -> None:
    reminders = [day_2_of(clinic, name=name) for name in ("Sam Example", "Alex Example")]
    twilio.behave("500-after")
    twilio.behave("redacted", on="read")
    send(twilio, DAY_2)
    send(twilio, DAY_2 + SECOND)
    look(twilio, FIRST + 2 * SECOND)
    assert {stands(reminder)[0] for reminder in reminders} == {Status.SENT}
    ids = Attempt.objects.for_clinic(clinic).values_list("provider_id", flat=True)
    assert set(ids) == {message["sid"] for message in twilio.accepted}


def test_a_message_that_another_try_has_already_is_not_taken_for_it(clinic: Clinic, twilio: Provider) -> None:
    sent = day_2_of(clinic, name="Sam Example")
    send(twilio, DAY_2)
    twilio.behave("redacted", on="read")
    reminder = doubtful(clinic, twilio, "500-before", name="Alex Example")
    look(twilio, *LOOKS)
    assert stands(sent)[0] == Status.SENT
    assert stands(reminder) == (Status.SCHEDULED, "not-found")


@pytest.mark.parametrize("taken", [True, False])
def test_a_crash_between_claim_and_record_is_looked_up_as_well(
    clinic: Clinic, twilio: Provider, taken: bool
) -> None:
    reminder = day_2_of(clinic)
    (one,) = claim(DAY_2, worker=WORKER, live={"sms"}).claimed
    if taken:
        channel = texts(twilio)["sms"]
        ask(lambda desk: channel.send(one.outgoing), {"sms": channel}, DAY_2)
    expired = DAY_2 + LEASE + SECOND
    expire_leases(expired, actor=WORKER)
    look(twilio, *(expired + 8 * SECOND + after for after in (0 * MINUTE, 2 * MINUTE, 10 * MINUTE)))
    assert stands(reminder)[0] == (Status.SENT if taken else Status.SCHEDULED)


def test_an_email_in_doubt_is_a_persons_at_once(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("email",))
    channel = Recording(in_doubt("TakenPerhaps"))
    dispatch_once(DAY_2, {"email": channel})
    assert give_up(DAY_2 + SECOND, WORKER) == 1
    assert stands(reminder) == (Status.FAILED, "no-clear-answer")
    dispatch_once(DAY_2 + MINUTE, {"email": channel})
    assert len(channel.taken) == 1


def test_without_a_provider_to_ask_a_person_decides_in_the_end(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-after")
    reminder.refresh_from_db()
    for now in (FIRST, reminder.send_by):
        ask(reconcile, {}, now)
        give_up(now, WORKER)
    assert stands(reminder) == (Status.FAILED, "no-clear-answer")


def test_what_a_person_settled_meanwhile_stays_so(clinic: Clinic, twilio: Provider) -> None:
    reminder = doubtful(clinic, twilio, "500-before")
    look(twilio, *LOOKS[:2])
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=Status.HANDLED)
    look(twilio, LOOKS[2])
    assert stands(reminder)[0] == Status.HANDLED


def test_one_that_nobody_looks_for_any_more_does_not_hide_a_failure(clinic: Clinic, twilio: Provider) -> None:
    """A person had it sent again while nobody could say what became of the first try."""
    reminder = doubtful(clinic, twilio, "500-after")
    Attempt.objects.for_clinic(clinic).update(look_at=None)
    again = Reminder.objects.across_clinics().filter(pk=reminder.pk)
    again.update(status=Status.SCHEDULED, lease_owner="", lease_until=None)
    send(twilio, DAY_2 + MINUTE)
    second = attempts_of(reminder)[1]
    receive(of_twilio(second.pk, second.provider_id or "", "undelivered", "30008"), DAY_2 + MINUTE)
    assert stands(reminder)[0] == Status.UNDELIVERED


def arrived(like: Attempt, number: int) -> None:
    """So many more texts, of which nobody is in doubt."""
    values = {field.attname: getattr(like, field.attname) for field in Attempt._meta.concrete_fields}
    settled = values | {"status": AttemptStatus.DELIVERED, "look_at": None}
    Attempt.objects.bulk_create(Attempt(**settled | {"id": uuid4()}) for _ in range(number))


def test_looking_costs_an_index_however_much_was_sent(clinic: Clinic) -> None:
    day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording(in_doubt("TimeoutError"))})
    arrived(Attempt.objects.for_clinic(clinic).get(), 2000)
    with CaptureQueriesContext(connection) as queries:
        assert doubts_at(FIRST)
        give_up(FIRST, WORKER)
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What the planner knows of the tables must not hang on what ran before.
            cursor.execute("ANALYZE scheduler_attempt, scheduler_reminder, scheduler_episode")
            cursor.execute("SET LOCAL enable_seqscan = off")
        for query in [one["sql"] for one in queries.captured_queries if one["sql"].startswith("SELECT")]:
            cursor.execute(explain + query)
            plan = str(cursor.fetchall())
            assert any(index in plan for index in INDEXES), query
