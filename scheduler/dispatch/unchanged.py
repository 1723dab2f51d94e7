"""Whether anything has changed since a claim: asked once for a group, and nearly always the answer is no.

It may miss nothing, not even a refusal that was told to another clinic or over another channel; where it sees
a change, somebody looks into it who knows what the change means.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from scheduler.dispatch.claim import Claimed
from scheduler.domain.status import Status
from scheduler.models import Episode, Patient
from scheduler.plans.renewal import HOLD
from scheduler.sets import at_once, instant, listed

# Status and lease are only brought along: asked for by them, PostgreSQL would go through all that is claimed.
STANDING = """
    SELECT reminder.id, reminder.lease_until, reminder.status, episode.revision, episode.state,
        patient.mobile, patient.email
    FROM scheduler_reminder AS reminder
    JOIN scheduler_episode AS episode ON episode.id = reminder.episode_id
    JOIN scheduler_patient AS patient ON patient.id = episode.patient_id
    WHERE reminder.id IN (IDS) AND reminder.lease_owner = %s
        AND NOT EXISTS (
            SELECT 1 FROM scheduler_optout
            WHERE withdrawn_at IS NULL AND address IN (patient.mobile, patient.email)
        )
"""
# Sent together they are one transaction, and where no other isolation is set each statement sees what was
# committed when it begins: a change of the plans that is being made is waited for, and seen; a later one sees
# the attempt. Holding somebody is written as well, and no crash has to leave that.
HELD = f"SET LOCAL synchronous_commit TO off; {HOLD} FOR UPDATE; {STANDING}"
FIELDS = ("mobile", "email")
#: as they are stored: plain strings are quicker to compare
CLAIMED = str(Status.CLAIMED)
ACTIVE = str(Episode.State.ACTIVE)


def unchanged(claimed: Sequence[Claimed], worker: str) -> set[int]:
    """Reminders whose claim is this worker's still, and whose plan, state and address are what they were.

    On PostgreSQL outside of any transaction that writes: it would not wait for the disk.
    """
    standing = {pk: values for pk, *values in _standing(claimed, worker)}
    return {one.reminder_id for one in claimed if _is_same(one, standing.get(one.reminder_id))}


def _is_same(one: Claimed, values: Sequence[Any] | None) -> bool:
    if values is None:
        return False
    lease_until, status, revision, state, *addresses = values
    address = addresses[FIELDS.index(Patient.ADDRESS_FIELDS[one.route.kind])]
    same = (status, revision, state, address) == (CLAIMED, one.revision, ACTIVE, one.route.address)
    return same and instant(lease_until) == one.lease_until


def _standing(claimed: Sequence[Claimed], worker: str) -> list[tuple[Any, ...]]:
    values = [listed(one.reminder_id for one in claimed), worker]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(at_once(HELD), [listed({one.patient_id for one in claimed}), *values])
            while cursor.nextset():
                pass
        else:
            # With a single writer a change that is being made began after the claim, and sees the attempt.
            cursor.execute(at_once(STANDING), values)
        return list(cursor.fetchall())
