"""What a change sets, and the patient's case as it is then."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from scheduler.changes.loaded import Loaded
from scheduler.domain.stored import PENDING, Stored
from scheduler.models import Episode
from scheduler.plans.courses import course_of_episode


@dataclass(frozen=True)
class Wanted:
    """Fields of the episode, of the patient, and of one stored reminder (`row`) with their new values.

    `notes` and `warnings` are sentences for the person who asks.
    """

    episode: Mapping[str, Any] = field(default_factory=dict)
    patient: Mapping[str, Any] = field(default_factory=dict)
    row: Stored | None = None
    reminder: Mapping[str, Any] = field(default_factory=dict)
    #: times that a person chose for texts still to come do not hold any more
    own_times: bool = False
    #: whoever has the link to the patient's page has it no more
    new_link: bool = False
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Change(Protocol):
    """Something that a person asks for, as it was typed. `kind` is that of its event."""

    kind: ClassVar[str]

    def read(self, loaded: Loaded) -> Wanted:
        """Raises Refused with every fault, and where it would do nothing."""


def changed(loaded: Loaded, wanted: Wanted) -> Loaded:
    """Everything as it is with what is wanted; the database is not asked, nor told."""
    episode, patient = copy(loaded.episode), copy(loaded.patient)
    for name, value in wanted.episode.items():
        setattr(episode, name, value)
    for name, value in wanted.patient.items():
        setattr(patient, name, value)
    episode.patient = patient
    rows = tuple(row._replace(**wanted.reminder) if row is wanted.row else row for row in loaded.case.rows)
    if wanted.own_times:
        mine = {row.id for row in chosen_times(loaded)}
        rows = tuple(row._replace(moved_to=None) if row.id in mine else row for row in rows)
    # What was told of a leg was told of the one that was treated, whichever was written down.
    tellings = tuple(
        telling._replace(site=episode.site) if telling.episode == episode.pk else telling
        for telling in loaded.case.tellings
    )
    case = replace(loaded.case, courses=_courses(loaded, episode), rows=rows, tellings=tellings)
    return replace(loaded, episode=episode, case=case)


def chosen_times(loaded: Loaded) -> list[Stored]:
    """The treatment's texts still to come whose times a person chose."""
    return [row for row in loaded.rows if row.moved_to and row.status in PENDING]


def _courses(loaded: Loaded, episode: Episode) -> Mapping[int, Any]:
    courses = dict(loaded.case.courses)
    if episode.state == Episode.State.CANCELLED:
        del courses[episode.pk]
    else:
        courses[episode.pk] = course_of_episode(episode, loaded.episode.edition)
    return courses
