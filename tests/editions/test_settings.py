"""What a clinic may set in a protocol beyond lengths and times, and what is locked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clinic_values import SettingFault, apply, setting_names, with_settings
from scheduler.domain.edits.findings import findings
from scheduler.domain.timeline import timeline_of
from tests.domain.oracle import assert_true_throughout
from tests.domain.plans import LEAFLET, LONDON, plan, protocol, schedule, treatment

FLY = {"no_flying": "omit"}


def test_a_message_that_is_off_is_not_planned_and_the_others_stay() -> None:
    timeline = plan(settings={"messages.day-28": "off"})
    assert set(schedule(plan())) - set(schedule(timeline)) == {"day-28"}
    assert timeline.reminders[-1].last


def test_a_stocking_day_whose_text_is_off_gets_the_short_one() -> None:
    times = schedule(plan(settings={"messages.day-5": "off", "messages.stocking-day": "off"}))
    assert times["day-5"].endswith("T09:00")
    assert times["day-7"].endswith("T09:00")


@pytest.mark.parametrize(
    ("name", "text", "key", "when"),
    [
        ("messages.day-5.day", "6", "day-5", "2026-11-26T10:00"),
        ("messages.day-5.time", "evening", "day-5", "2026-11-25T18:00"),
        ("messages.day-14.time", "morning", "day-14", "2026-12-04T09:00"),
        ("messages.clot-signs.day", "5", "clot-signs", "2026-11-25T09:00"),
        ("messages.clot-signs.time", "evening", "clot-signs", "2026-11-24T18:00"),
    ],
)
def test_a_message_is_moved(name: str, text: str, key: str, when: str) -> None:
    assert schedule(plan(settings={name: text}))[key] == when


@pytest.mark.parametrize(
    ("text", "send_by"),
    [
        ("same-day", "2026-11-25T20:30"),
        ("0d", "2026-11-25T20:30"),
        ("3d", "2026-11-28T20:30"),
        ("36h", "2026-11-26T20:30"),
        ("1h", "2026-11-25T11:00"),
    ],
)
def test_the_last_moment_is_set(text: str, send_by: str) -> None:
    timeline = plan(settings={"messages.day-5.send_by": text})
    reminder = next(one for one in timeline.reminders if one.key == "day-5")
    assert f"{reminder.send_by:%Y-%m-%dT%H:%M}" == send_by


def test_a_label_that_names_the_day_follows_it() -> None:
    timeline = plan(settings={"messages.day-5.day": "9", "messages.clot-signs.day": "6"})
    labels = {one.key: one.label for one in timeline.reminders}
    assert labels["day-5"] == "9 days after treatment"
    assert labels["clot-signs"] == "Signs of a clot"


def test_words_are_changed_channel_by_channel() -> None:
    changed = with_settings(LEAFLET, FLY | {"lines.waxing.sms": " No wax to {no-waxing.date}. "})
    assert changed.lines["waxing"].sms == "No wax to {no-waxing.date}."
    assert changed.lines["waxing"].email == LEAFLET.lines["waxing"].email
    assert changed.lines["waxing"].statements == ("L21",)


@pytest.mark.parametrize(
    "name", ["lines.waxing.sms", "lines.waxing.email", "lines.off-to-wash.email", "messages.day-1.subject"]
)
@pytest.mark.parametrize("text", ["", "   "])
def test_an_emptied_text_is_the_protocols_own_again(name: str, text: str) -> None:
    assert with_settings(LEAFLET, {name: text}) == LEAFLET


def test_the_more_exact_name_wins_whatever_the_order() -> None:
    first = {"further_wear.small": "6d", "further_wear": "9d"}
    for settings in (first, dict(reversed(first.items()))):
        lengths = with_settings(LEAFLET, settings).values["further_wear"].lengths
        assert {option: str(length) for option, length in lengths.items()} == {"small": "6d", "large": "9d"}


WRONG = [
    ("messages.day-6", "no", "neither on nor off"),
    ("messages.day-66", "off", "did you mean messages.day-6"),
    ("messages.day-6.hour", "9", "a message has no 'hour'"),
    ("messages.day-6.day", "-1", "not a day"),
    ("messages.day-6.day", "367", "not a day"),
    ("messages.day-6.day", "\u0664", "not a day"),
    ("messages.day-6.day", "", "not a day"),
    ("messages.day-14.day", "15", "hangs on a rule"),
    ("messages.stocking-day.day", "15", "hangs on a rule"),
    ("messages.day-6.time", "dusk", "no time of day 'dusk'; there are: morning"),
    ("messages.day-6.send_by", "soon", "not a last moment"),
    ("messages.day-6.send_by", "29d", "not a last moment"),
    ("messages.day-6.send_by", "0h", "not a last moment"),
    ("messages.day-6.send_by", "\u0663d", "not a last moment"),
    ("messages.day-6.subject", "x" * 121, "120 are the most"),
    ("messages.day-6.subject", "a\nBcc: b", "cannot be in it"),
    ("messages", "off", "there is no such value"),
    ("messages.", "off", "there is no such value"),
    ("lines.waxing", "x", "there is no such value"),
    ("lines.nothing.sms", "x", "there is no such value"),
    ("lines.waxing.page", "x", "a line has no 'page'"),
    ("lines.waxing.sms", "a\x00b", "cannot be in it"),
    ("lines.waxing.sms", "x" * 1501, "1500 are the most"),
    ("phases.no-heat.page", "x", "there is no such value"),
    ("continuous_wear.", "3d", "there is no such value"),
    ("mornin", "09:00", "did you mean morning"),
    ("", "", "there is no such value"),
]


@pytest.mark.parametrize(("name", "text", "sentence"), WRONG)
def test_an_impossible_setting_is_named(name: str, text: str, sentence: str) -> None:
    with pytest.raises(SettingFault, match=sentence) as fault:
        with_settings(LEAFLET, {name: text})
    assert fault.value.name == name


LOCKED = [
    ("emergency.sms", "x"),
    ("emergency", "off"),
    ("messages.clot-signs", "off"),
    ("messages.clot-signs.day", "3"),
    ("messages.clot-signs.day", "15"),
    ("messages.clot-signs.send_by", "9d"),
    ("messages.clot-signs.send_by", "same-day"),
    ("messages.clot-signs.send_by", "600h"),
    ("messages.welcome", "off"),
    ("messages.welcome.time", "evening"),
    ("messages.welcome.send_by", "2d"),
    ("messages.catchup", "off"),
    ("messages.catchup.day", "3"),
    ("lines.how-to-stop.sms", "x"),
    ("lines.plan-ends.sms", ""),
    ("lines.your-page.email", "x"),
]


@pytest.mark.parametrize(("name", "text"), LOCKED)
def test_what_is_locked_cannot_be_set(name: str, text: str) -> None:
    with pytest.raises(SettingFault) as fault:
        with_settings(LEAFLET, {name: text})
    assert fault.value.code == "locked"


def test_a_longer_window_of_a_critical_message_may_be_set() -> None:
    changed = with_settings(LEAFLET, {"messages.clot-signs.send_by": "12d"})
    assert changed.messages["clot-signs"].send_by.days_later == 12


def test_every_fault_is_named_at_once_and_the_rest_holds() -> None:
    settings = FLY | {"morning": "9", "messages.clot-signs": "off", "evening": "17:00", "oops": "1"}
    changed, faults = apply(LEAFLET, settings)
    assert [fault.name for fault in faults] == ["messages.clot-signs", "morning", "oops"]
    assert changed.times["evening"].hour == 17
    assert "clot-signs" in changed.messages


def test_every_name_on_offer_can_be_set() -> None:
    for name in setting_names(LEAFLET):
        last = name.rpartition(".")[2]
        texts = {"day": "5", "time": "evening", "send_by": "20d", "subject": "Hello"}
        texts |= {"sms": "Hello.", "email": "Hello."}
        usual = "12:00" if name in LEAFLET.times or name.startswith("sending") else "3d"
        text = texts.get(last, "off" if name.startswith("messages") else usual)
        if name == "sending_from":
            text = "09:00"
        if name == "sending_until":
            text = "18:00"
        assert apply(LEAFLET, {name: text})[1] == [], name


MOVABLE = [
    key
    for key, message in LEAFLET.messages.items()
    if message.kind not in ("welcome", "catch-up", "correction")
]
NUMBERED = [key for key in MOVABLE if LEAFLET.messages[key].at.day is not None]
EDITS = st.one_of(
    st.tuples(st.sampled_from(MOVABLE).map("messages.{}".format), st.just("off")),
    st.tuples(st.sampled_from(NUMBERED).map("messages.{}.day".format), st.integers(0, 30).map(str)),
    st.tuples(st.sampled_from(MOVABLE).map("messages.{}.time".format), st.sampled_from(list(LEAFLET.times))),
    st.tuples(
        st.sampled_from(MOVABLE).map("messages.{}.send_by".format),
        st.sampled_from(["same-day", "1d", "5d", "12d", "1h", "30h", "200h"]),
    ),
)


@given(
    edits=st.lists(EDITS, max_size=6).map(dict),
    area=st.sampled_from(["small", "large"]),
    hour=st.sampled_from(["06:10", "15:00", "21:40"]),
    late=st.booleans(),
)
def test_whatever_is_moved_or_off_every_text_is_true_and_nothing_critical_is_lost(
    edits: dict[str, str], area: str, hour: str, late: bool
) -> None:
    found = findings(LEAFLET, FLY | edits, reasons={}, zone=LONDON)
    wrong = {one.name for one in found if one.is_fault}
    edits = {name: text for name, text in edits.items() if name not in wrong}
    enrolled = "2026-11-22T10:00" if late else None
    timeline = assert_true_throughout(edits, treatment(f"2026-11-20T{hour}", area, enrolled))
    assert "clot-signs" in {one.key for one in timeline.reminders}
    assert timeline == timeline_of(protocol(**edits), timeline.treatment)
