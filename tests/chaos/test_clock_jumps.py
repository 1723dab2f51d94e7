"""A worker whose clock jumps beside one whose clock is right; and clocks that are put forward or back."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from django.test import override_settings

from scheduler.channels.base import Channel
from scheduler.channels.outbox import Outbox
from scheduler.channels.sms import Account, Sms
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.worker import Worker
from scheduler.domain.status import Status
from scheduler.enrolment import enrol
from scheduler.models import Reminder
from tests.chaos import enrolled
from tests.chaos.hurry import quick_jobs
from tests.chaos.plan import Person, mobile
from tests.dispatch.plans import MINUTE, Recording, live_clinic, reminder_of, sms
from tests.enrolment.clinics import asked
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider

CALLBACK = "https://clinic.example.com/webhooks/twilio/status"
PEOPLE, LASTS = 40, 4.0


class Jumping:
    """The right time and, every third of a second, another number of seconds added to it."""

    def __init__(self, *offsets: float) -> None:
        self._offsets, self._next = cycle(offsets), 0.0
        self._offset = 0.0

    def __call__(self) -> datetime:
        if time.monotonic() >= self._next:
            self._offset, self._next = next(self._offsets), time.monotonic() + 0.3
        return datetime.now(UTC) + timedelta(seconds=self._offset)


def texts(twilio: Provider) -> dict[str, Channel]:
    account = Account(ACCOUNT, (ACCOUNT, TOKEN), twilio.url, CALLBACK)
    return {"sms": Sms(account, timeout=1.5), "outbox": Outbox()}


@pytest.mark.django_db(transaction=True)
def test_beside_a_clock_that_jumps_no_text_goes_twice() -> None:
    """Leases of the one seem to be over to the other, and looks at what is in doubt to be due."""
    people = [Person(n, "east", ("sms",), mobile(n), due=LASTS * n / 2 / PEOPLE) for n in range(PEOPLE)]
    with provider() as twilio:
        for words in ("slow", "drop-after", "drop-before"):
            twilio.behave(words, chance=0.2)
        began = datetime.now(UTC)
        enrolled.begin(enrolled.enrol_all(people, began), began)
        asyncio.run(_work(twilio, Jumping(0, 600, 0, -600, 90, -90, 1800)))
        taken = Counter(message["to"] for message in twilio.accepted)
    assert set(taken.values()) == {1}
    first = Reminder.objects.across_clinics().filter(key="welcome")
    known = dict(first.values_list("episode__patient__mobile", "status"))
    lost = {number for number, status in known.items() if status == Status.SENT and not taken[number]}
    assert not lost
    assert len(taken) > PEOPLE / 2


async def _work(twilio: Provider, jumping: Jumping) -> None:
    right = Worker("right", texts(twilio), lambda: datetime.now(UTC), quick_jobs())
    wrong = Worker("wrong", texts(twilio), jumping, quick_jobs())
    asyncio.get_running_loop().call_later(LASTS, lambda: (right.stop(), wrong.stop()))
    await asyncio.gather(right.run(), wrong.run())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "treated",
    # in the hour that is skipped, before the hour that comes twice, and in each of the two
    ["2026-03-29T00:50+00:00", "2026-10-25T00:20+01:00", "2026-10-25T01:50+01:00", "2026-10-25T01:10+00:00"],
)
def test_while_the_clock_is_changed_each_text_goes_once_and_at_once(channel: Recording, treated: str) -> None:
    clinic = live_clinic()
    ended = datetime.fromisoformat(treated).astimezone(UTC)
    begins = ended + 5 * MINUTE
    with override_settings(EMAIL_LIVE=True, TWILIO=True):
        episode = enrol(asked(clinic, treated=treated, at_desk=True), "nurse@example.com", begins).episode
    for minutes in range(0, 180, 5):
        dispatch_once(begins + minutes * MINUTE, sms(channel))
    welcome = reminder_of(episode, "welcome")
    assert welcome.status == Status.SENT
    assert [one.attempt_id for one in channel.taken] == [one.pk for one in welcome.attempts.all()]
    assert begins - MINUTE <= welcome.due_at <= begins
    assert channel.taken[0].valid_for == int((welcome.send_by - begins).total_seconds())


@pytest.fixture
def channel() -> Recording:
    return Recording()
