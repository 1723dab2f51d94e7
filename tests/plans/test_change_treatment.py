"""The end of a treatment, an answer, the zone, the leg: corrected while texts are on their way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from scheduler.changes import ChangeTreatment, MoveReminder, Refused, SkipReminder
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.domain.replan import replan
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Episode
from scheduler.plans.cases import load_cases
from tests.dispatch.plans import Recording, patient_of
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW, asked
from tests.plans.changing import (
    NURSE,
    WHY,
    at,
    do,
    events,
    look,
    revision,
    row,
    rows_written,
    sent,
    standing,
    to_come,
)

LARGE = ChangeTreatment(answers={"area": "large"})
DAY_5 = at(25, 12)


def test_larger_areas_on_day_5_are_corrected_by_a_text_that_is_true(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_5)
    assert "Stockings in the daytime to Fri 27 Nov." in sent(sam)["day-5"]
    effect = do(sam, LARGE, DAY_5)
    (correction,) = effect.texts
    assert correction.text.sms.startswith(
        "Leafy Clinic: Your corrected dates: Stockings in the daytime to Mon 30 Nov."
    )
    assert any("Stockings in the daytime (right: Mon 30 Nov)" in note for note in effect.notes)
    run(channel, DAY_5, at(31, 0, month=12))
    texts = sent(sam)
    assert texts["correction-1"] == correction.text.sms
    assert [key for key in texts if key not in ("first-evening",)].index("correction-1") == 6
    assert [
        key for key in ("day-7", "day-8", "day-9") if "Stockings in the daytime to Mon 30 Nov." in texts[key]
    ]
    assert "Daytime stockings end Mon 30 Nov." in texts["day-10"]
    assert list(texts)[-1] == "day-28"
    assert "correction-2" not in texts


def test_a_correction_takes_the_place_of_what_it_says_and_of_nothing_else(
    sam: Episode, channel: Recording
) -> None:
    """On Day 5 a text tells of the skin, which no correction does; on Day 6 only of what still holds."""
    run(channel, NOW, at(25, 8, 30))
    do(sam, LARGE, at(25, 8, 30))
    run(channel, at(25, 8, 30), at(25, 12))
    assert "Pus or new redness: email us" in sent(sam)["day-5"]
    do(sam, ChangeTreatment(answers={"area": "small"}), at(26, 9))
    run(channel, at(26, 9), at(26, 12))
    assert "No waxing to Fri 18 Dec." in sent(sam)["correction-2"]
    assert standing(sam, "day-6")[0] == "skipped"


def test_a_text_in_a_workers_hands_is_let_go_and_says_what_is_right(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(25, 9))
    batch = claim(at(25, 10), worker="w", live={"sms"})
    assert "Fri 27 Nov" in batch.claimed[0].outgoing.text
    do(sam, LARGE, at(25, 10))
    assert recheck(batch.claimed, at(25, 10), worker="w") == ()
    run(channel, at(25, 10), at(25, 12))
    assert "Stockings in the daytime to Mon 30 Nov." in sent(sam)["correction-1"]
    assert "Fri 27 Nov" not in sent(sam)["day-5"]


def test_one_event_tells_who_changed_what_and_why(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_5)
    do(sam, LARGE, DAY_5)
    (event,) = events(sam)
    assert (event.kind, event.actor, event.at, event.reminder) == ("treatment-changed", NURSE, DAY_5, None)
    assert event.details["why"] == WHY
    assert event.details["changed"] == {"answers.area": ["small", "large"]}
    assert event.details["revisions"] == {str(sam.pk): 2}
    assert [key for _, key, effect, *_ in event.details["steps"] if effect == "appears"] == [
        "correction-1",
        "day-8",
        "day-9",
    ]
    assert revision(sam) == 2


def test_looking_writes_nothing(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_5)
    before = rows_written(sam)
    effect = look(sam, LARGE, DAY_5)
    assert effect.diff
    assert rows_written(sam) == before


def test_a_correction_that_has_not_gone_is_withdrawn_when_the_change_is_taken_back(
    sam: Episode, channel: Recording
) -> None:
    night = at(25, 22)
    run(channel, NOW, night)
    do(sam, LARGE, night)
    assert to_come(sam)["correction-1"] == "2026-11-26T08:00"
    effect = do(sam, ChangeTreatment(answers={"area": "small"}), at(25, 22, 30))
    assert not effect.texts
    assert "correction-1" not in to_come(sam)
    run(channel, at(25, 22, 30), at(31, 0, month=12))
    assert not [key for key in sent(sam) if key.startswith("correction")]
    assert "Daytime stockings end Fri 27 Nov." in sent(sam)["day-7"]


def test_a_correction_that_has_gone_is_corrected_by_a_second(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_5)
    do(sam, LARGE, DAY_5)
    run(channel, DAY_5, at(25, 13))
    do(sam, ChangeTreatment(answers={"area": "small"}), at(25, 13))
    run(channel, at(25, 13), at(26, 9))
    assert "Stockings in the daytime to Mon 30 Nov." in sent(sam)["correction-1"]
    assert "Stockings in the daytime to Fri 27 Nov." in sent(sam)["correction-2"]


@pytest.mark.parametrize(
    ("first", "then", "stockings"),
    [
        ("2026-11-20T15:00", "2026-11-20T09:00", "09:00 Mon 23 Nov"),
        ("2026-11-20T15:00", "2026-11-19T16:00", "16:00 Sun 22 Nov"),
        ("2026-11-19T16:00", "2026-11-20T15:00", "15:00 Mon 23 Nov"),
    ],
    ids=["some hours", "a day earlier", "a day later"],
)
def test_before_the_welcome_nothing_is_corrected(
    clinic: Clinic, channel: Recording, first: str, then: str, stockings: str
) -> None:
    episode = patient_of(clinic, treated=first)
    effect = do(episode, ChangeTreatment(treated=then), at(20, 15, 31))
    assert not effect.texts
    run(channel, at(20, 15, 31), at(20, 16))
    assert f"Stockings day & night to {stockings}." in sent(episode)["welcome"]


def test_a_treatment_may_have_ended_after_the_patient_was_enrolled(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(21, 18))
    effect = do(sam, ChangeTreatment(treated="2026-11-21T11:00"), at(21, 18))
    assert "Stockings day & night to 11:00 Tue 24 Nov." in effect.texts[0].text.sms
    run(channel, at(21, 18), at(31, 0, month=12))
    texts = sent(sam)
    assert "Stockings in the daytime to Sat 28 Nov." in texts["clot-signs"]
    assert "No-waxing period ends Sat 19 Dec." in texts["day-28"]


@pytest.mark.parametrize(
    ("first", "then", "heat"),
    [
        ("2026-11-20T15:00", "2026-11-19T15:10", "Thu 3 Dec"),
        ("2026-11-19T16:00", "2026-11-20T15:00", "Fri 4 Dec"),
    ],
    ids=["a day earlier", "a day later"],
)
def test_after_the_welcome_another_day_is_corrected(
    clinic: Clinic, channel: Recording, first: str, then: str, heat: str
) -> None:
    episode = patient_of(clinic, treated=first, at_desk=False)
    run(channel, NOW, at(20, 15, 40))
    effect = do(episode, ChangeTreatment(treated=then, late_confirmed=True), at(20, 15, 40))
    assert f"No heat/gym to {heat} at least, nor exercise." in effect.texts[0].text.sms
    run(channel, at(20, 15, 40), at(20, 16, 30))
    assert sent(episode)["correction-1"] == effect.texts[0].text.sms
    assert row(episode, "day-14").due_local == f"2026-12-0{heat[4]}T18:00"


def test_only_what_is_still_to_come_moves(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(22, 12))
    before = {key: row(sam, key).due_at for key in sent(sam)}
    do(sam, ChangeTreatment(treated="2026-11-20T10:00"), at(22, 12))
    assert {key: row(sam, key).due_at for key in before} == before
    assert min(to_come(sam).values()) >= "2026-11-22T12:00"


def test_another_zone_moves_the_clock_and_not_the_treatment(clinic: Clinic, channel: Recording) -> None:
    """New York puts its clocks back on 1 November, a week after London."""
    treated = datetime(2026, 10, 23, 14, 0, tzinfo=UTC)
    with override_settings(TWILIO=True):
        asked_for = asked(clinic, treated="2026-10-23T15:00", channels=("sms",))
        episode = enrol(asked_for, NURSE, treated + timedelta(minutes=30)).episode
    now = run(channel, treated, datetime(2026, 10, 23, 20, 0, tzinfo=UTC))
    effect = do(episode, ChangeTreatment(zone="America/New_York"), now)
    assert any("Fri 23 Oct, 10:00 in America/New_York" in note for note in effect.notes)
    assert any(line.why.endswith("on the clock of America/New_York") for line in effect.steps)
    kept = Episode.objects.for_clinic(clinic).get(pk=episode.pk)
    assert (kept.treated_at, kept.treated_local) == (treated, "2026-10-23T10:00")
    assert [to_come(episode)[key] for key in ("day-2", "day-10")] == ["2026-10-25T09:00", "2026-11-02T09:00"]
    assert row(episode, "day-2").due_at == datetime(2026, 10, 25, 13, 0, tzinfo=UTC)
    assert row(episode, "day-10").due_at == datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
    # What was told to the hour is another hour on that clock.
    assert "to 10:00 Mon 26 Oct" in effect.texts[0].text.sms


def test_a_time_is_read_on_the_clock_of_the_zone_that_it_comes_with(sam: Episode) -> None:
    effect = look(sam, ChangeTreatment(treated="2026-11-20T09:00", zone="America/New_York"), at(20, 16))
    assert effect.timeline.treatment.treated_at == at(20, 14)
    assert not [note for note in effect.notes if "same instant" in note]


def test_several_things_at_once_are_one_change(sam: Episode) -> None:
    do(sam, ChangeTreatment(treated="2026-11-20T14:00", answers={"area": "large"}, site="left"), at(20, 16))
    (event,) = events(sam)
    assert event.details["changed"] == {
        "treated_at": ["2026-11-20T15:00:00+00:00", "2026-11-20T14:00:00+00:00"],
        "site": ["", "left"],
        "answers.area": ["small", "large"],
    }
    assert (revision(sam), row(sam, "day-10").message) == (2, "stocking-day")


def test_what_was_skipped_by_a_person_stays_skipped(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, at(21, 12))
    do(sam, SkipReminder("day-6"), at(21, 12))
    do(sam, ChangeTreatment(treated="2026-11-20T10:00"), at(21, 12, 1))
    assert standing(sam, "day-6")[0] == "skipped"
    run(channel, at(21, 12, 1), at(31, 0, month=12))
    assert "day-6" not in sent(sam)


def test_what_a_person_moved_stays_there_while_the_day_of_treatment_does(
    sam: Episode, channel: Recording
) -> None:
    run(channel, NOW, at(21, 12))
    do(sam, MoveReminder("day-6", "2026-11-25T16:30"), at(21, 12))
    do(sam, ChangeTreatment(treated="2026-11-20T10:00"), at(21, 12, 1))
    assert standing(sam, "day-6") == ("scheduled", "2026-11-25T16:30")
    do(sam, ChangeTreatment(treated="2026-11-19T15:10", late_confirmed=True), at(21, 12, 2))
    assert standing(sam, "day-6") == ("scheduled", "2026-11-25T10:00")
    run(channel, at(21, 12, 2), at(25, 16, 30))
    assert "day-6" in sent(sam)


@pytest.mark.parametrize(
    ("change", "code", "field", "said"),
    [
        (ChangeTreatment(), "nothing-changes", "plan", "nothing"),
        (ChangeTreatment(treated="2026-11-20T15:00"), "nothing-changes", "plan", "nothing"),
        (ChangeTreatment(treated="2026-11-20T16:00+01:00"), "nothing-changes", "plan", "nothing"),
        (
            ChangeTreatment(answers={"area": "small"}, site="", zone="Europe/London"),
            "nothing-changes",
            "plan",
            "",
        ),
        (ChangeTreatment(treated="2026-11-23T15:00"), "future", "treated", "in the future"),
        (ChangeTreatment(treated="2026-10-20T15:00"), "over", "treated", "so long ago"),
        (ChangeTreatment(treated="2026-11-19T15:00"), "confirm-late", "late_confirmed", "24 hours"),
        (ChangeTreatment(treated="yesterday"), "wrong-input", "treated", "like this"),
        (ChangeTreatment(treated=""), "wrong-input", "treated", "Say when"),
        (ChangeTreatment(treated="2026-03-29T01:30"), "wrong-input", "treated", "never came"),
        (ChangeTreatment(treated="2026-10-25T01:30"), "fold", "fold", "first time or the second"),
        (ChangeTreatment(treated="2026-10-25T01:30", fold="third"), "fold", "fold", "first or second"),
        (ChangeTreatment(answers={"area": "huge"}), "wrong-input", "answers.area", "Choose one of"),
        (ChangeTreatment(answers={"shoe": "42"}), "wrong-input", "answers.shoe", "no such question"),
        (ChangeTreatment(zone="Europe/Londinium"), "wrong-input", "zone", "not a time zone"),
        (ChangeTreatment(site="middle"), "wrong-input", "site", "left, right or both"),
    ],
)
def test_it_refuses_what_cannot_be(
    sam: Episode, change: ChangeTreatment, code: str, field: str, said: str
) -> None:
    now, before = at(22, 12), rows_written(sam)
    for attempt in (look, do):
        with pytest.raises(Refused) as refused:
            attempt(sam, change, now, **({"seen_revision": 1} if attempt is do else {}))
        assert refused.value.code == code
        assert said in refused.value.faults[field]
    assert rows_written(sam) == before


def test_it_names_every_fault_at_once(sam: Episode) -> None:
    with pytest.raises(Refused) as refused:
        look(sam, ChangeTreatment(treated="soon", site="middle", answers={"area": "huge"}), at(22, 12))
    assert refused.value.faults.keys() == {"treated", "site", "answers.area"}


def test_it_says_that_a_critical_text_has_gone(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_5)
    effect = look(sam, ChangeTreatment(treated="2026-11-20T10:00"), DAY_5)
    assert effect.warnings == ("Signs of a clot has gone already (Tue 24 Nov, 09:00) and is not sent again.",)


def test_what_was_told_of_a_leg_was_told_of_the_one_that_was_treated(
    clinic: Clinic, channel: Recording
) -> None:
    first = patient_of(clinic, site="left")
    run(channel, NOW, at(22, 15))
    second = treated_again(first, at(22, 15), site="right")
    now = run(channel, at(22, 15, 30), at(23, 12))
    assert "Stockings day & night to 15:00 Wed 25 Nov" in sent(second)["welcome"]
    effect = do(second, ChangeTreatment(site="left"), now)
    # The newer treatment's welcome has told of that leg what is right for both.
    assert not effect.texts
    timeline, differs = replan(load_cases([first.patient_id])[first.patient_id], now)
    assert not differs
    assert timeline.reminders == effect.timeline.reminders


def test_texts_whose_words_change_while_their_time_stays_are_shown(sam: Episode) -> None:
    effect = look(sam, ChangeTreatment(treated="2026-11-20T14:00"), at(20, 15, 31))
    (line,) = [line for line in effect.steps if line.what == "The day after treatment"]
    assert line.before == line.after == "Sat 21 Nov, 09:00"
    assert "Keep your treated leg raised as much as you can until 14:00 Sat 21 Nov." in line.why
    assert "day-1" in {one.planned.key for one in effect.reworded}
    assert not any(step.key == "day-1" for step in effect.diff.steps)


def test_a_change_that_leaves_the_words_alone_rewords_nothing(sam: Episode) -> None:
    assert look(sam, SkipReminder("day-6"), at(20, 15, 31)).reworded == ()
