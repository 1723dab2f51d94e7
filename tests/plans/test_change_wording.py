"""What becomes of reminders, in the same words wherever it is asked."""

from datetime import timedelta

import pytest

from scheduler.changes import ChangeTreatment, PlanEffect
from scheduler.domain.diff import Diff, Effect, Step
from scheduler.enrolment.effects import sentences
from scheduler.enrolment.further import Together
from scheduler.models import Episode
from scheduler.plans.wording import Wording
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run
from tests.enrolment.clinics import NOW
from tests.plans.changing import at, look

DAY_5 = at(25, 12)


@pytest.fixture
def effect(sam: Episode, channel: Recording) -> PlanEffect:
    run(channel, NOW, DAY_5)
    return look(sam, ChangeTreatment(answers={"area": "large"}), DAY_5)


def told(effect: PlanEffect, step: Step) -> str:
    """As whoever enrols another treatment reads it."""
    (sentence,) = sentences(Together(effect.timeline, Diff((step,)), 0))
    return sentence.split("): ")[1]


def appearing(effect: PlanEffect, kind: str) -> Step:
    step = next(step for step in effect.diff.steps if step.effect is Effect.APPEARS and step.planned)
    assert step.planned
    return step._replace(planned=step.planned._replace(kind=kind))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("correction", "is sent besides; the patient was told dates that are not right any more."),
        ("catch-up", "is sent besides; it says what holds now, in place of what was not sent."),
        ("daily", "is sent besides."),
    ],
)
def test_only_a_correction_is_about_dates_that_were_told(effect: PlanEffect, kind: str, said: str) -> None:
    assert told(effect, appearing(effect, kind)) == said


def test_where_only_its_last_moment_changes_it_says_nothing_else(effect: PlanEffect) -> None:
    rows = effect.diff.rows
    planned = next(p for p in effect.timeline.reminders if (p.episode, p.key) in rows)
    row = rows[planned.episode, planned.key]
    same = planned._replace(send_by=row.send_by + timedelta(hours=1), folds=row.folds, last=row.last)
    step = Step(row.episode, row.key, "x", Effect.CHANGES, row.due_at, row.due_at, row=row, planned=same)
    courses = {course.treatment.episode: course for course in effect.timeline.courses}
    why = Wording(courses, effect.timeline).why(step)
    assert why.startswith("it may leave until ")
    assert told(effect, step) == f"goes when it is planned; {why}."
