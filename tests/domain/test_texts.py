"""The words that patients get."""

import re
from dataclasses import replace
from itertools import product

import pytest

from scheduler.domain.gsm7 import foreign_characters, septets
from scheduler.domain.message import Text
from scheduler.domain.timeline import timeline_of
from tests.domain.plans import CONTACT, LEAFLET, LONGEST, protocol, say, treatment
from tests.domain.test_edits import EDITS

#: dates in September take the most room
TREATED = ("2026-09-16T15:00", "2026-09-16T18:30", "2026-09-16T22:15")


def every_text(
    edit: str, area: str, treated: str, enrolled: str | None = None
) -> dict[str, tuple[Text, int]]:
    """Each text at its longest: the clinic's name, number and link at their limits; and its segments."""
    rules = protocol(**EDITS[edit])
    timeline = timeline_of(rules, treatment(treated, area, enrolled))
    assert len(LONGEST.name) == 20
    assert len(LONGEST.urgent_phone) == 16
    return {
        r.key: (say(rules, timeline, r, contact=LONGEST), rules.messages[r.message].segments)
        for r in timeline.reminders
    }


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("area", ["small", "large"])
@pytest.mark.parametrize("treated", TREATED)
@pytest.mark.parametrize("enrolled", [None, "2026-09-19T09:00", "2026-09-25T12:00"])
def test_no_text_passes_its_segments(edit: str, area: str, treated: str, enrolled: str | None) -> None:
    for key, (text, most) in every_text(edit, area, treated, enrolled).items():
        assert foreign_characters(text.sms) == [], key
        assert text.segments <= most, (key, septets(text.sms), text.sms)


def test_only_what_says_all_that_holds_or_is_critical_may_take_three_segments() -> None:
    assert {m.kind for m in LEAFLET.messages.values() if m.segments == 3} == {
        "welcome",
        "catch-up",
        "correction",
        "critical",
    }
    assert max(m.segments for m in LEAFLET.messages.values()) == 3


@pytest.mark.parametrize(("edit", "area"), list(product(EDITS, ["small", "large"])))
def test_every_text_names_the_clinic_first_and_ends_with_help_and_the_page(edit: str, area: str) -> None:
    for text, _ in every_text(edit, area, TREATED[0]).values():
        assert text.sms.startswith("Twenty letters clini: ")
        assert "Breathless/chest pain: hospital now (999)." in text.sms
        assert "New leg pain/swelling: call +441632960123456 now, no answer: walk-in/A&E." in text.sms
        assert text.sms.endswith(" https://aftercare.example.com/p/23456789")


@pytest.mark.parametrize("word", ["tonight", "today", "tomorrow", "yesterday", "this evening", "day 4"])
def test_no_text_speaks_of_days_relatively_or_by_number(word: str) -> None:
    for text, _ in every_text("flying 35 days", "large", TREATED[0]).values():
        assert word not in text.sms.lower()
        assert word not in text.email.lower()


@pytest.mark.parametrize(
    "key", sorted({key for key, line in LEAFLET.lines.items() if "L18" in line.all_statements})
)
def test_every_line_about_heat_forbids_it(key: str) -> None:
    for text in (LEAFLET.lines[key].sms, LEAFLET.lines[key].email):
        assert re.search(r"\bno heat\b", text or "", re.I), text


@pytest.mark.parametrize("key", LEAFLET.lines)
def test_no_line_speaks_of_heat_without_its_statement(key: str) -> None:
    line = LEAFLET.lines[key]
    about_heat = re.search(r"\b(heat|gym|sauna|sunbed|hot bath)\b", f"{line.sms} {line.email}", re.I)
    assert bool(about_heat) == ("L18" in line.all_statements)


def test_the_signs_of_a_clot_begin_with_important_and_the_stocking_line_comes_last() -> None:
    text = every_text("as the leaflet has it", "small", TREATED[0])["clot-signs"][0]
    said = text.sms.removeprefix("Twenty letters clini: ")
    assert said.startswith("IMPORTANT.")
    assert said.index("Stockings in the daytime") > said.index("Found early")


