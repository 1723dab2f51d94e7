"""A change that comes while a text is in a worker's hands."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.channels.base import Outcome, Verdict, accepted, in_doubt, not_posted, rejected
from scheduler.dispatch.claim import LEASE, Claimed, claim
from scheduler.dispatch.expire import expire_leases
from scheduler.dispatch.recheck import recheck
from scheduler.dispatch.record import record
from scheduler.dispatch.release import release, unposted
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Attempt, Clinic, Episode, Patient, Reminder
from tests.dispatch.plans import MINUTE, Recording, attempts_of, patient_of, reminder_of
from tests.dispatch.treatments import change, just_before, rows_of, run, sent_keys

pytestmark = pytest.mark.django_db
WORKER = "worker here-1"
DAY = timedelta(days=1)


@pytest.fixture
def day_6(clinic: Clinic, channel: Recording) -> Reminder:
    """Its time comes in a minute; it says until when stockings are worn in the daytime."""
    return just_before(patient_of(clinic, channels=("sms",)), "day-6", channel)


def claim_one(now: datetime, worker: str = WORKER) -> Claimed:
    (one,) = claim(now, worker=worker, live={"sms"}).claimed
    return one


def treated_a_day_later(episode: Episode, now: datetime) -> None:
    """What was due in the morning is due a day later then."""
    change(episode, now, treated_at=episode.treated_at + DAY, treated_local="2026-11-21T15:00")


def planned_at(episode: Episode) -> datetime:
    return Patient.objects.across_clinics().get(pk=episode.patient_id).planned_at


def by_recheck(one: Claimed, now: datetime) -> None:
    assert recheck([one], now, worker=WORKER) == ()


def by_half_a_lease(one: Claimed, now: datetime) -> None:
    assert (
        recheck([one._replace(claimed_at=one.claimed_at - LEASE.total_seconds())], now, worker=WORKER) == ()
    )


def by_a_stop(one: Claimed, now: datetime) -> None:
    release(list(unposted([one])), now, worker=WORKER)


def by_an_answer(outcome: Outcome) -> Any:
    return lambda one, now: record([(one, outcome)], now, worker=WORKER)


GIVEN_UP = [
    by_half_a_lease,
    by_a_stop,
    by_an_answer(not_posted("refused")),
    by_an_answer(rejected("20429", Verdict.TEMPORARY)),
]


@pytest.mark.parametrize("give_up", [by_recheck, *GIVEN_UP])
def test_what_goes_back_is_planned_as_the_change_wants_it(day_6: Reminder, give_up: Any) -> None:
    now, episode = day_6.due_at, day_6.episode
    one = claim_one(now)
    treated_a_day_later(episode, now)
    assert reminder_of(episode, "day-6").due_at == now
    give_up(one, now + timedelta(seconds=1))
    again = reminder_of(episode, "day-6")
    assert (again.status, again.due_at, again.try_at) == (Status.SCHEDULED, now + DAY, now + DAY)
    assert [attempt.status for attempt in attempts_of(again)] in ([AttemptStatus.RELEASED], ["rejected"])


@pytest.mark.parametrize("give_up", GIVEN_UP)
def test_without_a_change_the_plan_stands(day_6: Reminder, give_up: Any) -> None:
    now, stood = day_6.due_at, planned_at(day_6.episode)
    give_up(claim_one(now), now + timedelta(seconds=1))
    again = reminder_of(day_6.episode, "day-6")
    assert (again.status, again.due_at) == (Status.SCHEDULED, now)
    assert planned_at(day_6.episode) == stood


def test_a_claim_that_was_cleared_and_posted_is_left(day_6: Reminder) -> None:
    now = day_6.due_at
    cleared = recheck([claim_one(now)], now, worker=WORKER)
    change(day_6.episode, now + timedelta(seconds=1), answers={"area": "large"})
    stood = planned_at(day_6.episode)
    record([(one, accepted("SM1")) for one in cleared], now + timedelta(seconds=2), worker=WORKER)
    assert reminder_of(day_6.episode, "day-6").status == Status.SENT
    assert planned_at(day_6.episode) == stood


def pending(episode: Episode) -> set[str]:
    return {row.key for row in rows_of(episode) if row.status == Status.SCHEDULED}


@pytest.mark.parametrize("outcome", [accepted("SM1"), in_doubt("TimeoutError")])
def test_what_a_text_in_flight_tells_is_corrected(
    clinic: Clinic, channel: Recording, outcome: Outcome
) -> None:
    """Nothing before it named the end of the days with stockings."""
    night_off = just_before(patient_of(clinic, channels=("sms",)), "night-off", channel)
    episode, now = night_off.episode, night_off.due_at
    cleared = recheck([claim_one(now)], now, worker=WORKER)
    assert "compression-daytime" in attempts_of(night_off)[0].told
    change(episode, now, answers={"area": "large"})
    assert "correction-1" in pending(episode)
    record([(one, outcome) for one in cleared], now, worker=WORKER)
    run(channel, now, now + 2 * MINUTE)
    assert "correction-1" in sent_keys(episode)
    assert "daytime to Mon 30 Nov" in channel.taken[-1].text


@pytest.mark.parametrize("give_up", [by_recheck, *GIVEN_UP])
def test_what_was_never_told_after_all_is_not_corrected(
    clinic: Clinic, channel: Recording, give_up: Any
) -> None:
    night_off = just_before(patient_of(clinic, channels=("sms",)), "night-off", channel)
    episode, now = night_off.episode, night_off.due_at
    one = claim_one(now)
    change(episode, now, answers={"area": "large"})
    assert "correction-1" in pending(episode)
    give_up(one, now)
    assert "correction-1" not in pending(episode)
    run(channel, now, now + timedelta(hours=1))
    assert sent_keys(episode)[-1] == "night-off"
    assert "daytime to Mon 30 Nov" in channel.taken[-1].text


def test_a_claim_that_ran_out_counts_as_told_until_it_is_known_better(day_6: Reminder) -> None:
    now, episode = day_6.due_at, day_6.episode
    one = claim_one(now)
    expire_leases(now + 2 * MINUTE, actor="worker there-2")
    treated_a_day_later(episode, now + 3 * MINUTE)
    assert reminder_of(episode, "day-6").status == Status.IN_DOUBT
    release(list(unposted([one])), now + 4 * MINUTE, worker=WORKER)
    again = reminder_of(episode, "day-6")
    assert (again.status, again.due_at) == (Status.SCHEDULED, now + DAY)


@pytest.mark.parametrize("moment", ["before the re-check", "after it", "after the answer", "after the lease"])
def test_no_text_leaves_twice_whenever_the_change_comes(
    day_6: Reminder, channel: Recording, moment: str
) -> None:
    now, episode = day_6.due_at, day_6.episode
    taken = len(channel.taken)
    one = claim_one(now)
    if moment == "before the re-check":
        treated_a_day_later(episode, now)
    cleared = recheck([one], now, worker=WORKER)
    if moment == "after it":
        treated_a_day_later(episode, now)
    if moment == "after the lease":
        expire_leases(now + 2 * MINUTE, actor="worker there-2")
        treated_a_day_later(episode, now + 3 * MINUTE)
    record([(one, accepted("SM1")) for one in cleared], now + 4 * MINUTE, worker=WORKER)
    if moment == "after the answer":
        treated_a_day_later(episode, now + 4 * MINUTE)
    run(channel, now + 5 * MINUTE, now + 20 * DAY)
    attempts = Attempt.objects.across_clinics().filter(reminder__episode=episode, status=AttemptStatus.SENT)
    keys = list(attempts.values_list("reminder__key", flat=True))
    assert len(keys) == len(set(keys))
    assert "day-6" in keys
    assert len(channel.taken) > taken


def test_two_workers_and_a_change_between_them(day_6: Reminder, channel: Recording) -> None:
    """The first is stopped by the change; the second sends what is true by then, and the first nothing."""
    now, episode = day_6.due_at, day_6.episode
    first = claim_one(now)
    change(episode, now, site="left")
    assert recheck([first], now, worker=WORKER) == ()
    later = now + timedelta(seconds=1)
    second = claim_one(later, worker="worker there-2")
    assert recheck([first], later, worker=WORKER) == ()
    cleared = recheck([second], later, worker="worker there-2")
    record([(one, accepted("SM1")) for one in cleared], later, worker="worker there-2")
    record([(first, not_posted("refused"))], later, worker=WORKER)
    assert reminder_of(episode, "day-6").status == Status.SENT
    assert sorted(attempt.status for attempt in attempts_of(day_6)) == ["released", "sent"]
