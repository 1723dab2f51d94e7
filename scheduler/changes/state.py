"""A plan is held for a while, goes on, or ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduler.changes.loaded import Loaded
from scheduler.changes.wanted import Wanted
from scheduler.dates import moment
from scheduler.domain.phases import Course
from scheduler.domain.status import Status
from scheduler.domain.stored import PENDING, Stored
from scheduler.models import Episode
from scheduler.plans.wording import named


@dataclass(frozen=True)
class Pause:
    """Nothing goes until it is resumed, but what is critical."""

    kind: ClassVar[str] = "plan-paused"

    def read(self, loaded: Loaded) -> Wanted:
        critical = [row for row in loaded.to_come() if row.critical]
        notes = (
            _(
                "Nothing but critical texts is sent until somebody resumes the plan. After that, one text"
                " makes up for those missed."
            ),
        )
        goes = tuple(
            _("%(message)s goes nevertheless.") % {"message": _named(loaded, row)} for row in critical
        )
        return Wanted(episode={"state": Episode.State.PAUSED}, notes=(*notes, *goes, *_others_go_on(loaded)))


@dataclass(frozen=True)
class Resume:
    kind: ClassVar[str] = "plan-resumed"

    def read(self, loaded: Loaded) -> Wanted:
        return Wanted(episode={"state": Episode.State.ACTIVE})


@dataclass(frozen=True)
class Cancel:
    """For good: nothing of this treatment is sent any more."""

    kind: ClassVar[str] = "plan-cancelled"

    def read(self, loaded: Loaded) -> Wanted:
        critical = [row for row in loaded.to_come() if row.critical]
        unsaid = [
            _("%(message)s is not sent: tell the patient.") % {"message": _named(loaded, row)}
            for row in critical
        ]
        if any(row.status is Status.CLAIMED for row in loaded.rows):
            unsaid.append(_("A text is being sent right now and may still arrive."))
        notes = (
            _("A cancelled plan cannot be taken up again. No text tells the patient that it is cancelled."),
        )
        return Wanted(episode={"state": Episode.State.CANCELLED}, notes=notes, warnings=tuple(unsaid))


def _others_go_on(loaded: Loaded) -> Iterator[str]:
    """A pause is of one treatment; staff may think that it is of the patient."""
    running = [course for course in _with_more_to_come(loaded) if not course.treatment.paused]
    if running:
        said = ngettext(
            "The other treatment's texts go on: %(treatments)s.",
            "The other treatments' texts go on: %(treatments)s.",
            len(running),
        )
        yield said % {"treatments": ", ".join(map(named, running))}


def _with_more_to_come(loaded: Loaded) -> list[Course]:
    pending = {row.episode for row in loaded.case.rows if row.status in PENDING}
    return [course for course in loaded.others if course.treatment.episode in pending]


def _named(loaded: Loaded, row: Stored) -> str:
    return f"{loaded.label_of(row)} ({moment(row.timezone, row.due_at)})"
