"""What a person may change in a running plan: shown with its effect first, then done.

Not imported by `scheduler.plans` itself: enrolling plans patients too, and is needed here.
"""

from scheduler.plans.changes.address import ChangeAddress
from scheduler.plans.changes.doing import change_plan, effect_of
from scheduler.plans.changes.effect import Correction, PlanEffect
from scheduler.plans.changes.facts import Line
from scheduler.plans.changes.refused import Refused, Stale
from scheduler.plans.changes.reminder import MoveReminder, SendNow, SkipReminder
from scheduler.plans.changes.state import Cancel, Pause, Resume
from scheduler.plans.changes.treatment import ChangeTreatment
from scheduler.plans.changes.wanted import Change

__all__ = [
    "Cancel",
    "Change",
    "ChangeAddress",
    "ChangeTreatment",
    "Correction",
    "Line",
    "MoveReminder",
    "Pause",
    "PlanEffect",
    "Refused",
    "Resume",
    "SendNow",
    "SkipReminder",
    "Stale",
    "change_plan",
    "effect_of",
]
