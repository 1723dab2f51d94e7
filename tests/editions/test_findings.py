"""What is wrong with a clinic's settings, and what somebody should know before publishing them."""

from pathlib import Path

import pytest

from scheduler.domain.edits.findings import Finding, below_leaflet, findings
from scheduler.domain.edits.samples import LONGEST_CONTACT, LONGEST_LINK, all_answers, samples
from scheduler.domain.protocol_file import load
from tests.domain.plans import CONTACT, LEAFLET, LINK, LONDON, at, protocol

MOON_BATH = load(Path(__file__).parents[1] / "domain" / "made_up.yaml")


def found(settings: dict[str, str], **reasons: str) -> list[Finding]:
    return list(findings(LEAFLET, {"no_flying": "omit"} | settings, reasons=reasons, zone=LONDON))


def codes(settings: dict[str, str]) -> set[tuple[str, str]]:
    return {(one.name, one.code) for one in found(settings)}


def test_the_protocol_with_the_clinics_own_choice_has_nothing_to_say() -> None:
    assert found({}) == []


def test_what_only_the_clinic_can_say_is_asked_for() -> None:
    (only,) = findings(LEAFLET, {}, reasons={}, zone=LONDON)
    assert (only.name, only.code, only.is_fault) == ("no_flying", "not-set", True)


FAULTS = [
    ("lines.waxing.sms", "No wax to {no-waxing.day}.", "unknown-placeholder"),
    ("lines.waxing.sms", "No wax to {nothing.date}.", "unknown-placeholder"),
    ("lines.waxing.email", "{name}", "unknown-placeholder"),
    ("lines.waxing.sms", "{watch-clot.date}", "unknown-placeholder"),
    ("lines.waxing.sms", "{{no-waxing.date}}", "lone-brace"),
    ("lines.waxing.sms", "No wax }", "lone-brace"),
    ("lines.waxing.sms", "Don\u2019t wax.", "costly-character"),
    ("lines.waxing.sms", "\U0001f600", "costly-character"),
    ("lines.waxing.sms", "No wax today.", "relative-day"),
    ("lines.waxing.email", "From Tonight on.", "relative-day"),
    ("lines.waxing.email", "Until day 28.", "relative-day"),
    ("lines.waxing.sms", "No flying to {no-flying.date}.", "not-always-filled"),
    ("lines.waxing.email", "See {website}.", "not-always-filled"),
    ("messages.day-1.subject", "See {website}", "not-always-filled"),
    ("messages.day-1.subject", "{oops}", "unknown-placeholder"),
    ("lines.waxing.sms", "No wax. " * 20, "too-long"),
    ("messages.day-6.send_by", "28d", "falls-silent"),
]


@pytest.mark.parametrize(("name", "text", "code"), FAULTS)
def test_a_fault_is_found_under_its_name(name: str, text: str, code: str) -> None:
    faults = {(one.name, one.code) for one in found({name: text}) if one.is_fault}
    assert (name, code) in faults


def test_a_text_that_lengths_alone_make_long_is_no_fault() -> None:
    long = [one for one in found({"continuous_wear": "7d", "no_flying": "14d"}) if one.code == "too-long"]
    assert all(not one.is_fault and one.name.startswith("messages.") for one in long)


def test_every_fault_is_a_sentence() -> None:
    for name, text, _ in FAULTS:
        for one in found({name: text}):
            assert one.sentence[0].isupper() or not one.sentence[0].isalpha()
            assert one.sentence[-1] in ".?"


def test_all_faults_come_at_once_and_a_wrong_value_hides_none() -> None:
    settings = {"morning": "9", "messages.clot-signs": "off", "lines.waxing.sms": "{oops} \u2013 today"}
    assert {one.code for one in found(settings) if one.is_fault} == {
        "wrong-value",
        "locked",
        "unknown-placeholder",
        "costly-character",
        "relative-day",
    }


def test_an_email_may_have_any_character() -> None:
    assert found({"lines.waxing.email": "Don\u2019t wax up to {no-waxing.date} \u2013 please."}) == []


def test_a_phase_that_the_line_asks_for_may_be_named() -> None:
    named = {"no_flying": "14d", "lines.flying.sms": "No flight to {no-flying.end}."}
    assert not [one for one in found(named) if one.is_fault]


def test_a_length_below_the_protocols_own_wants_a_reason() -> None:
    settings = {"continuous_wear": "2d", "further_wear.large": "6d", "no_heat": "15d"}
    assert below_leaflet(LEAFLET, settings) == {
        "continuous_wear": "2d instead of 3d",
        "further_wear.large": "6d instead of 7d",
    }
    assert ("continuous_wear", "reason-missing") in codes(settings)
    (given,) = [
        one for one in found(settings, continuous_wear="Our own study.") if one.code == "below-leaflet"
    ]
    assert given.sentence.endswith("The reason given: Our own study.")
    assert not given.is_fault


