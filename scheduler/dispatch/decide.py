"""Whether a reminder may leave at this moment, and what becomes of it if not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.dispatch.row import SHORTEST, Row
from scheduler.domain.status import Status
from scheduler.domain.stored import PAUSED
from scheduler.models import Episode


@dataclass(frozen=True, slots=True)
class Decision:
    """Not now. `try_at` is when to look again, for one that stays scheduled."""

    status: Status
    reason: str
    try_at: datetime | None = None


TOO_LATE = Decision(Status.SKIPPED, "past-send-by")
PAUSED_TOO_LONG = Decision(Status.SKIPPED, PAUSED)
CANCELLED = Decision(Status.CANCELLED, "episode-cancelled")
OPTED_OUT = Decision(Status.SKIPPED, "opted-out")
#: it waits in its sender's queue
QUEUED = Decision(Status.SCHEDULED, "queued")
UNWRITABLE = Decision(Status.FAILED, "unwritable")


def hold_back(row: Row, now: datetime) -> Decision | None:
    """None where nothing of the reminder's own speaks against sending it now."""
    reminder, state = row.reminder, row.episode.state
    if state == Episode.State.CANCELLED:
        return CANCELLED
    paused = state == Episode.State.PAUSED and not reminder.critical
    if reminder.send_by - now < SHORTEST:
        return PAUSED_TOO_LONG if paused else TOO_LATE
    if paused:
        # Looked at again when it is too late; resuming the episode sets it back.
        return Decision(Status.SCHEDULED, PAUSED, reminder.send_by)
    if reminder.any_hour:
        return None
    opens, _ = row.home.window(reminder.timezone, now)
    if opens == now:
        return None
    return TOO_LATE if opens >= reminder.send_by else Decision(Status.SCHEDULED, "outside-hours", opens)


def last_moment(row: Row, now: datetime) -> datetime:
    """Until when the text may be delivered: to send-by, or to the end of sending hours."""
    if row.reminder.any_hour:
        return row.reminder.send_by
    return min(row.reminder.send_by, row.home.window(row.reminder.timezone, now).closes)


def seconds_left(until: datetime, now: datetime) -> int:
    """Whole seconds, as providers count them."""
    return int((until - now).total_seconds())


def by_decision(decided: Iterable[tuple[int, Decision]]) -> dict[Decision, list[int]]:
    """The reminders of each decision, so that each is one statement."""
    groups: dict[Decision, list[int]] = defaultdict(list)
    for reminder_id, decision in decided:
        groups[decision].append(reminder_id)
    return groups
