"""What people do to plans: the kinds of their events, in words, and the steps that such an event keeps."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy

from scheduler.domain.diff import Step

DONE = {
    "treatment-changed": gettext_lazy("changed the treatment"),
    "reminder-moved": gettext_lazy("moved a message"),
    "reminder-sent-now": gettext_lazy("sent a message at once"),
    "reminder-skipped": gettext_lazy("took a message out"),
    "plan-paused": gettext_lazy("paused the plan"),
    "plan-resumed": gettext_lazy("resumed the plan"),
    "plan-cancelled": gettext_lazy("cancelled the plan"),
    "address-changed": gettext_lazy("changed how the patient is reached"),
    "texts-changed": gettext_lazy("changed what texts say, or how many there are"),
    "treatment-added": gettext_lazy("enrolled another treatment"),
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
