"""The tables. What belongs to a clinic is queried with `objects.for_clinic(clinic)`."""

from scheduler.models.api_key import ApiKey
from scheduler.models.clinic import Clinic, Detail, Sender
from scheduler.models.conversation import OptOut, Reply
from scheduler.models.edition import Draft, Edition
from scheduler.models.event import Event
from scheduler.models.operation import Alarm, Heartbeat, JobSlot
from scheduler.models.patient import Episode, HeldEnrolment, Patient
from scheduler.models.people import Membership, User
from scheduler.models.reminder import Attempt, Receipt, Reminder
from scheduler.models.rollout import Rollout

__all__ = [
    "Alarm",
    "ApiKey",
    "Attempt",
    "Clinic",
    "Detail",
    "Draft",
    "Edition",
    "Episode",
    "Event",
    "Heartbeat",
    "HeldEnrolment",
    "JobSlot",
    "Membership",
    "OptOut",
    "Patient",
    "Receipt",
    "Reminder",
    "Reply",
    "Rollout",
    "Sender",
    "User",
]
