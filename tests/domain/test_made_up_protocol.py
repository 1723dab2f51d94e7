"""The engine plans what a file says: nothing in it knows veins or stockings."""

from pathlib import Path

import pytest

from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import load
from scheduler.domain.timeline import timeline_of
from tests.domain.plans import LEAFLET, at, say, schedule

MOON_BATH = load(Path(__file__).with_name("made_up.yaml"))
DOMAIN = Path(__file__).resolve().parents[2] / "scheduler" / "domain"


@pytest.mark.parametrize(
    ("skin", "times"),
    [
        (
            "pale",
            {
                "hello": "2026-11-20T15:00",
                "hats-on": "2026-11-22T15:00",
                "day-3": "2026-11-23T12:00",
                "day-4": "2026-11-24T12:00",
                "day-5": "2026-11-25T12:00",
            },
        ),
        (
            "dark",
            {
                "hello": "2026-11-20T15:00",
                "hats-on": "2026-11-21T15:00",
                "day-3": "2026-11-23T12:00",
                "day-4": "2026-11-24T12:00",
            },
        ),
    ],
)
def test_it_plans_a_made_up_protocol(skin: str, times: dict[str, str]) -> None:
    t0 = at("2026-11-20T15:00")
    assert schedule(timeline_of(MOON_BATH, Treatment(t0, "Europe/London", {"skin": skin}, t0))) == times


def test_it_says_what_the_made_up_protocol_says() -> None:
    t0 = at("2026-11-20T15:00")
    timeline = timeline_of(MOON_BATH, Treatment(t0, "Europe/London", {"skin": "dark"}, t0))
    first = say(MOON_BATH, timeline, timeline.reminders[0]).sms
    assert first.startswith("Example Clinic: Shade to 15:00 Sat 21 Nov. Dizzy: call 01632 960123. https://")


@pytest.mark.parametrize("protocol", [LEAFLET, MOON_BATH], ids=lambda p: p.id)
def test_a_protocol_survives_being_stored(protocol: Protocol) -> None:
    assert Protocol.model_validate(protocol.model_dump(mode="json")) == protocol


@pytest.mark.parametrize("word", ["stocking", "vein", "compression", "waxing", "microsclero"])
def test_the_engine_does_not_know_the_treatment(word: str) -> None:
    code = [path.read_text() for path in DOMAIN.glob("*.py")]
    # Docstrings may give an example; names and strings of the code may not.
    named = [
        line for text in code for line in text.splitlines() if word in line.lower() and '"""' not in line
    ]
    assert [line for line in named if not line.lstrip().startswith(("#", "continuous_wear"))] == []
