"""A rehearsal in slices, each of which ends soon: what was counted so far is carried along by who asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any

from scheduler.domain.rehearsal.cases import Case
from scheduler.domain.rehearsal.plain import as_plain, from_plain
from scheduler.domain.rehearsal.totals import Totals
from scheduler.models import Clinic
from scheduler.rehearsal.whole import Stage, made_enrolments, past_enrolments_of, past_patients

#: patients between two looks at the clock
STEP = 50


@dataclass(frozen=True)
class Part:
    """Whom it runs over: treatments of a period, or so many made-up ones of the week after `now`."""

    first: date | None = None
    last: date | None = None
    made: int = 0
    now: datetime | None = None


@dataclass(frozen=True)
class Run:
    """How far it is; `today` and `rehearsed` count the patients up to there."""

    done: int
    of: int
    today: Totals
    rehearsed: Totals

    @property
    def finished(self) -> bool:
        return self.done >= self.of

    def plain(self) -> dict[str, Any]:
        counted = [as_plain(self.today), as_plain(self.rehearsed)]
        return {"done": self.done, "of": self.of, "totals": counted}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> "Run":
        return cls(plain["done"], plain["of"], *map(from_plain, plain["totals"]))


def look_on(
    clinic: Clinic, protocol_id: str, stage: Stage, part: Part, run: Run | None, seconds: float
) -> Run:
    """Go on for so many seconds, or one step. Where nothing is changed, both editions count the same."""
    of, cases_of = _source(clinic, protocol_id, stage, part)
    run = run or Run(0, of, Totals(), Totals())
    tallies = [stage.tally(protocol) for protocol in stage.editions]
    for tally, so_far in zip(tallies, (run.today, run.rehearsed), strict=False):
        tally.totals = so_far
    done, until = run.done, monotonic() + seconds
    while done < of:
        for case in cases_of(done, done + STEP):
            for tally in tallies:
                tally.add(case)
        done += STEP
        if monotonic() > until:
            break
    return Run(min(done, of), of, tallies[0].totals, tallies[-1].totals)


def _source(
    clinic: Clinic, protocol_id: str, stage: Stage, part: Part
) -> tuple[int, Callable[[int, int], Sequence[Case]]]:
    """How many patients there are, and those from one place to another."""
    if part.first and part.last:
        first, last = part.first, part.last
        ids = past_patients(clinic, protocol_id, first, last)
        return len(ids), lambda begin, end: past_enrolments_of(
            ids[begin:end], clinic, protocol_id, first, last
        )
    assert part.now
    cases = made_enrolments(part.made, clinic.timezone, part.now, stage.today, stage.rehearsed).cases
    return len(cases), lambda begin, end: cases[begin:end]
