"""Pause, resume, cancel."""

import pytest

from scheduler.changes import Cancel, ChangeTreatment, Pause, Refused, Resume, SkipReminder
from scheduler.models import Episode
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW
from tests.plans.changing import at, do, events, look, row, rows_written, sent, standing, to_come

DAY_3 = at(23, 12)
END = at(31, 0, month=12)


def test_a_pause_holds_everything_but_what_is_critical(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_3)
    effect = do(sam, Pause(), DAY_3)
    assert "Signs of a clot (Tue 24 Nov, 09:00) goes nevertheless." in effect.notes
    assert effect.notes[0].startswith("Nothing but critical texts is sent until somebody resumes the plan.")
    before = set(sent(sam))
    run(channel, DAY_3, at(26, 12))
    assert set(sent(sam)) - before == {"clot-signs"}


@pytest.mark.parametrize(
    ("resumed", "goes"),
    [
        (at(24, 12), ["night-off"]),
        (at(26, 12), ["catchup-2026-11-26"]),
    ],
    ids=["after a day", "after three days"],
)
def test_what_was_missed_is_made_up_for_by_one_text(
    sam: Episode, channel: Recording, resumed: object, goes: list[str]
) -> None:
    run(channel, NOW, DAY_3)
    do(sam, Pause(), DAY_3)
    run(channel, DAY_3, resumed)
    before = set(sent(sam))
    do(sam, Resume(), resumed)
    run(channel, resumed, resumed)
    assert [key for key in sent(sam) if key not in before] == goes
    run(channel, resumed, END)
    assert {"day-7", "day-10", "day-14", "day-28"} <= sent(sam).keys()
    assert [event.kind for event in events(sam)] == ["plan-paused", "plan-resumed"]


def test_a_cancelled_plan_sends_nothing(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_3)
    before = sent(sam)
    effect = do(sam, Cancel(), DAY_3)
    assert effect.warnings == ("Signs of a clot (Tue 24 Nov, 09:00) is not sent: tell the patient.",)
    assert {line.after for line in effect.steps} == {"not sent"}
    run(channel, DAY_3, END)
    assert (sent(sam), to_come(sam)) == (before, {})
    assert standing(sam, "clot-signs")[0] == "cancelled"
    (event,) = events(sam)
    assert (event.kind, event.details["changed"]) == ("plan-cancelled", {"state": ["active", "cancelled"]})
    assert event.details["revisions"] == {str(sam.pk): 2}


def test_what_a_cancelled_treatment_spoke_for_returns(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 15))
    second = treated_again(sam, at(25, 15))
    assert standing(sam, "day-14")[0] == "superseded"
    spoken_for = [one for one in sam.reminders.all() if one.status in ("folded", "superseded")]
    effect = do(second, Cancel(), at(25, 15, 31))
    assert "it goes after all" in {line.why for line in effect.steps}
    assert standing(sam, "day-14") == ("scheduled", "2026-12-04T18:00")
    # They go by themselves again, or in a text of their own treatment.
    left = [one for one in (row(sam, one.key) for one in spoken_for) if one.status != "scheduled"]
    assert all((one.status, one.decided_by) == ("folded", sam) for one in left)
    run(channel, at(25, 15, 31), END)
    assert "No-exercise period ends Fri 4 Dec." in sent(sam)["day-14"]
    assert "day-28" in sent(sam)
    assert not sent(second)


def test_dates_that_a_cancelled_treatment_told_are_corrected(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 15))
    second = treated_again(sam, at(25, 15))
    run(channel, at(25, 15, 30), at(25, 16))
    assert "gym to Wed 9 Dec" in sent(second)["welcome"]
    effect = do(second, Cancel(), at(25, 16))
    assert "gym to Fri 4 Dec" in effect.texts[0].text.sms
    run(channel, at(25, 16), at(25, 18))
    assert "gym to Fri 4 Dec" in sent(sam)["correction-1"]


@pytest.mark.parametrize("change", [Pause(), SkipReminder("day-28"), Cancel(), ChangeTreatment(site="left")])
def test_a_cancelled_plan_is_not_changed(sam: Episode, change: object) -> None:
    do(sam, Cancel(), DAY_3)
    before = rows_written(sam)
    with pytest.raises(Refused, match="This plan is cancelled"):
        look(sam, change, DAY_3)
    assert rows_written(sam) == before


@pytest.mark.parametrize("change", [Pause(), Cancel(), ChangeTreatment(site="left")])
def test_a_plan_that_is_over_is_not_changed(sam: Episode, channel: Recording, change: object) -> None:
    run(channel, NOW, END)
    before = rows_written(sam)
    with pytest.raises(Refused, match="This plan ended with Fri 18 Dec") as refused:
        look(sam, change, END)
    assert refused.value.code == "ended"
    assert rows_written(sam) == before


def test_what_is_so_already_is_not_done_again(sam: Episode) -> None:
    with pytest.raises(Refused, match="This would change nothing"):
        do(sam, Resume(), DAY_3)
    do(sam, Pause(), DAY_3)
    before = rows_written(sam)
    with pytest.raises(Refused, match="This would change nothing"):
        do(sam, Pause(), DAY_3)
    assert rows_written(sam) == before


def test_what_a_cancelled_treatment_never_sent_does_not_count_as_gone(
    sam: Episode, channel: Recording
) -> None:
    run(channel, NOW, DAY_3)
    gone = look(sam, Pause(), DAY_3).diff.gone
    second = treated_again(sam, at(25, 15))
    do(second, Cancel(), at(25, 15, 31))
    assert look(sam, Pause(), at(25, 15, 32)).diff.gone == gone


def test_staff_hear_that_a_paused_plan_corrects_nothing_by_itself(sam: Episode, channel: Recording) -> None:
    evening = at(23, 19)
    run(channel, NOW, evening)
    do(sam, Pause(), evening)
    effect = look(sam, ChangeTreatment(answers={"area": "large"}), evening)
    assert any("No text corrects it before the plan is resumed" in note for note in effect.notes)


def test_a_pause_is_of_one_treatment_and_says_so(sam: Episode, channel: Recording) -> None:
    assert not any("The other" in note for note in look(sam, Pause(), DAY_3).notes)
    run(channel, NOW, at(25, 15))
    second = treated_again(sam, at(25, 15))
    notes = look(second, Pause(), at(25, 16)).notes
    assert "The other treatment's texts go on: the treatment of Fri 20 Nov." in notes
    do(sam, Pause(), at(25, 16))
    assert not any("The other" in note for note in look(second, Pause(), at(25, 16)).notes)


def test_a_pause_of_what_decides_leaves_ends_unsaid_and_says_so(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 15))
    second = treated_again(sam, at(25, 15))
    assert standing(sam, "day-14")[0] == "superseded"
    (warning,) = look(second, Pause(), at(25, 16)).warnings
    assert warning.startswith("Nobody tells the patient when this ends while this plan is paused: ")
    assert "No exercise (Wed 9 Dec)" in warning
    assert "No waxing (Wed 23 Dec)" in warning
    assert look(sam, Pause(), at(25, 16)).warnings == ()
