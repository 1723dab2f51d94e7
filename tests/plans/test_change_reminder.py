"""One reminder at another time, at once, or not at all."""

import pytest

from scheduler.changes import (
    Change,
    ChangeTreatment,
    MoveReminder,
    Pause,
    Refused,
    SendNow,
    SkipReminder,
)
from scheduler.dispatch.claim import claim
from scheduler.models import Episode, Reminder
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW
from tests.plans.changing import NURSE, at, do, events, look, row, rows_written, sent, standing, to_come

DAY_1 = at(21, 12)
END = at(31, 0, month=12)


def test_it_goes_at_the_time_that_a_person_chose(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    effect = do(sam, MoveReminder("day-5", "2026-11-26T15:30"), DAY_1)
    assert [str(line) for line in effect.changes] == [
        "5 days after treatment: Wed 25 Nov, 10:00 -> Thu 26 Nov, 15:30"
    ]
    assert row(sam, "day-5").moved_to == at(26, 15, 30)
    run(channel, DAY_1, at(26, 15))
    assert "day-5" not in sent(sam)
    run(channel, at(26, 15), at(26, 15, 30))
    assert "day-5" in sent(sam)


def test_the_event_names_the_reminder(sam: Episode) -> None:
    do(sam, MoveReminder("day-5", "2026-11-26T15:30"), DAY_1)
    (event,) = events(sam)
    assert (event.kind, event.actor, event.reminder) == ("reminder-moved", NURSE, row(sam, "day-5"))
    assert event.details["changed"] == {"due_at": ["2026-11-25T10:00:00+00:00", "2026-11-26T15:30:00+00:00"]}


def test_it_goes_at_once(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    do(sam, SendNow("day-5"), DAY_1)
    run(channel, DAY_1, DAY_1)
    assert "Pus or new redness" in sent(sam)["day-5"]
    assert events(sam)[0].kind == "reminder-sent-now"
    run(channel, DAY_1, END)
    assert list(sent(sam)).count("day-5") == 1


def test_one_that_is_skipped_never_goes(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    effect = do(sam, SkipReminder("day-5"), DAY_1)
    assert [str(line) for line in effect.changes] == ["5 days after treatment: planned -> not sent"]
    assert (row(sam, "day-5").status, row(sam, "day-5").status_reason) == ("skipped", "by-person")
    assert events(sam)[0].details["changed"] == {"status": ["scheduled", "skipped"]}
    run(channel, DAY_1, END)
    assert "day-5" not in sent(sam)


def test_skipping_the_last_one_lets_another_say_that_it_is_the_last(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    effect = do(sam, SkipReminder("day-28"), DAY_1)
    # With that sentence there is no room for the end of flying in the same text.
    assert [(line.what, line.why) for line in effect.steps] == [
        ("The end of the period without exercise", "it says other things"),
        ("The end of the period without flying", ""),
    ]
    do(sam, SkipReminder("flying-over"), DAY_1)
    run(channel, DAY_1, END)
    assert "This is our last reminder." in sent(sam)["day-14"]


def test_one_text_may_be_all_that_is_left_of_two_treatments(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(23, 15))
    second = treated_again(sam, at(23, 15))
    now = run(channel, at(23, 15, 30), at(5, 12, month=12))
    assert list(to_come(second)) == ["day-14", "day-28"]
    do(second, SkipReminder("day-28"), now)
    effect = do(second, SkipReminder("flying-over"), now)
    assert [planned.key for planned in effect.timeline.reminders] == ["day-14"]


def test_it_says_what_goes_unsaid_with_it_and_that_nothing_is_left(sam: Episode, channel: Recording) -> None:
    # The end of the period without flying is the same day, and part of that text.
    effect = look(sam, SkipReminder("day-14"), DAY_1)
    assert effect.notes[0] == (
        "What it says besides is not sent either: The end of the period without flying."
    )
    now = run(channel, NOW, at(17, 12, month=12))
    assert look(sam, SkipReminder("day-28"), now).warnings == (
        "This cannot be taken back.",
        "Nothing of this plan would be left to send.",
    )


@pytest.mark.parametrize("change", [SendNow("night-off"), MoveReminder("night-off", "2026-11-23T14:00")])
def test_what_begins_with_the_end_of_something_does_not_go_before_that(
    sam: Episode, channel: Recording, change: Change
) -> None:
    run(channel, NOW, DAY_1)
    with pytest.raises(Refused, match="on Mon 23 Nov, 15:00: not before that"):
        look(sam, change, DAY_1)


def test_skipping_what_nothing_else_says_is_warned_of(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    warned = look(sam, SkipReminder("night-off"), DAY_1).warnings
    assert warned[0] == "No other text says that on its day: tell the patient."


def test_a_critical_one_may_go_later_and_people_are_told(sam: Episode, channel: Recording) -> None:
    effect = do(sam, MoveReminder("clot-signs", "2026-11-25T09:00"), DAY_1)
    assert effect.warnings == ("Signs of a clot tells of an emergency, and would go later than planned.",)
    run(channel, NOW, at(25, 9))
    assert "IMPORTANT" in sent(sam)["clot-signs"]


def test_one_that_a_worker_holds_is_left_alone(sam: Episode) -> None:
    now = at(21, 9)
    Reminder.objects.for_clinic(sam.clinic).exclude(key="day-1").update(try_at=END)
    assert claim(now, worker="w", live={"sms"}).claimed
    with pytest.raises(Refused, match="being sent right now"):
        look(sam, SkipReminder("day-1"), now)


SENT_BY = "It must go before Fri 27 Nov, 20:30."


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (MoveReminder("day-5", "2026-11-27T20:30"), "past-send-by", SENT_BY),
        (MoveReminder("day-5", "2026-11-21T11:00"), "past", "This time has passed."),
        (MoveReminder("day-5", "2026-11-26T07:30"), "outside-hours", "It could go from Thu 26 Nov, 08:00."),
        (MoveReminder("day-5", "2026-11-26T20:30"), "outside-hours", "It could go from Fri 27 Nov, 08:00."),
        (MoveReminder("day-5", "2026-11-25T10:00"), "nothing-changes", "nothing"),
        (MoveReminder("day-5", "2026-10-25T01:30"), "fold", "first time or the second"),
        (MoveReminder("day-5", "2026-03-29T01:30"), "wrong-input", "never came"),
        (MoveReminder("day-5", "noon"), "wrong-input", "like this"),
        (MoveReminder("day-5", " "), "wrong-input", "Say when it is to go"),
        (MoveReminder("day-2", "2026-11-23T10:00"), "past-send-by", "before Sun 22 Nov, 20:30."),
        (MoveReminder("welcome", "2026-11-21T15:00"), "not-planned", "It has gone already."),
        (
            MoveReminder("flying-over", "2026-12-03T15:00"),
            "unknown-reminder",
            "still to come: day-2, night-off",
        ),
        (
            MoveReminder("clot-signs", "2026-12-03T09:00"),
            "critical-late",
            "It may go a day later at the most: by Wed 25 Nov, 09:00.",
        ),
        (
            SkipReminder("clot-signs"),
            "critical",
            "signs of an emergency. It cannot be skipped before Fri 4 Dec, 20:30.",
        ),
        (SkipReminder("day-99"), "unknown-reminder", "There is no reminder 'day-99'"),
        (SkipReminder("day-1"), "not-planned", "It has gone already."),
        (SendNow("day-1"), "not-planned", "It has gone already."),
    ],
)
def test_it_refuses_what_cannot_be(
    sam: Episode, channel: Recording, change: Change, code: str, said: str
) -> None:
    run(channel, NOW, DAY_1)
    before = rows_written(sam)
    with pytest.raises(Refused) as refused:
        look(sam, change, DAY_1)
    assert (refused.value.code, said in str(refused.value)) == (code, True)
    with pytest.raises(Refused):
        do(sam, change, DAY_1, seen_revision=1)
    assert rows_written(sam) == before


def test_it_is_not_sent_at_night(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(20, 22))
    with pytest.raises(Refused, match=r"between 08:00 and 20:30 only. It could go from Sat 21 Nov, 08:00."):
        look(sam, SendNow("day-2"), at(20, 22))


def test_it_is_not_moved_to_where_nothing_holds_of_what_it_says(sam: Episode) -> None:
    # It tells what holds when stockings do not any more.
    with pytest.raises(Refused, match="Nothing of what it says"):
        look(sam, MoveReminder("day-10", "2026-11-25T10:00"), DAY_1)


def test_while_the_plan_is_paused_only_a_critical_one_goes_at_once(sam: Episode, channel: Recording) -> None:
    now = run(channel, NOW, DAY_1)
    do(sam, Pause(), now)
    with pytest.raises(Refused, match="Resume the plan first"):
        look(sam, SendNow("day-5"), DAY_1)
    do(sam, SendNow("clot-signs"), DAY_1)
    run(channel, DAY_1, DAY_1)
    assert "clot-signs" in sent(sam)


def test_a_text_with_right_dates_for_wrong_ones_is_not_skipped(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 22))
    do(sam, ChangeTreatment(answers={"area": "large"}), at(25, 22))
    for change, said in (
        (SkipReminder("correction-1"), "has to go"),
        (MoveReminder("correction-1", "2026-11-26T12:00"), "as soon as texts may be sent"),
        (SendNow("correction-1"), "as soon as texts may be sent, Thu 26 Nov, 08:00"),
    ):
        with pytest.raises(Refused, match=said):
            look(sam, change, at(25, 22, 1))
    assert "correction-1" in to_come(sam)


def test_what_was_decided_is_told(sam: Episode) -> None:
    do(sam, SkipReminder("day-5"), DAY_1)
    with pytest.raises(Refused, match="It is taken out already: somebody decided that it is not sent"):
        look(sam, MoveReminder("day-5", "2026-11-25T15:00"), DAY_1)
    assert standing(sam, "day-5")[0] == "skipped"


def test_a_chosen_time_ends_with_the_dates_that_it_was_chosen_for(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    do(sam, MoveReminder("day-5", "2026-11-26T15:30"), DAY_1)
    effect = do(sam, ChangeTreatment(treated="2026-11-19T15:30", late_confirmed=True), DAY_1)
    assert effect.notes[0] == (
        "5 days after treatment goes by the new dates, no longer at the time that was chosen for it."
    )
    assert (row(sam, "day-5").moved_to, row(sam, "day-5").due_at) == (None, at(24, 10))
    assert [str(line) for line in effect.steps if "5 days" in str(line)] == [
        "5 days after treatment: Thu 26 Nov, 15:30 -> Tue 24 Nov, 10:00"
    ]


def test_a_chosen_time_outlasts_an_answer(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    do(sam, MoveReminder("day-5", "2026-11-26T15:30"), DAY_1)
    do(sam, ChangeTreatment(answers={"area": "large"}), DAY_1)
    assert row(sam, "day-5").due_at == at(26, 15, 30)