def test_a_one_way_sender_never_says_to_reply() -> None:
    rules = protocol()
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    for reminder in timeline.reminders:
        text = say(rules, timeline, reminder, two_way=False)
        assert "reply stop" not in text.sms.lower()
    assert "To stop, use the link." in say(rules, timeline, timeline.reminders[0], two_way=False).sms


def test_the_last_text_says_so_and_no_other_does() -> None:
    for edit in EDITS:
        texts = [text.sms for text, _ in every_text(edit, "small", TREATED[0]).values()]
        assert ["last reminder" in sms for sms in texts] == [False] * (len(texts) - 1) + [True]


def test_what_has_no_room_in_an_sms_stays_in_the_email() -> None:
    crowded = every_text("flying 14 days", "small", TREATED[0])["day-14"][0]
    assert "No waxing" not in crowded.sms
    assert "No waxing up to and including Wed 14 Oct." in crowded.email


def test_with_an_ordinary_name_nothing_has_to_leave() -> None:
    rules = protocol(no_flying="omit")
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    said = {r.key: say(rules, timeline, r, contact=CONTACT).sms for r in timeline.reminders}
    assert "Cool compress to 17:00 Fri." in said["welcome"]
    assert "A short walk can help." in said["first-evening"]
    assert "No waxing to Fri 18 Dec." in said["day-14"]


def test_an_email_says_everything_the_text_message_leaves_out() -> None:
    welcome = every_text("as the leaflet has it", "small", TREATED[0])["welcome"][0]
    for words in (
        "paracetamol",
        "antihistamines",
        "Cool showers",
        "clots in the leg",
        "up to and including",
        "walk-in centre",
    ):
        assert words in welcome.email


def test_an_email_says_what_to_do_in_an_emergency_before_anything_about_itself() -> None:
    welcome = every_text("as the leaflet has it", "small", TREATED[0])["welcome"][0].email
    order = [
        "Leave the places",
        "In an emergency",
        "To stop texts",
        "Everything again",
        "Our website",
        "Bruises:",
    ]
    assert [welcome.index(words) for words in order] == sorted(welcome.index(words) for words in order)


def test_a_pasted_apostrophe_in_the_clinic_name_costs_nothing() -> None:
    rules = protocol()
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    odd = type(CONTACT)("St Example\u2019s", CONTACT.urgent_phone, CONTACT.reply_to)
    assert say(rules, timeline, timeline.reminders[0], contact=odd).sms.startswith("St Example's: ")


def test_a_correction_speaks_of_dates_alone_and_fits_a_move_and_a_mistake() -> None:
    said = LEAFLET.messages["correction"].lines
    assert "rubbing" not in said
    assert LEAFLET.lines["dates-changed"].sms == "Your corrected dates:"


def test_what_is_over_is_said_to_have_ended() -> None:
    over = [line.sms or "" for key, line in LEAFLET.lines.items() if key.endswith(("-was", "-were"))]
    assert len(over) == 5
    assert all(" ended " in sms or "No heat" in sms for sms in over)


@pytest.mark.parametrize("phase", ["elevation", "no-waxing"])
def test_the_page_means_the_leg_that_was_treated(phase: str) -> None:
    assert "your leg" not in LEAFLET.phases[phase].page


@pytest.mark.parametrize(
    ("hours", "other", "said"),
    [
        ("", "", ()),
        ("Mon to Fri, 9 am to 5 pm", "", ("is answered: Mon to Fri, 9 am to 5 pm.",)),
        ("Mon to Fri", "+44 1632 960124", ("is answered: Mon to Fri.", "all other times: +44 1632 960124.")),
    ],
)
def test_only_emails_say_when_the_urgent_number_is_answered(
    hours: str, other: str, said: tuple[str, ...]
) -> None:
    rules = protocol(no_flying="omit")
    timeline = timeline_of(rules, treatment("2026-11-20T15:00"))
    contact = replace(CONTACT, urgent_hours=hours, out_of_hours_phone=other)
    for reminder in timeline.reminders:
        plain, text = (say(rules, timeline, reminder, contact=one) for one in (CONTACT, contact))
        assert text.sms == plain.sms
        assert [line for line in text.paragraphs if line.startswith("Our urgent number")] == [
            f"Our urgent number {CONTACT.urgent_phone} {words}"
            if "answered" in words
            else f"Our urgent number at {words}"
            for words in said
        ]
