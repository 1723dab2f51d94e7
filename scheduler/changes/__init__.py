"""What a person may change in a running plan: shown with its effect first, then done."""

from scheduler.changes.address import ChangeAddress
from scheduler.changes.call import record_call
from scheduler.changes.doing import change_plan, effect_of
from scheduler.changes.effect import PlanEffect, PlannedText
from scheduler.changes.page_link import renew_link, revoke_link
from scheduler.changes.refused import Refused, Stale
from scheduler.changes.reminder import MoveReminder, SendNow, SkipReminder
from scheduler.changes.state import Cancel, Pause, Resume
from scheduler.changes.treatment import ChangeTreatment
from scheduler.changes.wanted import Change
from scheduler.changes.wishes import ChangeTexts
from scheduler.plans.wording import Line

__all__ = [
    "Cancel",
    "Change",
    "ChangeAddress",
    "ChangeTexts",
    "ChangeTreatment",
    "Line",
    "MoveReminder",
    "Pause",
    "PlanEffect",
    "PlannedText",
    "Refused",
    "Resume",
    "SendNow",
    "SkipReminder",
    "Stale",
    "change_plan",
    "effect_of",
    "record_call",
    "renew_link",
    "revoke_link",
]
