"""How much texts say and how many there are, changed while a plan runs."""

from datetime import UTC, datetime

import pytest

from scheduler.changes import ChangeTexts, ChangeTreatment, Refused
from scheduler.models import Episode, Patient
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run
from tests.enrolment.clinics import NOW
from tests.plans.changing import at, do, events, look, row, rows_written, sent, to_come

DAY_1 = at(21, 12)
END = datetime(2027, 1, 10, tzinfo=UTC)


def test_fewer_texts_leave_those_that_nobody_should_do_without(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    whole = to_come(sam)
    effect = do(sam, ChangeTexts(fewer="yes"), DAY_1)
    assert [str(line) for line in effect.changes] == ["Fewer texts: no -> yes"]
    assert {line.after for line in effect.steps} == {"not sent"}
    assert list(to_come(sam)) == ["night-off", "clot-signs", "day-7", "day-14", "day-28"]
    assert (row(sam, "day-2").status, row(sam, "day-2").status_reason) == ("skipped", "fewer-texts")
    do(sam, ChangeTexts(fewer="no"), DAY_1)
    assert to_come(sam) == whole
    assert [event.kind for event in events(sam)] == ["texts-changed", "texts-changed"]


def test_the_effect_shows_the_words_that_change(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    before = rows_written(sam)
    effect = look(sam, ChangeTexts(detail="minimal"), DAY_1)
    assert [str(line) for line in effect.changes] == [
        "What texts say: as the clinic has it -> only that there is a reminder"
    ]
    assert not effect.diff
    assert {one.planned.key for one in effect.reworded} == to_come(sam).keys()
    assert rows_written(sam) == before


def test_texts_that_told_nothing_owe_no_correction(sam: Episode, channel: Recording) -> None:
    do(sam, ChangeTexts(detail="minimal"), NOW)
    run(channel, NOW, at(25, 12))
    effect = do(sam, ChangeTreatment(answers={"area": "large"}), at(25, 12))
    assert not effect.diff.corrections


def test_what_was_told_before_is_corrected_by_a_word_and_a_link(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 12))
    do(sam, ChangeTexts(detail="minimal"), at(25, 12))
    effect = do(sam, ChangeTreatment(answers={"area": "large"}), at(25, 12))
    assert len(effect.diff.corrections) == 1
    run(channel, at(25, 12), END)
    texts = sent(sam)
    assert "You have a reminder: see the link." in texts["correction-1"]
    assert [key for key in texts if key.startswith("correction")] == ["correction-1"]


def test_who_looks_is_told_that_the_page_is_not_there(sam: Episode) -> None:
    Patient.objects.for_clinic(sam.clinic).update(page_revoked_at=NOW)
    effect = look(sam, ChangeTexts(detail="minimal"), DAY_1)
    assert "texts ask the patient to call" in effect.warnings[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ChangeTexts(detail="loud"), "detail"),
        (ChangeTexts(fewer="perhaps"), "fewer_texts"),
        (ChangeTexts(fewer="no"), "plan"),
        (ChangeTexts(detail=""), "plan"),
    ],
)
def test_what_cannot_be_done_is_refused(sam: Episode, change: ChangeTexts, field: str) -> None:
    before = rows_written(sam)
    with pytest.raises(Refused) as refused:
        do(sam, change, DAY_1)
    assert list(refused.value.faults) == [field]
    assert rows_written(sam) == before
