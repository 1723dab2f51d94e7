"""What people do to plans: the kinds of their events, in words, and the steps that such an event keeps."""

from collections.abc import Iterable
from datetime import UTC, datetime

from scheduler.domain.diff import Step

DONE = {
    "treatment-changed": "changed the treatment",
    "reminder-moved": "moved a message",
    "reminder-sent-now": "sent a message at once",
    "reminder-skipped": "took a message out",
    "plan-paused": "paused the plan",
    "plan-resumed": "resumed the plan",
    "plan-cancelled": "cancelled the plan",
    "address-changed": "changed how the patient is reached",
    "treatment-added": "enrolled another treatment",
}
#: what another person's look at everybody's plans must know of: not addresses, and not new enrolments
DECIDED = tuple(kind for kind in DONE if kind not in ("address-changed", "treatment-added"))


def compact(steps: Iterable[Step]) -> list[list[object]]:
    """Episode, key, what becomes of it, when it was due and is (UTC), and why."""
    return [
        [step.episode, step.key, str(step.effect), _iso(step.before), _iso(step.after), step.reason]
        for step in steps
    ]


def _iso(instant: datetime | None) -> str:
    return instant.astimezone(UTC).isoformat() if instant else ""
