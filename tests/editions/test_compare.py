"""What differs between two versions, by name."""

from typing import Any

from scheduler.domain.edits.carry import merged, naming
from scheduler.domain.edits.compare import Change, Version, changes
from scheduler.domain.edits.flat import flat
from tests.domain.plans import LEAFLET


def differ(before: dict[str, str], after: dict[str, str]) -> list[Change]:
    return list(changes(Version(LEAFLET, before), Version(LEAFLET, after)))


def file_with(section: str, **parts: Any) -> Version:
    """The leaflet with some parts of a section changed; None takes one away."""
    there = {**getattr(LEAFLET, section), **parts}
    left = {name: part for name, part in there.items() if part is not None}
    return Version(LEAFLET.model_copy(update={section: left}), {})


def test_the_same_in_other_words_is_no_difference() -> None:
    assert differ({"no_heat": "14d", "messages.day-6": "on"}, {"no_heat": "2w", "lines.waxing.sms": ""}) == []


def test_every_setting_is_one_difference_with_its_label() -> None:
    after = {
        "further_wear.small": "5d",
        "no_flying": "in-person",
        "late-morning": "11:00",
        "sending_until": "19:00",
        "messages.day-6": "off",
        "messages.day-5.day": "6",
        "messages.day-5.send_by": "12h",
        "messages.day-5.subject": "Skin",
        "lines.waxing.sms": "No wax to {no-waxing.date}.",
    }
    assert [(one.name, one.label, one.before, one.after) for one in differ({}, after)] == [
        ("further_wear.small", "Stockings in the daytime after that, Small veins", "4d", "5d"),
        ("late-morning", "Late morning", "10:00", "11:00"),
        ("sending_until", "Messages go out until", "20:30", "19:00"),
        ("messages.day-5.day", "5 days after treatment: day after treatment", "5", "6"),
        ("messages.day-5.send_by", "5 days after treatment: may leave until", "2d", "12h"),
        (
            "messages.day-5.subject",
            "5 days after treatment: subject of the email",
            "Your aftercare, looking after the skin",
            "Skin",
        ),
        ("messages.day-6", "6 days after treatment", "on", "off"),
        (
            "lines.waxing.sms",
            "Line waxing: words of the text",
            "No waxing to {no-waxing.date}.",
            "No wax to {no-waxing.date}.",
        ),
        ("no_flying", "No flying", "", "in-person"),
    ]
    assert {one.source for one in differ({}, after)} == {"clinic"}


def test_a_length_for_all_answers_is_the_clinics_for_each() -> None:
    found = differ({}, {"further_wear": "9d"})
    assert [(one.name, one.source) for one in found] == [
        ("further_wear.small", "clinic"),
        ("further_wear.large", "clinic"),
    ]


def test_the_files_own_differences_are_told_apart() -> None:
    rubbing = LEAFLET.lines["rubbing"].model_copy(update={"sms": "Do not rub."})
    (change,) = changes(Version(LEAFLET, {}), file_with("lines", rubbing=rubbing))
    assert (change.name, change.before, change.after, change.source) == (
        "lines.rubbing.sms",
        "Don't rub.",
        "Do not rub.",
        "protocol",
    )


def test_a_part_that_is_not_there_any_more_is_one_difference() -> None:
    without = file_with("phases", **{"no-heat": None})
    (gone,) = changes(Version(LEAFLET, {}), without)
    assert (gone.name, gone.label, gone.before, gone.after) == (
        "phases.no-heat",
        "No heat",
        "on",
        "not there",
    )
    (new,) = changes(without, Version(LEAFLET, {}))
    assert (new.before, new.after) == ("not there", "on")


def test_a_message_that_the_file_took_away_is_not_off() -> None:
    (gone,) = changes(Version(LEAFLET, {}), file_with("messages", **{"day-6": None}))
    assert (gone.name, gone.after, gone.source) == ("messages.day-6", "not there", "protocol")


def test_a_changed_rule_of_a_message_is_told_by_its_path() -> None:
    message = LEAFLET.messages["day-5"].model_copy(update={"lines": ("infection",)})
    (change,) = changes(Version(LEAFLET, {}), file_with("messages", **{"day-5": message}))
    assert (change.name, change.after) == ("messages.day-5.lines", "infection")


def test_every_part_of_a_protocol_has_a_name() -> None:
    names = flat(LEAFLET)
    for section in ("phases", "lines", "messages", "topics", "statements", "questions"):
        for name in getattr(LEAFLET, section):
            assert f"{section}.{name}" in names


def test_what_we_changed_goes_on_top_of_what_they_have() -> None:
    base = {"a": "1", "b": "1", "c": "1", "d": "1"}
    ours = {"a": "2", "b": "1", "c": "2", "e": "9"}  # d was taken away
    theirs = {"a": "1", "b": "3", "c": "3", "d": "1", "f": "4"}
    assert merged(base, ours, theirs) == ({"a": "2", "b": "3", "c": "2", "e": "9", "f": "4"}, ("c",))


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    assert merged({"a": "1"}, {"a": "2"}, {"a": "2"}) == ({"a": "2"}, ())


HERE = {
    "{clinic}": "Leafy Clinic",
    "its name": "Leafy Vein Clinic",
    "{phone}": "+441632960123",
    "{reply_to}": "care@leafy.example",
    "{website}": "https://www.leafy.example/",
}


def test_texts_that_name_the_clinic_are_found() -> None:
    settings = {
        "no_flying": "14d",
        "lines.a.sms": "Leafy Clinic: no wax.",
        "lines.b.sms": "Call 01632 960 123.",
        "lines.c.email": "Write to CARE@leafy.example.",
        "lines.d.email": "See leafy.example for more.",
        "lines.e.sms": "Take care.",
        "lines.f.sms": "{clinic}: call {phone}.",
        "messages.day-1.subject": "From the Leafy Vein Clinic",
    }
    found = naming(settings, HERE, dict.fromkeys(HERE, ""))
    assert sorted(found) == [
        "lines.a.sms",
        "lines.b.sms",
        "lines.c.email",
        "lines.d.email",
        "messages.day-1.subject",
    ]
    assert found["lines.b.sms"] == "It names +441632960123; write {phone} instead."


def test_what_both_clinics_share_goes_along() -> None:
    settings = {"lines.c.email": "Write to care@leafy.example."}
    assert naming(settings, HERE, HERE) == {}
