"""Enrolling many at once: the same checks and the same rows, asked for and written in sets.

Rows that may be about the same person never share a step, so each meets what those before it left.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from scheduler import collector
from scheduler.enrolment.checking import (
    Checked,
    Known,
    Typed,
    check,
    identity_of,
    read,
    ready,
    refuse_unknown_protocol,
)
from scheduler.enrolment.enrol import Enrolled, enrol
from scheduler.enrolment.request import Enrolment, Refused
from scheduler.enrolment.writing import write
from scheduler.models import Clinic, Episode, Patient
from scheduler.wake import wake_workers

#: so many are enrolled in one transaction: more would keep others waiting where only one can write
STEP = 100
Outcome = Enrolled | Refused


@dataclass(frozen=True, slots=True)
class _Read:
    """An enrolment with what could be read of it, and what makes it this one."""

    asked: Enrolment
    typed: Typed
    identity: str | None

    @property
    def signs(self) -> Iterator[str]:
        """What it would share with another enrolment of the same person."""
        yield from filter(None, (self.identity, self.typed.mobile, self.typed.email.lower()))


def enrol_many(
    asked: Iterable[Enrolment],
    actor: str,
    now: datetime,
    *,
    tell: Callable[[int], None] = lambda done: None,
) -> list[Outcome]:
    """Each as `enrol` would enrol it, in this order; where that refuses, the refusal stands in its place.

    All are of one clinic and one protocol. `tell` hears how many are done; what is done stays. Raises Refused
    where nobody can be enrolled.
    """
    outcomes: list[Outcome] = []
    for one in _steps(asked):
        outcomes += _enrol(one, actor, now)
        tell(len(outcomes))
    return outcomes


def _steps(asked: Iterable[Enrolment]) -> Iterator[list[_Read]]:
    together: list[_Read] = []
    signs: set[str] = set()
    for one in asked:
        typed = read(one)
        this = _Read(one, typed, identity_of(one.protocol_id, typed))
        if len(together) == STEP or not signs.isdisjoint(this.signs):
            yield together
            together, signs = [], set()
        together.append(this)
        signs.update(this.signs)
    if together:
        yield together


@collector.paused()
def _enrol(together: Sequence[_Read], actor: str, now: datetime) -> list[Outcome]:
    minute = now.replace(second=0, microsecond=0)
    first = together[0].asked
    refuse_unknown_protocol(first.protocol_id)
    known = Known(ready(first), _reached(first.clinic, together))
    before = _enrolled_before(first.clinic, together)
    checked: dict[int, Checked] = {}
    for number, one in enumerate(together):
        # Whoever is known already takes the way of a single enrolment.
        if one.asked.patient in ("", "new") and one.identity not in before:
            try:
                checked[number] = check(one.asked, one.typed, minute, known=known)
            except Refused:
                continue
    written = _write([(together[number].asked, one) for number, one in checked.items()], actor)
    episodes = dict(zip(checked, written, strict=False))
    return [
        Enrolled(episodes[number], created=True) if number in episodes else _alone(one.asked, actor, now)
        for number, one in enumerate(together)
    ]


def _write(enrolments: Sequence[tuple[Enrolment, Checked]], actor: str) -> list[Episode]:
    """The new episodes; none where another request was quicker with one of them."""
    try:
        with transaction.atomic():
            written = write(enrolments, actor) if enrolments else []
            wake_workers()
    except IntegrityError:
        return []
    return written


def _alone(asked: Enrolment, actor: str, now: datetime) -> Outcome:
    try:
        return enrol(asked, actor, now)
    except Refused as refused:
        return refused


def _enrolled_before(clinic: Clinic, together: Sequence[_Read]) -> set[str]:
    identities = [one.identity for one in together if one.identity]
    found = Episode.objects.for_clinic(clinic).filter(identity__in=identities)
    return set(found.values_list("identity", flat=True))


def _reached(clinic: Clinic, together: Sequence[_Read]) -> Callable[[Clinic, str, str], list[Patient]]:
    """Who has one of their numbers or email addresses already, as `reached_by` finds it for each."""
    mobiles = {one.typed.mobile for one in together} - {""}
    emails = {one.typed.email.lower() for one in together} - {""}
    own = Patient.objects.for_clinic(clinic)
    by_address: dict[str, dict[int, Patient]] = defaultdict(dict)
    for patient in own.filter(mobile__in=mobiles) if mobiles else ():
        by_address[patient.mobile][patient.pk] = patient
    lowered = own.alias(lowered=Lower("email")).filter(lowered__in=emails)
    for patient in lowered if emails else ():
        by_address[patient.email.lower()][patient.pk] = patient

    def reached(clinic: Clinic, mobile: str, email: str) -> list[Patient]:
        found = by_address.get(mobile, {}) | by_address.get(email.lower(), {})
        return [found[pk] for pk in sorted(found, reverse=True)]

    return reached
