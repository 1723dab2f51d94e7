"""What follows from a failure, however it came to be known: by the provider's answer or by a later report."""

from collections.abc import Set
from datetime import datetime, timedelta

from scheduler.alarms import Kind, alarm
from scheduler.channels.base import REQUEST_TIMEOUT, Verdict
from scheduler.dispatch.hold import hold
from scheduler.dispatch.route import wanted
from scheduler.dispatch.row import SHORTEST, Row
from scheduler.domain.status import AttemptStatus
from scheduler.models import Attempt
from scheduler.opt_outs import Recipient

#: attempts that stand so may have reached the patient, or were meant to; the second is the last
POSTED = (
    AttemptStatus.IN_DOUBT,
    AttemptStatus.NOT_FOUND,
    AttemptStatus.SENT,
    AttemptStatus.UNDELIVERED,
    AttemptStatus.DELIVERED,
)
#: the text or the way it went: the patient may be reached in another
THE_OTHER_WAY = (Verdict.ADDRESS, Verdict.TEXT)
#: one try, and one more
MOST_POSTED = 2


def has_other_way(row: Row, kind: str, refused: Set[Recipient], now: datetime) -> bool:
    """Whether the patient may still be reached by what is neither of this kind nor tried in vain before."""
    others = [one for one in wanted(row, refused) if one.channel != kind]
    return bool(others) and row.reminder.send_by - now > SHORTEST


def first_look(channel: str, lease_until: datetime, now: datetime) -> datetime:
    """When what is in doubt is looked into: no request of that claim can be under way any more then."""
    if channel != "sms":
        return now
    return max(now, lease_until + timedelta(seconds=REQUEST_TIMEOUT))


def alert(attempt: Attempt, verdict: Verdict, code: str, now: datetime, *, actor: str) -> None:
    """Tell people what more than one text suffers from, and stop a sender that cannot send."""
    detail = f"code {code}"
    if verdict is Verdict.TEXT:
        alarm(Kind.TEXT_REFUSED, now=now, clinic=attempt.clinic, detail=detail)
    elif verdict is Verdict.CONFIGURATION and attempt.sender_id:
        hold([attempt.sender_id], code, now, actor=actor)
    elif verdict is Verdict.CONFIGURATION:
        alarm(Kind.EMAIL_REFUSED, now=now, detail=detail)
