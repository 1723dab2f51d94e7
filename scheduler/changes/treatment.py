"""What was said of a treatment turns out to be otherwise: when it ended, an answer, the zone, the leg."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.loaded import Loaded
from scheduler.changes.refused import Refused
from scheduler.changes.wanted import Wanted, chosen_times
from scheduler.dates import moment
from scheduler.domain import localtime
from scheduler.domain.echo import cut
from scheduler.domain.phases import Treatment
from scheduler.domain.status import Status
from scheduler.enrolment import reading
from scheduler.enrolment.checking import Typed, is_late, last_day
from scheduler.enrolment.request import SITES
from scheduler.plans.courses import treatment_of

FUTURE = gettext_lazy("This is in the future. Give the time at which the treatment ended.")
OVER = gettext_lazy(
    "This treatment would be so long ago that its plan is over. Cancel the plan if nothing is to be sent."
)


@dataclass(frozen=True)
class ChangeTreatment:
    """What is None stays. `treated` is read as at enrolment, on the wall clock of the zone that holds then.

    `answers` has only those that change. `late_confirmed` says that a treatment more than 24 hours
    before the enrolment is meant.
    """

    kind: ClassVar[str] = "treatment-changed"
    treated: str | None = None
    fold: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    site: str | None = None
    late_confirmed: bool = False

    def read(self, loaded: Loaded) -> Wanted:
        episode, typed = loaded.episode, Typed({})
        wanted: dict[str, Any] = {}
        if self.zone is not None:
            wanted["timezone"] = typed.read("zone", localtime.check_zone, cut(self.zone.strip()))
        if self.treated is not None and "zone" not in typed.faults:
            zone = wanted.get("timezone", episode.timezone)
            wanted["treated_at"] = typed.read(
                "treated", reading.read_treated, self.treated, zone, self.fold, otherwise=None
            )
        if self.site is not None:
            wanted["site"] = typed.read("site", reading.read_site, self.site, SITES)
        if self.answers:
            wanted["answers"] = {**episode.answers, **self.answers}
            wrong = loaded.course.protocol.check_answers(wanted["answers"])
            typed.faults |= {f"answers.{name}": sentence for name, sentence in wrong.items()}
        if typed.faults:
            raise Refused("fold" if list(typed.faults) == ["fold"] else "wrong-input", typed.faults)
        return self._as_a_whole(loaded, wanted)

    def _as_a_whole(self, loaded: Loaded, wanted: dict[str, Any]) -> Wanted:
        course = loaded.course
        after = replace(treatment_of(loaded.episode), **wanted)
        other_time = after.treated_at != course.treatment.treated_at
        if other_time:
            self._check_time(loaded, after)
        wanted["treated_local"] = _local(after)
        # Whoever chose a time chose it for a text of that day after the treatment.
        other_days = after.day_zero != course.treatment.day_zero
        return Wanted(
            episode=wanted,
            own_times=other_days,
            notes=(*_notes(course.treatment, after), *(_own_times(loaded) if other_days else ())),
            warnings=_already_gone(loaded) if other_time else (),
        )

    def _check_time(self, loaded: Loaded, after: Treatment) -> None:
        if after.treated_at > loaded.now:
            raise Refused("future", {"treated": FUTURE})
        if after.day_of(loaded.now) > last_day(loaded.course.protocol, after):
            raise Refused("over", {"treated": OVER})
        if is_late(after) and not self.late_confirmed:
            raise Refused("confirm-late", {"late_confirmed": _confirm(after)})


def _local(treatment: Treatment) -> str:
    return localtime.to_wall(treatment.timezone, treatment.treated_at).isoformat(timespec="minutes")


def _confirm(after: Treatment) -> str:
    return _(
        "The treatment would have ended on %(moment)s, more than 24 hours before the patient was "
        "enrolled. Confirm that this is right."
    ) % {"moment": moment(after.timezone, after.treated_at)}


def _notes(before: Treatment, after: Treatment) -> list[str]:
    if before.timezone == after.timezone or before.treated_at != after.treated_at:
        return []
    return [
        _(
            "The treatment ended at the same instant as before: %(moment)s in %(zone)s, which was"
            " %(before)s in %(zone_before)s."
        )
        % {
            "moment": moment(after.timezone, after.treated_at),
            "zone": after.timezone,
            "before": moment(before.timezone, before.treated_at),
            "zone_before": before.timezone,
        }
    ]


def _own_times(loaded: Loaded) -> Iterator[str]:
    for row in chosen_times(loaded):
        yield _("%(label)s goes by the new dates, no longer at the time that was chosen for it.") % {
            "label": loaded.label_of(row)
        }


def _already_gone(loaded: Loaded) -> tuple[str, ...]:
    """Critical texts are said once: what they said stays true, but nobody hears it again at the new time."""
    left = (Status.SCHEDULED, Status.SUPERSEDED, Status.FOLDED, Status.SKIPPED, Status.CANCELLED)
    gone = [row for row in loaded.rows if row.critical and row.status not in left]
    return tuple(
        _("%(label)s has gone already (%(moment)s) and is not sent again.")
        % {"label": loaded.label_of(row), "moment": moment(row.timezone, row.due_at)}
        for row in gone
    )
