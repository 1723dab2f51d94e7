from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from scheduler.dispatch.poll import poll
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Clinic, Receipt, Reminder
from scheduler.receipts import UNHEARD, of_twilio, receive
from tests.dispatch.asked import ask, send, stands, texts, tries
from tests.dispatch.plans import DAY_2, MINUTE, attempts_of, day_2_of
from tests.support.provider import Provider, provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("providers_day_2")]


def sent(clinic: Clinic, twilio: Provider, word: str = "", code: int | None = None) -> Reminder:
    """Taken by the provider, which then never tells what became of it."""
    reminder = day_2_of(clinic)
    send(twilio, DAY_2)
    if word:
        twilio.report(twilio.accepted[0]["sid"], word, code)
    return reminder


def asks(twilio: Provider, now: datetime) -> int:
    return int(ask(poll, texts(twilio, timeout=0.5), now))


@pytest.mark.parametrize(("word", "code"), [("delivered", None), ("undelivered", 30005), ("failed", 30008)])
def test_a_lost_report_is_asked_for(clinic: Clinic, twilio: Provider, word: str, code: int | None) -> None:
    reminder = sent(clinic, twilio, word, code)
    assert asks(twilio, DAY_2 + UNHEARD - MINUTE) == 0
    assert asks(twilio, DAY_2 + UNHEARD) == 1
    after = Status.DELIVERED if word == "delivered" else Status.UNDELIVERED
    assert stands(reminder) == (after, str(code or ""))
    assert Receipt.objects.get().reported == word
    assert asks(twilio, DAY_2 + timedelta(days=1)) == 0


def test_what_was_reported_is_not_asked_for(clinic: Clinic, twilio: Provider) -> None:
    (attempt,) = attempts_of(sent(clinic, twilio))
    receive(of_twilio(attempt.pk, twilio.accepted[0]["sid"], "delivered"), DAY_2)
    assert asks(twilio, DAY_2 + UNHEARD) == 0


def test_it_asks_less_and_less_often_and_not_for_ever(clinic: Clinic, twilio: Provider) -> None:
    reminder, asked = sent(clinic, twilio), []
    for quarter in range(1, 120):
        if asks(twilio, DAY_2 + quarter * UNHEARD):
            asked.append(quarter)
    waits = [later - sooner for sooner, later in pairwise(asked)]
    assert waits == sorted(waits)
    assert len(asked) < 8
    assert asked[-1] * UNHEARD <= timedelta(days=1)
    assert stands(reminder)[0] == Status.SENT
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("behaviour", ["500-before", "drop-before", "garbage", "never", 20003])
def test_a_provider_that_does_not_say_is_asked_again(
    clinic: Clinic, twilio: Provider, behaviour: str | int
) -> None:
    reminder = sent(clinic, twilio, "delivered")
    twilio.behave(behaviour, on="read")
    asks(twilio, DAY_2 + UNHEARD)
    assert tries(reminder) == [AttemptStatus.SENT]
    twilio.forget()
    asks(twilio, DAY_2 + 3 * UNHEARD)
    assert stands(reminder)[0] == Status.DELIVERED


def test_one_that_the_provider_forgot_stays_sent(clinic: Clinic, twilio: Provider) -> None:
    reminder = sent(clinic, twilio)
    with provider() as another:
        assert asks(another, DAY_2 + UNHEARD) == 1
    assert stands(reminder)[0] == Status.SENT


def test_what_a_receipt_said_was_sent_is_asked_for_as_well(clinic: Clinic, twilio: Provider) -> None:
    reminder = day_2_of(clinic)
    twilio.behave("500-after")
    send(twilio, DAY_2)
    sid = twilio.accepted[0]["sid"]
    receive(of_twilio(attempts_of(reminder)[0].pk, sid, "sent"), DAY_2)
    twilio.report(sid, "delivered")
    assert asks(twilio, DAY_2 + UNHEARD) == 1
    assert stands(reminder)[0] == Status.DELIVERED
