"""What stands beside the enrolment form: the plan, or what is still to be said before there is one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from scheduler.domain.merged import Stretch, stretches
from scheduler.domain.message import Text
from scheduler.domain.timeline import Phase, PlannedReminder
from scheduler.enrolment import Preview
from scheduler.models import Episode
from scheduler.plans.wording import named
from scheduler.web.words import until


@dataclass(frozen=True)
class Rule:
    """A rule with its end in words; the leg and the deciding treatment where they have to be named."""

    phase: Phase
    leg: str
    until: str
    decider: str


@dataclass(frozen=True)
class Shown:
    """What stands beside the form: the plan, or what is still to be said before there is one."""

    plan: Preview | None = None
    #: what must be said before there is a plan
    wanted: tuple[str, ...] = ()
    #: questions that the form asks only when they arise
    asks_fold: str = ""
    asks_late: bool = False
    asks_patient: bool = False
    #: the patient agreed to emails alone
    by_email: bool = False
    #: plans that run already for the number or the email address
    running: tuple[Episode, ...] = ()

    @property
    def texts(self) -> list[tuple[PlannedReminder, Text]]:
        return (
            [(planned, self.plan.texts[planned.key]) for planned in self.plan.reminders] if self.plan else []
        )

    @property
    def holds(self) -> list[Rule]:
        """Each rule that is not over yet, of all the patient's treatments, with its end in words."""
        if self.plan is None:
            return []
        mine = self.plan.course.treatment
        ahead = (s for s in stretches(self.plan.timeline.courses) if not s.phase.is_over(mine.enrolled_at))
        held = [Rule(s.phase, s.leg, until(s.phase, mine.timezone), self._decider(s)) for s in ahead]
        return list(_alike(held))

    def _decider(self, stretch: Stretch) -> str:
        """Which of the running treatments gives the end of a rule that the new one has as well."""
        if self.plan is None or self.plan.course.treatment.episode not in stretch.episodes:
            return ""
        deciding = (c for c in self.plan.others if c.treatment.episode == stretch.phase.decided_by)
        return next((named(course) for course in deciding if stretch.phase.ends_at), "")


def _alike(held: Iterable[Rule]) -> Iterator[Rule]:
    """What is the same for both legs stands there once."""
    for _rule, found in groupby(held, key=lambda one: (one.phase.id, one.until)):
        rules = list(found)
        yield from [replace(rules[0], leg="")] if len({rule.leg for rule in rules}) > 1 else rules
