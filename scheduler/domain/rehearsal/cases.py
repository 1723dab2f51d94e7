"""The patients that a rehearsal runs over. Nothing here says who they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

from scheduler.domain import localtime
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol, Question

#: when the treatments of a made-up week end: Monday to Friday, 09:00 to 17:30, every five minutes
DAYS, OPENS, MINUTES, STEP = 5, time(9), 510, 5
#: minutes from the end of the treatment to the enrolment at the desk
DISCHARGE = (5, 30)
SEED = 20


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One treatment. `by_email`: email is the way that the patient prefers, which costs no segment."""

    treatment: Treatment
    by_email: bool = False


#: one patient's treatments in the order in which they ended: they are planned together
Case = tuple[Enrolled, ...]


def answers_of(*protocols: Protocol) -> list[dict[str, str]]:
    """Every combination of answers to all that these protocols ask."""
    questions: dict[str, Question] = {}
    for protocol in protocols:
        questions |= protocol.questions
    options = [list(question.options) for question in questions.values()]
    return [dict(zip(questions, chosen, strict=True)) for chosen in product(*options)]


def made_up(
    count: int, answers: list[dict[str, str]], zone: str, monday: date, seed: int = SEED
) -> Iterator[Case]:
    """Patients spread over the opening hours of a week and over all answers; the same seed, the same ones."""
    chance = Random(seed)  # noqa: S311 - nothing is kept secret by it
    for number in range(count):
        day = monday + timedelta(days=chance.randrange(DAYS))
        start = datetime.combine(day, OPENS) + timedelta(minutes=STEP * chance.randrange(MINUTES // STEP + 1))
        after = timedelta(minutes=chance.randint(*DISCHARGE))
        yield (at_desk(zone, start, answers[number % len(answers)], after),)


def at_desk(zone: str, wall: datetime, answers: Mapping[str, str], after: timedelta) -> Enrolled:
    """A treatment that ended at that wall time, enrolled with the form so long after it."""
    treated_at = localtime.resolve(zone, wall)
    return Enrolled(Treatment(treated_at, zone, answers, treated_at + after, at_desk=True))
