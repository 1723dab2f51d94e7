"""What an edition would send: run over the clinic's past enrolments, or made-up ones, beside today's edition.

Nothing is written, nothing is sent, and no name, number or address of a patient is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import QuerySet

from scheduler.domain import localtime
from scheduler.domain.message import Contact
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case, Enrolled, answers_of, made_up
from scheduler.domain.rehearsal.clocks import WEEK, ClockChange, next_changes, quiet_weeks
from scheduler.domain.rehearsal.totals import Tally, Totals
from scheduler.domain.rehearsal.weekends import Weekend, around, cases_of, weekend
from scheduler.enrolment import contact_of
from scheduler.enrolment.contact import EXAMPLE_LINK_END, link_to
from scheduler.models import Clinic, Episode

DAY = timedelta(days=1)
FIELDS = (
    "patient_id", "treated_at", "timezone", "answers", "enrolled_at", "at_desk", "site", "channels",
    "detail", "fewer_texts",
)  # fmt: skip
#: how long the days are that have to be without a clock change around a made-up week
QUIET = timedelta(days=42)

#: told how many of how many patients are done
Progress = Callable[[int, int], None]


class NothingToRehearse(ValueError):
    """There is nobody to run an edition over."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The patients to run editions over. `cancelled` treatments of the period are not among them."""

    cases: tuple[Case, ...]
    cancelled: int = 0

    @property
    def treatments(self) -> int:
        return sum(map(len, self.cases))


@dataclass(frozen=True)
class AroundChange:
    """A clock change, with as many treatments around it as `patients`."""

    change: ClockChange
    patients: int
    today: Weekend
    rehearsed: Weekend


@dataclass(frozen=True)
class Rehearsal:
    today: Totals
    rehearsed: Totals
    changes: tuple[AroundChange, ...]


@dataclass(frozen=True)
class Stage:
    """What is compared, and whom the texts speak for."""

    today: Protocol
    rehearsed: Protocol
    contact: Contact
    link: str

    @property
    def editions(self) -> tuple[Protocol, ...]:
        """Each once: where nothing is changed, the same is not counted twice."""
        return (self.today,) if self.today == self.rehearsed else (self.today, self.rehearsed)

    def tally(self, protocol: Protocol) -> Tally:
        return Tally(protocol, self.contact, self.link)


def past_enrolments(clinic: Clinic, protocol_id: str, first: date, last: date) -> Sample:
    """The treatments that ended from one local date of the clinic to another, both included.

    Cancelled ones are left out: they were mistakes, or stopped at a moment that no other edition had known.
    Raises NothingToRehearse.
    """
    found = _of_period(clinic, protocol_id, first, last)
    cases = _cases(found)
    cancelled = found.filter(state=Episode.State.CANCELLED).count()
    if not cases:
        only = f" but {cancelled} cancelled" if cancelled else ""
        raise NothingToRehearse(f"no treatment{only} from {first} to {last} is enrolled here")
    return Sample(cases, cancelled)


def past_patients(clinic: Clinic, protocol_id: str, first: date, last: date) -> list[int]:
    """Ids of the patients of these treatments, in their order."""
    kept = _of_period(clinic, protocol_id, first, last).exclude(state=Episode.State.CANCELLED)
    return list(kept.order_by("patient_id").values_list("patient_id", flat=True).distinct())


def past_enrolments_of(
    patients: Sequence[int], clinic: Clinic, protocol_id: str, first: date, last: date
) -> tuple[Case, ...]:
    """Those of some patients alone."""
    return _cases(_of_period(clinic, protocol_id, first, last).filter(patient__in=patients))


def _of_period(clinic: Clinic, protocol_id: str, first: date, last: date) -> QuerySet[Episode]:
    start, end = (localtime.start_of_day(clinic.timezone, day) for day in (first, last + DAY))
    return Episode.objects.for_clinic(clinic).filter(
        edition__protocol_id=protocol_id, treated_at__gte=start, treated_at__lt=end
    )


def _cases(found: QuerySet[Episode]) -> tuple[Case, ...]:
    kept = found.exclude(state=Episode.State.CANCELLED).order_by("patient_id", "treated_at", "pk")
    rows = kept.values_list(*FIELDS).iterator(chunk_size=2000)
    return tuple(tuple(_enrolled(*row) for row in rows) for _, rows in groupby(rows, key=lambda row: row[0]))


def _enrolled(
    _patient: int,
    treated_at: datetime,
    timezone: str,
    answers: dict[str, str],
    enrolled_at: datetime,
    at_desk: bool,
    site: str,
    channels: Sequence[str],
    detail: str,
    fewer: bool,
) -> Enrolled:
    treatment = Treatment(
        treated_at, timezone, answers, enrolled_at, at_desk, site, detail=detail, fewer=fewer
    )
    return Enrolled(treatment, by_email=list(channels[:1]) == ["email"])


def made_enrolments(count: int, zone: str, now: datetime, *protocols: Protocol) -> Sample:
    """So many of a normal week: the next one without a clock change in or soon after it."""
    today = localtime.local_date(zone, now)
    monday = today + timedelta(days=-today.weekday() % 7)
    weeks = quiet_weeks(zone, monday, monday + QUIET) or 0
    return Sample(tuple(made_up(count, answers_of(*protocols), zone, monday - weeks * WEEK)))


def stage_of(clinic: Clinic, today: Protocol, rehearsed: Protocol) -> Stage:
    return Stage(today, rehearsed, contact_of(clinic), link_to(EXAMPLE_LINK_END))


def rehearse(
    clinic: Clinic,
    today: Protocol,
    rehearsed: Protocol,
    sample: Sample,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Rehearsal:
    """Plan everybody under both, and treatments around the next clock changes. `now` is aware UTC."""
    stage = stage_of(clinic, today, rehearsed)
    changes = next_changes(clinic.timezone, now)
    total = len(sample.cases) * len(stage.editions)
    tallies = [stage.tally(protocol) for protocol in stage.editions]
    for done, (tally, case) in enumerate(((t, case) for t in tallies for case in sample.cases), 1):
        tally.add(case)
        progress(done, total)
    return Rehearsal(
        tallies[0].totals,
        tallies[-1].totals,
        tuple(around_change(stage, change) for change in changes),
    )


def around_change(stage: Stage, change: ClockChange) -> AroundChange:
    days = around(change, *stage.editions)
    cases = cases_of(days, answers_of(*stage.editions))
    weekends = [weekend(days, stage.tally(protocol), cases) for protocol in stage.editions]
    return AroundChange(change, len(cases), weekends[0], weekends[-1])
