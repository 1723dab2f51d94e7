"""The effect on everybody, looked at in slices: each ends soon, and says all that the next one needs.

Nothing is kept on our side. Whoever looks carries along what was counted so far, so it survives a restart;
to break it off is not to ask for the next slice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from scheduler import collector
from scheduler.domain.diff import Effect
from scheduler.domain.edits.worded import may_read_otherwise
from scheduler.domain.message import Contact, Text
from scheduler.domain.protocol import Protocol
from scheduler.domain.replan import Case, replan
from scheduler.domain.timeline import PlannedReminder
from scheduler.editions import protocol_of
from scheduler.models import Clinic, Draft, Edition, Episode, Patient
from scheduler.plans import everybody
from scheduler.plans.cases import load_cases
from scheduler.plans.everybody import Reach, reached
from scheduler.plans.publication import Seen, refuse_stale, seen_now
from scheduler.plans.texts import Reworded, reworded, text_of
from scheduler.plans.wording import Line, Wording

#: patients between two looks at the clock
STEP = 200
#: the messages that may read otherwise for those of an edition, by its id
Worded = dict[int, frozenset[str]]
#: what is counted beside what a rollout counts
ASIDE = ("gone", "reworded")


@dataclass(frozen=True, slots=True)
class Look:
    """How far it is: everybody with a smaller id than `last`, or the same, is in `counts`."""

    seen: str
    of: int
    last: int = 0
    finished: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.counts.get("patients", 0) + self.counts.get("unreadable", 0)

    @property
    def expected(self) -> dict[str, int]:
        """What a rollout should come to."""
        return {name: number for name, number in self.counts.items() if name not in ASIDE}

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Told:
    """How texts speak of the clinic; `link` is as long as that of any patient's page, and stands for it."""

    contact: Contact
    link: str
    link_of: Callable[[Patient], str]


@dataclass(frozen=True, slots=True)
class PatientEffect:
    """What it does to one patient, in words; `corrections` with the text as it will read when it is due."""

    patient: int
    episode: int
    lines: tuple[Line, ...]
    corrections: tuple[tuple[PlannedReminder, Text], ...]
    gone: int


def begin(draft: Draft) -> Look:
    return Look(str(seen_now(draft)), len(reached(draft.clinic, draft.protocol_id)))


def look_on(draft: Draft, protocol: Protocol, look: Look, told: Told, now: datetime, seconds: float) -> Look:
    """Go on for so many seconds, or one step. Raises Stale where it is not as it was seen."""
    refuse_stale(draft, Seen.read(look.seen))
    counts, last, until = Counter(look.counts), look.last, monotonic() + seconds
    worded: Worded = {}
    while True:
        patients = reached(draft.clinic, draft.protocol_id, after=last, limit=STEP)
        counts.update(_counted(patients, protocol, told, now, worded))
        last = patients[-1] if patients else last
        finished = len(patients) < STEP
        if finished or monotonic() > until:
            return Look(look.seen, look.of, last, finished, dict(counts))


@collector.paused()
def _counted(
    patients: Sequence[int], protocol: Protocol, told: Told, now: datetime, worded: Worded
) -> Counter[str]:
    reach, words = Reach(), 0
    effects: list[everybody.Effect] = []
    everybody.look(patients, protocol, now, reach, effects.append)
    messages = _worded(patients, protocol, worded)
    if messages:
        before = load_cases([one.patient for one in effects])
        words = sum(len(_reworded(before[one.patient], one, told, now, messages)) for one in effects)
    return Counter(reach.counts()) + Counter(gone=reach.gone, reworded=words)


def _worded(patients: Sequence[int], protocol: Protocol, known: Worded) -> frozenset[str]:
    """The messages that may read otherwise for any of them."""
    theirs = Episode.objects.across_clinics().filter(patient__in=patients).values("edition")
    own = Edition.objects.across_clinics().filter(pk__in=theirs, protocol_id=protocol.id).defer("protocol")
    editions = list(own)
    for edition in editions:
        if edition.pk not in known:
            known[edition.pk] = may_read_otherwise(protocol_of(edition), protocol)
    return frozenset().union(*(known[edition.pk] for edition in editions))


def _reworded(
    before: Case, effect: everybody.Effect, told: Told, now: datetime, messages: frozenset[str]
) -> list[Reworded]:
    was = replan(before, now)[0]
    return list(reworded(was, effect.timeline, effect.diff, told.contact, told.link, messages))


def one_by_one(
    draft: Draft, protocol: Protocol, told: Told, now: datetime, *, after: int, most: int, seconds: float
) -> tuple[list[PatientEffect], int | None]:
    """The next for whom anything changes, so many at the most, and after whom to go on; None: done."""
    found: list[PatientEffect] = []
    until = monotonic() + seconds
    while True:
        patients = reached(draft.clinic, draft.protocol_id, after=after, limit=most)
        for one in _each(draft.clinic, patients, protocol, told, now):
            found.append(one)
            if len(found) == most:
                return found, one.patient
        if len(patients) < most:
            return found, None
        after = patients[-1]
        if monotonic() > until:
            return found, after


def _each(
    clinic: Clinic, patients: Sequence[int], protocol: Protocol, told: Told, now: datetime
) -> Iterator[PatientEffect]:
    effects: list[everybody.Effect] = []
    everybody.look(patients, protocol, now, Reach(), effects.append)
    messages = _worded(patients, protocol, {})
    before = load_cases([one.patient for one in effects])
    people = Patient.objects.for_clinic(clinic).in_bulk([one.patient for one in effects])
    for one in effects:
        words = _reworded(before[one.patient], one, told, now, messages)
        if one.diff or words:
            was = before[one.patient].courses
            wording = Wording({**was, **one.case.courses}, one.timeline, before=was)
            lines = (*wording.lines(one.diff.steps), *map(wording.of_reworded, words))
            corrections = tuple(_corrections(one, told.contact, told.link_of(people[one.patient])))
            yield PatientEffect(one.patient, min(one.case.courses), lines, corrections, one.diff.gone)


def _corrections(
    effect: everybody.Effect, contact: Contact, link: str
) -> Iterator[tuple[PlannedReminder, Text]]:
    for step in effect.diff.corrections:
        if step.planned and step.effect is not Effect.VANISHES:
            yield step.planned, text_of(effect.timeline, step.planned, contact, link)
