import asyncio
import time

import pytest

from scheduler.channels.base import TOO_LATE, Kind
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import HALF_LEASE, recheck
from scheduler.dispatch.send import post
from scheduler.models import Clinic
from tests.dispatch.plans import DAY_2, Recording, day_2_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("stood_still", "kind"), [(True, Kind.NOT_POSTED), (False, Kind.ACCEPTED)])
def test_a_process_that_stood_still_since_the_last_look_posts_nothing(
    clinic: Clinic, stood_still: bool, kind: Kind
) -> None:
    """Another worker may have taken over by the time that it goes on."""
    day_2_of(clinic)
    (one,) = claim(DAY_2, worker="worker here-1", live={"sms"}).claimed
    channel = Recording()
    if stood_still:
        one = one._replace(claimed_at=one.claimed_at - HALF_LEASE.total_seconds() - 1)
    assert asyncio.run(post(one, {"sms": channel})).kind is kind
    assert len(channel.taken) == (kind is Kind.ACCEPTED)


def test_nor_does_one_that_stood_still_for_a_second_after_it_had_looked(clinic: Clinic) -> None:
    """Somebody may have stopped all texts meanwhile."""
    day_2_of(clinic)
    began, batch = time.monotonic(), claim(DAY_2, worker="worker here-1", live={"sms"})
    (one,) = recheck(batch.claimed, DAY_2, worker="worker here-1")
    assert began < one.outgoing.post_by <= time.monotonic() + 1.0
    late = one._replace(outgoing=one.outgoing._replace(post_by=began))
    channel = Recording()
    assert asyncio.run(post(late, {"sms": channel})) is TOO_LATE
    assert channel.taken == []
