"""What can be done about a message that waits for a person, in a sentence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy

from scheduler.domain.status import Status
from scheduler.models import Reminder
from scheduler.web.words import Word

CALL = gettext_lazy("Its time has passed: if it still matters, tell the patient by phone.")
#: by the reason of a failure
FAILED: Final[Mapping[str, Word]] = {
    **dict.fromkeys(
        ("refused-address", "no-address"),
        gettext_lazy(
            "Ask for the right number or address and change it; then send it again, or tell them by phone."
        ),
    ),
    **dict.fromkeys(
        ("configuration", "no-sender", "no-provider"),
        gettext_lazy("An admin mends the settings; then send it again. What is urgent, tell by phone."),
    ),
}
BY_STATUS: Final[Mapping[str, Word]] = {
    Status.FAILED: gettext_lazy("Send it again, or tell the patient by phone."),
    Status.IN_DOUBT: gettext_lazy(
        "It is being looked up for a quarter of an hour; after that, ask the patient whether it came."
    ),
    Status.UNDELIVERED: gettext_lazy(
        "It is about to be tried again, or sent another way. What is urgent, tell by phone."
    ),
    Status.SKIPPED: gettext_lazy("It is important and was not sent: tell the patient by phone."),
    Status.CLAIMED: gettext_lazy("A worker stopped while sending it: it is looked up as soon as one runs."),
    Status.SCHEDULED: gettext_lazy("It goes as soon as a worker can send it. What is urgent, tell by phone."),
}


def advice(reminder: Reminder, now: datetime) -> str:
    """The next step of whoever reads it."""
    if reminder.status == Status.FAILED:
        if reminder.send_by <= now:
            return str(CALL)
        return str(FAILED.get(reminder.status_reason, BY_STATUS[Status.FAILED]))
    return str(BY_STATUS.get(reminder.status, CALL))
