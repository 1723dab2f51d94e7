"""What an edition would send, at once or in slices. Nothing is written, nothing is sent."""

from scheduler.rehearsal.slices import Part, Run, look_on
from scheduler.rehearsal.whole import (
    AroundChange,
    NothingToRehearse,
    Progress,
    Rehearsal,
    Sample,
    Stage,
    around_change,
    made_enrolments,
    past_enrolments,
    rehearse,
    stage_of,
)

__all__ = [
    "AroundChange",
    "NothingToRehearse",
    "Part",
    "Progress",
    "Rehearsal",
    "Run",
    "Sample",
    "Stage",
    "around_change",
    "look_on",
    "made_enrolments",
    "past_enrolments",
    "rehearse",
    "stage_of",
]
