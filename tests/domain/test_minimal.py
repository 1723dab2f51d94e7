"""A text that tells nothing of the treatment: it says that there is a reminder, and where it is read."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.message import Contact, Content, Part, Text, render_together
from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Treatment
from scheduler.domain.protocol import Minimal, Protocol
from scheduler.domain.timeline import Timeline, timeline_of
from tests.domain.plans import CONTACT, LEAFLET, LINK, LONGEST, plan, protocol, treatment
from tests.domain.test_properties import late, values

FRAGMENT = "Breathless/chest pain: hospital now"
#: what would tell of the treatment, of the body beyond the fragment, or of a date
TELLING = re.compile(
    r"stocking|vein|exercis|heat|wax|fly|rub|inject|clot|bruis|skin|infection|treat|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b",
    re.I,
)
DISCREET = replace(CONTACT, detail="minimal")


def texts(timeline: Timeline, contact: Contact = DISCREET, link: str = LINK) -> dict[str, Text]:
    return {
        one.key: render_together(timeline.parts(one), contact, link, one.due_at) for one in timeline.reminders
    }


def care(text: Text) -> str:
    """All of the SMS and of the email but the emergency fragment."""
    sms = text.sms.partition(FRAGMENT)[0]
    return " ".join([sms, text.subject, *(p for p in text.paragraphs if p != text.as_email.emergency)])


@given(late, values, st.sampled_from([LINK, ""]))
def test_it_tells_nothing_and_owes_no_correction(
    treated: Treatment, chosen: dict[str, str], link: str
) -> None:
    for text in texts(timeline_of(protocol(**chosen), treated), link=link).values():
        assert not TELLING.search(care(text)), text
        assert text.sms.startswith(f"{CONTACT.name}: ")
        assert FRAGMENT in text.sms
        assert text.sms.endswith(link)
        assert text.as_email.emergency in text.paragraphs
        assert text.as_sms.told == text.as_email.told == {}


def test_it_reads_like_this() -> None:
    said = texts(plan())
    assert said["day-5"].sms == (
        "Example Clinic: You have a reminder: see the link. Breathless/chest pain: hospital now. "
        f"New leg pain/swelling: call 01632 960123 now, no answer: walk-in/A&E. {LINK}"
    )
    assert said["day-5"].subject == "Example Clinic: A reminder for you"
    assert said["day-5"].paragraphs[0] == f"There is a reminder for you on your own page: {LINK}"
    assert "Reply STOP to end." in said["welcome"].sms
    assert "This is our last reminder." in said["day-28"].sms


def test_a_critical_one_begins_with_the_word_that_marks_it() -> None:
    brief, whole = texts(plan())["clot-signs"], texts(plan(), CONTACT)["clot-signs"]
    marks = [text.sms.removeprefix("Example Clinic: ").split()[0] for text in (brief, whole)]
    assert marks == ["IMPORTANT.", "IMPORTANT."]
    assert brief.paragraphs[0].startswith("IMPORTANT.")
    assert brief.subject == "Example Clinic: Important: a reminder for you"


@pytest.mark.parametrize("key", ["day-5", "clot-signs"])
def test_without_a_link_it_asks_to_call(key: str) -> None:
    text = texts(plan(), link="")[key]
    assert "call 01632 960123" in text.sms.partition(FRAGMENT)[0]
    assert "call 01632 960123" in text.paragraphs[0]
    assert "link" not in care(text)
    assert "page" not in care(text)


@pytest.mark.parametrize("link", [LINK, ""])
def test_it_takes_two_segments_at_the_most(link: str) -> None:
    said = texts(plan(), replace(LONGEST, detail="minimal"), link)
    assert {text.segments for text in said.values()} <= {1, 2}


@pytest.mark.parametrize(
    ("own", "clinic", "brief"),
    [
        ("", "full", False),
        ("", "minimal", True),
        ("full", "minimal", False),
        ("minimal", "full", True),
    ],
)
def test_a_treatments_own_goes_before_its_clinics(own: str, clinic: str, brief: bool) -> None:
    timeline = timeline_of(protocol(), replace(treatment("2026-11-20T15:00"), detail=own))
    said = texts(timeline, replace(CONTACT, detail=clinic))
    assert ("You have a reminder" in said["day-2"].sms) == brief


@pytest.mark.parametrize("discreet", [1, 2])
def test_two_treatments_in_one_text_say_what_the_discreet_one_may(discreet: int) -> None:
    parts = []
    for episode in (1, 2):
        treated = replace(treatment("2026-11-20T15:00"), episode=episode)
        treated = replace(treated, detail="minimal" if episode == discreet else "full")
        content = Content("day-2", (), False, treated.date_of(2))
        parts.append(Part(course_of(protocol(), treated), content))
    text = render_together(parts, CONTACT, LINK, treated.treated_at)
    assert not TELLING.search(care(text))
    assert text.as_sms.told == {}


def test_what_goes_when_does_not_hang_on_how_much_is_said() -> None:
    treated = treatment("2026-11-20T15:00")
    for settings in ({}, {"no_flying": "10d"}, {"no_flying": "14d"}):
        full, brief = (
            timeline_of(protocol(**settings), replace(treated, detail=detail)) for detail in ("", "minimal")
        )
        assert full.reminders == brief.reminders


def test_an_edition_of_before_says_it_too() -> None:
    stored = LEAFLET.model_dump(mode="json")
    del stored["minimal"]
    assert Protocol.model_validate(stored).minimal == Minimal() == LEAFLET.minimal
