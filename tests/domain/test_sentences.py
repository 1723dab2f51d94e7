"""What the domain says to staff is said in the language of whoever reads it."""

from collections.abc import Callable

import pytest
from django.utils import translation

from scheduler.domain import localtime, sentences
from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.carry import naming
from scheduler.domain.edits.finding import of_setting
from scheduler.domain.edits.findings import findings
from scheduler.domain.edits.labels import label_of
from scheduler.domain.length import parse_length
from tests.domain.plans import LEAFLET, LONDON, plan
from tests.editions.test_findings import FAULTS
from tests.support.pseudo import odd, pseudo_language

FLY = {"no_flying": "omit"}
WRONG = [
    ("continuous_wear", "x"),
    ("continuous_wear", "999d"),
    ("further_wear.toes", "3d"),
    ("raised_leg.toes", "3d"),
    ("morning", "9"),
    ("sending_from", "19:00"),
    ("emergency.sms", "x"),
    ("mornign", "09:00"),
    ("nothing-like-it", "x"),
    ("messages.day-6", "maybe"),
    ("messages.clot-signs", "off"),
    ("messages.welcome", "off"),
    ("messages.welcome.time", "evening"),
    ("messages.day-6.colour", "red"),
    ("messages.day-6.day", "900"),
    ("messages.day-14.day", "9"),
    ("messages.clot-signs.day", "60"),
    ("messages.clot-signs.send_by", "1h"),
    ("messages.day-6.time", "noon"),
    ("messages.day-6.send_by", "soon"),
    ("messages.day-6.subject", "x" * 200),
    ("messages.day-6.subject", "two\nlines"),
    ("lines.waxing.fax", "x"),
    ("lines.nothing.sms", "x"),
    ("lines.how-to-stop.sms", "x"),
]
TOLD = [
    {"continuous_wear": "2d"},
    {"morning": "08:00", "sending_from": "09:00"},
    {"morning": "09:00"},
    {"messages.day-6": "off"},
    {"messages.day-7": "off", "messages.day-14": "off", "messages.welcome.subject": "Hello"},
    {"messages.day-6.day": "8"},
    {"messages.clot-signs.day": "5"},
    {"lines.waxing.sms": "No wax."},
    {"lines.clot-signs.sms": "Look at it."},
]


@pytest.fixture(autouse=True)
def in_odd_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "translate", odd)


def of_settings(settings: dict[str, str]) -> list[str]:
    found = findings(LEAFLET, FLY | settings, reasons={}, zone=LONDON)
    return [one.sentence for one in found]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_it_translates_what_a_setting_cannot_be(name: str, text: str) -> None:
    (wrong,) = apply(LEAFLET, {name: text})[1]
    assert of_setting(wrong).sentence.startswith("[")


@pytest.mark.parametrize(("name", "text", "_code"), FAULTS)
def test_it_translates_what_is_wrong_with_a_text(name: str, text: str, _code: str) -> None:
    assert all(sentence.startswith("[") for sentence in of_settings({name: text}))


@pytest.mark.parametrize("settings", TOLD)
def test_it_translates_what_somebody_should_know(settings: dict[str, str]) -> None:
    told = of_settings(settings)
    assert told
    assert all(sentence.startswith("[") for sentence in told)


@pytest.mark.parametrize(
    "say",
    [
        lambda: localtime.check_zone("Nowhere"),
        lambda: parse_length("x"),
        lambda: parse_length("999d"),
    ],
)
def test_it_translates_what_is_raised(say: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"^\["):
        say()


def test_it_translates_what_is_wrong_with_answers() -> None:
    faults = LEAFLET.check_answers({"area": "toes", "mood": "good"})
    assert [sentence[0] for sentence in faults.values()] == ["[", "["]


def test_it_translates_what_names_another_clinic() -> None:
    left_out = naming({"lines.waxing.sms": "Leafy says no."}, {"{clinic}": "Leafy"}, {"{clinic}": "Other"})
    assert left_out["lines.waxing.sms"].startswith("[")


@pytest.mark.parametrize(
    "name", ["sending_from", "emergency.sms", "every_message", "title", "lines.waxing", "statements.L01"]
)
def test_it_translates_what_a_part_is_called(name: str) -> None:
    assert label_of(LEAFLET, name).startswith("[")


def test_what_patients_are_sent_stays_in_the_language_of_the_protocol() -> None:
    moved = plan(settings={"messages.day-6.day": "8"})
    assert not [one.label for one in moved.reminders if "[" in one.label]


def test_it_asks_for_the_language_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pseudo_language() as code:
        english = LEAFLET.check_answers({"area": "toes"})["area"]
        with translation.override(code):
            assert LEAFLET.check_answers({"area": "toes"})["area"] != english
        assert LEAFLET.check_answers({"area": "toes"})["area"] == english == "Choose one of: small, large."