def test_one_length_for_all_answers_is_below_where_it_is_for_one_of_them() -> None:
    assert below_leaflet(LEAFLET, {"further_wear": "5d"}) == {"further_wear": "5d instead of 7d"}


def test_flying_has_no_length_to_be_below() -> None:
    assert below_leaflet(LEAFLET, {"no_flying": "1d"}) == {}


def test_a_message_that_is_off_lists_what_no_message_says_then() -> None:
    (off,) = found({"messages.day-5": "off"})[:1]
    assert (off.name, off.code, off.statements) == ("messages.day-5", "switched-off", ("L34",))
    assert "on the patient's page, but in no message: L34" in off.sentence
    assert "L31" not in off.sentence  # every message says it


def test_what_another_message_says_is_lost_with_both() -> None:
    one, both = {"messages.day-14": "off"}, {"messages.day-14": "off", "messages.day-10": "off"}
    both |= {"messages.day-6": "off", "messages.day-2": "off"}
    assert [f.statements for f in found(one) if f.code == "switched-off"] == [()]
    assert all("Another message" in f.sentence for f in found(both) if f.code == "switched-off")


def test_what_neither_page_nor_message_says_is_said_nowhere() -> None:
    no_page = MOON_BATH.phases["with-hat"].model_copy(update={"statements": ("M01",)})
    moon = MOON_BATH.model_copy(update={"phases": {**MOON_BATH.phases, "with-hat": no_page}})
    settings = {"messages.hats-on": "off", "messages.hat-day": "off"}
    sentences = [one.sentence for one in findings(moon, settings, reasons={}, zone=LONDON)]
    assert sentences == ["Switched off. Then said nowhere: M02 (Then wear a hat)."] * 2


def test_the_text_that_fills_the_day_is_told() -> None:
    told = [one for one in found({"messages.day-6": "off"}) if one.code == "goes-instead"]
    assert [one.sentence for one in told] == [
        "Where its day has no other text, 'quiet-stocking-day' goes instead."
    ]


def test_a_named_time_outside_sending_hours_is_pulled_in() -> None:
    pulled = {one.name: one.sentence for one in found({"sending_until": "18:00", "morning": "07:00"})}
    assert pulled["evening"].endswith("sending hours from 08:00 to 18:00 its messages go at 17:30.")
    assert pulled["morning"].endswith("its messages go at 08:00.")
    assert "late-morning" not in pulled


EACH_ANSWER = {"further_wear": "9d", "further_wear.small": "5d", "further_wear.large": "8d"}
WARNINGS = [
    ({"morning": "09:00"}, ("morning", "changes-nothing")),
    ({"no_heat": "2w"}, ("no_heat", "changes-nothing")),
    ({"messages.day-6": "on"}, ("messages.day-6", "changes-nothing")),
    ({"lines.waxing.sms": ""}, ("lines.waxing.sms", "changes-nothing")),
    (EACH_ANSWER, ("further_wear", "changes-nothing")),
    ({"lines.waxing.sms": "No wax."}, ("lines.waxing.sms", "date-gone")),
    ({"lines.clot-signs.email": "Signs."}, ("lines.clot-signs.email", "critical-reworded")),
    ({"messages.clot-signs.day": "6"}, ("messages.clot-signs.day", "critical-later")),
    ({"messages.day-1.day": "3"}, ("messages.day-1.subject", "subject-stays")),
    ({"messages.day-6.day": "40"}, ("messages.day-6", "never-sent")),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "warning"), WARNINGS)
def test_it_warns_of_it(settings: dict[str, str], warning: tuple[str, str]) -> None:
    assert warning in codes(settings)
    assert not [one for one in found(settings) if one.is_fault]


def test_there_is_a_sample_for_every_combination_of_answers() -> None:
    made = samples(protocol(), CONTACT, LINK, zone=LONDON, treated_at=at("2026-11-20T15:00"))
    assert [sample.answers for sample in made] == [{"area": "small"}, {"area": "large"}]
    assert [one.reminder.key for one in made[0].texts][:2] == ["welcome", "first-evening"]
    assert all(one.text.segments <= one.most for sample in made for one in sample.texts)


def test_a_protocol_without_questions_has_one_sample() -> None:
    assert list(all_answers(LEAFLET.model_copy(update={"questions": {}}))) == [{}]


def test_the_limits_are_those_that_texts_are_measured_with() -> None:
    sizes = len(LONGEST_CONTACT.name), len(LONGEST_CONTACT.urgent_phone), len(LONGEST_LINK)
    assert sizes == (20, 16, 40)


def test_a_line_of_the_email_alone_has_no_words_for_a_text() -> None:
    line = LEAFLET.lines["waxing"].model_copy(update={"statements": (), "email_adds": ("L21",)})
    file = LEAFLET.model_copy(update={"lines": {**LEAFLET.lines, "waxing": line}})
    settings = {"no_flying": "omit", "lines.waxing.sms": "No wax to {no-waxing.date}."}
    assert "no-statement" in {one.code for one in findings(file, settings, reasons={}, zone=LONDON)}
