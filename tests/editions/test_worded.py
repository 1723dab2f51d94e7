"""Which messages may read otherwise after an edit."""

import pytest

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.edits.worded import may_read_otherwise
from scheduler.domain.protocol import Protocol
from scheduler.editions import find_protocol
from tests.enrolment.clinics import PROTOCOL


def protocol(**settings: str) -> Protocol:
    dotted = {name.replace("__", "."): text for name, text in settings.items()}
    return with_settings(find_protocol(PROTOCOL), {"no_flying": "14d", **dotted})


@pytest.mark.parametrize(
    "settings",
    [{}, {"morning": "10:00"}, {"sending_from": "10:00", "morning": "10:00"}, {"messages__day_5__day": "6"}],
)
def test_times_alone_change_no_words(settings: dict[str, str]) -> None:
    settings = {name.replace("day_5", "day-5"): text for name, text in settings.items()}
    assert may_read_otherwise(protocol(), protocol(**settings)) == frozenset()


def test_a_line_touches_the_messages_that_have_it() -> None:
    found = may_read_otherwise(protocol(), protocol(lines__waxing__sms="No waxing till {no-waxing.date}."))
    having = {key for key, one in protocol().messages.items() if "waxing" in one.lines}
    assert having
    assert having <= found
    assert len(found) < len(protocol().messages)


def test_a_length_touches_what_names_its_rule_and_those_that_follow_it() -> None:
    found = may_read_otherwise(protocol(), protocol(continuous_wear="4d"))
    assert {"welcome", "night-off"} <= found


def test_flying_left_out_touches_what_speaks_of_it() -> None:
    assert {"welcome", "day-2"} <= may_read_otherwise(protocol(), protocol(no_flying="omit"))
