"""Editing a draft: what is saved, what is said beside it, and that two admins do not undo each other."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduler.domain.protocol import Protocol
from scheduler.editions import file_of, find_draft, find_edition, find_protocol, start_draft
from scheduler.models import Clinic, Draft
from scheduler.web.timings.fields import controls, differing, field_names, read, values_of
from tests.editions.drafts import SAM, begin, change
from tests.editions.drafts import publish as publish_draft
from tests.enrolment.clinics import NOW, PROTOCOL

LIST = "/c/leafy/timings"
URL = f"{LIST}/{PROTOCOL}"


@pytest.fixture
def draft(clinic: Clinic) -> Draft:
    return begin(clinic)


def form_of(draft: Draft, **changes: str) -> dict[str, str]:
    """The form as the page shows it; names are written with two underscores for a dot."""
    return whole_form(file_of(draft), draft.settings) | {
        "revision": str(draft.revision),
        **{name.replace("__", ".").replace("_unit", ":unit"): text for name, text in changes.items()},
    }


def whole_form(file: Protocol, settings: dict[str, str]) -> dict[str, str]:
    filled = {}
    for name, text in values_of(file, settings).items():
        first, second = controls(file, name, text)
        decided = name in file.values and file.values[name].set_by_clinic
        filled |= {name: first, f"{name}:{'days' if decided else 'unit'}": second}
    return filled


def saved(clinic: Clinic) -> Draft:
    found = find_draft(clinic, PROTOCOL)
    assert found is not None
    return found


def page(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_says_what_holds_and_whether_there_is_a_draft(admin: Client, clinic: Clinic) -> None:
    assert "Edition 1, published Fri 20 Nov, 15:30, approved by Dr Example" in page(admin.get(LIST))
    begin(clinic, SAM)
    assert "0 changes, last edited Fri 20 Nov, 15:30 by sam@example.com" in page(admin.get(LIST))


@pytest.mark.parametrize("url", [LIST, URL])
def test_what_a_page_asks_the_database_does_not_grow_with_what_happened(
    url: str, admin: Client, clinic: Clinic
) -> None:
    change(clinic, begin(clinic).revision, morning="09:30")
    admin.get(url)
    with CaptureQueriesContext(connection) as few:
        admin.get(url)
    for number in range(5):
        publish_draft(clinic, change(clinic, saved(clinic).revision, morning=f"10:0{number}").revision)
        begin(clinic)
    change(clinic, saved(clinic).revision, morning="09:30")
    with CaptureQueriesContext(connection) as more:
        admin.get(url)
    assert len(more) <= len(few)


def test_it_begins_a_draft(admin: Client, clinic: Clinic) -> None:
    assert "Begin a draft" in page(admin.get(URL))
    assert admin.post(URL, {"step": "begin"}).headers["Location"] == URL
    assert saved(clinic).changed_by == "admin@leafy.example.com"
    assert "Save draft" in page(admin.get(URL))


def test_a_second_beginning_finds_the_first(admin: Client, draft: Draft, clinic: Clinic) -> None:
    assert "There is a draft already" in page(admin.post(URL, {"step": "begin"}, follow=True))
    assert saved(clinic).revision == draft.revision


@pytest.mark.parametrize("drafted", [True, False])
def test_staff_look_and_change_nothing(drafted: bool, staff: Client, clinic: Clinic) -> None:
    if drafted:
        begin(clinic)
    shown = page(staff.get(URL))
    assert "Signs of a clot" in shown
    assert '<button type="submit" name="step"' not in shown
    assert "<textarea" not in shown


SAVED = [
    ({"continuous_wear": "5"}, {"continuous_wear": "5d"}),
    ({"cool_compress": "1", "cool_compress_unit": "d"}, {"cool_compress": "1d"}),
    ({"no_waxing": "5", "no_waxing_unit": "w"}, {"no_waxing": "35d"}),
    ({"continuous_wear": "72", "continuous_wear_unit": "h"}, {}),
    ({"further_wear__large": "9"}, {"further_wear.large": "9d"}),
    ({"morning": "10:00", "sending_until": "18:00"}, {"morning": "10:00", "sending_until": "18:00"}),
    ({"messages__day-6": "off"}, {"messages.day-6": "off"}),
    ({"messages__day-5__day": "06"}, {"messages.day-5.day": "6"}),
    ({"messages__day-5__time": "evening"}, {"messages.day-5.time": "evening"}),
    ({"messages__day-5__send_by": "0"}, {"messages.day-5.send_by": "same-day"}),
    (
        {"messages__day-5__send_by": "36", "messages__day-5__send_by_unit": "h"},
        {"messages.day-5.send_by": "36h"},
    ),
    ({"messages__day-5__subject": "Your skin"}, {"messages.day-5.subject": "Your skin"}),
    ({"lines__waxing__sms": " No wax.\r\n"}, {"lines.waxing.sms": "No wax."}),
    ({"lines__waxing__sms": ""}, {}),
    ({"lines__waxing__sms": "No wax {oops}"}, {"lines.waxing.sms": "No wax {oops}"}),
    ({}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), SAVED)
def test_it_saves_what_changed_and_nothing_else(
    typed: dict[str, str], kept: dict[str, str], admin: Client, draft: Draft, clinic: Clinic
) -> None:
    assert admin.post(URL, form_of(draft, **typed)).status_code == 302
    assert saved(clinic).settings == {"no_flying": "14d"} | kept
    assert saved(clinic).revision == draft.revision + bool(kept)


@pytest.mark.parametrize(
    ("mode", "kept"), [({"no_flying": "omit"}, "omit"), ({"no_flying:days": "35"}, "35d")]
)
def test_it_saves_what_only_the_clinic_can_say(
    mode: dict[str, str], kept: str, admin: Client, draft: Draft, clinic: Clinic
) -> None:
    admin.post(URL, form_of(draft) | mode)
    assert saved(clinic).settings == {"no_flying": kept}


WRONG = [
    ({"continuous_wear": "some"}, "Give a whole number"),
    ({"continuous_wear": "400"}, "from 1 hour to 366 days"),
    ({"morning": "25:00"}, "Write a time like 09:00."),
    ({"sending_until": "09:00"}, "four hours long at the least"),
    ({"no_flying:days": ""}, "Give the number of days."),
    ({"no_flying:days": "400"}, "Give whole days, from 1 to 366."),
    ({"no_flying": "maybe"}, "is not a length"),
    ({"messages__day-5__day": "400"}, "Give a day from 0 to 366."),
    ({"messages__clot-signs__day": "30"}, "a critical message stays where it may leave"),
    ({"messages__day-5__time": "noon"}, "there is no time of day"),
    ({"messages__day-5__send_by": "99"}, "Give up to 28 days"),
    ({"messages__day-5__subject": "x" * 121}, "120 are the most"),
    ({"lines__waxing__sms": "x" * 1501}, "1500 are the most"),
    ({"continuous_wear": "2", "why:continuous_wear": "x" * 301}, "300 characters at the most"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_it_saves_nothing_that_cannot_be_and_says_why_beside_it(
    typed: dict[str, str], sentence: str, admin: Client, draft: Draft, clinic: Clinic
) -> None:
    answer = admin.post(URL, form_of(draft, **typed, bedtime="20:00"))
    assert answer.status_code == 422
    assert sentence.lower() in page(answer).lower().replace("&#x27;", "'")
    assert 'value="20:00"' in page(answer)
    assert saved(clinic).revision == draft.revision


def test_a_critical_message_has_no_switch_and_none_is_taken(
    admin: Client, draft: Draft, clinic: Clinic
) -> None:
    assert "Critical: it is always sent." in page(admin.get(URL))
    admin.post(URL, form_of(draft) | {"messages.clot-signs": "off", "emergency.sms": "x"})
    assert saved(clinic).revision == draft.revision


def test_the_emergency_words_stand_there_without_a_field(admin: Client, draft: Draft) -> None:
    shown = page(admin.get(URL))
    assert "Always at the end of the text, and cannot be changed:" in shown
    assert 'name="emergency' not in shown


def test_a_length_below_the_leaflets_asks_for_a_reason_and_keeps_it(
    admin: Client, draft: Draft, clinic: Clinic
) -> None:
    answer = admin.post(URL, form_of(draft, continuous_wear="2"), follow=True)
    assert 'name="why:continuous_wear" value=""' in page(answer)
    typed = form_of(saved(clinic)) | {"why:continuous_wear": "Our own study."}
    assert 'value="Our own study."' in page(admin.post(URL, typed, follow=True))
    assert saved(clinic).reasons == {"continuous_wear": "Our own study."}


def test_a_length_for_all_answers_can_be_changed_for_one(admin: Client, clinic: Clinic) -> None:
    begin(clinic)
    after = change(clinic, 1, further_wear="5d")
    admin.post(URL, form_of(after, further_wear__small="4"))
    assert saved(clinic).settings["further_wear.small"] == "4d"


def test_the_check_shows_what_is_typed_and_stores_nothing(
    admin: Client, draft: Draft, clinic: Clinic
) -> None:
    typed = form_of(
        draft, lines__waxing__sms="No wax {oops}", lines__rubbing__sms="Don\u2019t", morning="10:00"
    )
    answer = page(admin.post(f"{URL}/check", typed | {"noted": "note-f-evening"}))
    assert "Not saved yet" in answer
    assert "Morning: 10:00 (was 09:00)" in answer
    assert "There is no placeholder {oops}" in answer
    assert "more than double the cost: \u2019" in answer
    assert '<div id="note-f-evening" hx-swap-oob="innerHTML">' in answer
    assert saved(clinic).revision == draft.revision


def test_the_check_says_that_somebody_else_changed_the_draft(
    admin: Client, draft: Draft, clinic: Clinic
) -> None:
    typed = form_of(draft, morning="10:00")
    change(clinic, draft.revision, SAM, bedtime="20:00")
    answer = page(admin.post(f"{URL}/check", typed))
    assert "Somebody changed this draft since you opened this page." in answer
    assert "Not saved yet" not in answer


def test_the_check_needs_no_javascript(admin: Client, draft: Draft, clinic: Clinic) -> None:
    answer = admin.post(URL, form_of(draft, continuous_wear="5") | {"step": "check"})
    assert answer.status_code == 200
    assert "Nothing of this is saved yet." in page(answer)
    assert saved(clinic).revision == draft.revision


def test_switching_off_lists_what_no_message_says_then(admin: Client, draft: Draft) -> None:
    answer = admin.post(f"{URL}/check", form_of(draft, **{"messages__day-5": "off"}))
    assert "Switched off. Then said on the patient&#x27;s page, but in no message: L34 (" in page(answer)


def test_a_sample_is_for_any_answer_and_time(admin: Client, draft: Draft) -> None:
    asked = {"sample": "area=large", "treated-on": "2026-12-01", "treated-at": "10:00"}
    shown = page(admin.get(URL, asked))
    assert "Fri 11 Dec, 09:00" in shown
    assert 'value="area=large" checked' in shown


@pytest.mark.parametrize("day", ["x", "0001-01-01", "2026-13-01"])
def test_a_time_that_cannot_be_is_said(day: str, admin: Client, draft: Draft) -> None:
    assert "Give a date and a time" in page(admin.get(URL, {"treated-on": day}))


@pytest.mark.parametrize("step", ["save", "check"])
def test_a_stale_form_stores_nothing_and_says_who_changed_what(
    step: str, admin: Client, draft: Draft, clinic: Clinic
) -> None:
    typed = form_of(draft, continuous_wear="5", bedtime="20:00")
    change(clinic, draft.revision, SAM, continuous_wear="6d", morning="10:00")
    answer = admin.post(URL, typed | {"step": step})
    shown = page(answer)
    assert answer.status_code == 422
    assert "sam@example.com, Fri 20 Nov, 15:31: Stockings day and night: 6 days" in shown
    assert "In the draft now: 6 days. What stands here is yours" in shown
    assert "Changed meanwhile: 10:00; it was 09:00." in shown
    assert 'name="continuous_wear" value="5"' in shown
    assert saved(clinic).settings == {"no_flying": "14d", "continuous_wear": "6d", "morning": "10:00"}


def test_saving_again_keeps_what_the_other_did(admin: Client, draft: Draft, clinic: Clinic) -> None:
    change(clinic, draft.revision, SAM, continuous_wear="6d", morning="10:00")
    now = saved(clinic)
    admin.post(URL, form_of(now, continuous_wear="5", bedtime="20:00"))
    assert saved(clinic).settings == {
        "no_flying": "14d", "continuous_wear": "5d", "morning": "10:00", "bedtime": "20:00"
    }  # fmt: skip


def test_what_was_typed_is_told_when_the_draft_is_gone(admin: Client, draft: Draft, clinic: Clinic) -> None:
    typed = form_of(draft, continuous_wear="5", lines__waxing__sms="No wax, ever.")
    publish_draft(clinic, change(clinic, draft.revision, SAM, bedtime="20:00").revision)
    answer = admin.post(URL, typed)
    assert answer.status_code == 422
    assert "Waxing: words of the text message: No wax, ever." in page(answer)
    assert "Stockings day and night: 5 days (was 3 days)" in page(answer)


@pytest.mark.parametrize("revision", ["", "x", "-1", "999999999999"])
def test_a_revision_that_cannot_be_is_stale(
    revision: str, admin: Client, draft: Draft, clinic: Clinic
) -> None:
    typed = form_of(draft, bedtime="20:00") | {"revision": revision}
    assert admin.post(URL, typed).status_code == 422
    assert saved(clinic).revision == draft.revision


def test_it_discards_a_draft_that_was_seen(admin: Client, draft: Draft, clinic: Clinic) -> None:
    change(clinic, draft.revision, SAM, bedtime="20:00")
    step = {"step": "discard", "revision": str(draft.revision)}
    assert admin.post(URL, step).status_code == 422
    assert admin.post(URL, step | {"revision": str(saved(clinic).revision)}).status_code == 302
    assert find_draft(clinic, PROTOCOL) is None


def test_it_carries_a_draft_over_and_names_what_both_changed(admin: Client, clinic: Clinic) -> None:
    begin(clinic)
    publish_draft(clinic, change(clinic, 1, continuous_wear="4d").revision)
    older = start_draft(clinic, PROTOCOL, actor=SAM, now=NOW)
    Draft.objects.for_clinic(clinic).update(base=find_edition(clinic, PROTOCOL, 1))
    change(clinic, older.revision, SAM, continuous_wear="6d")
    assert "Another edition was published since this draft began." in page(admin.get(URL))
    step = {"step": "renew", "revision": str(saved(clinic).revision)}
    answer = page(admin.post(URL, step, follow=True))
    assert "Both sides had changed this" in answer
    assert "<li>Stockings day and night: 6 days here, 4 days in what holds now</li>" in answer
    assert "Another edition" not in answer


def test_a_setting_that_the_protocol_has_no_more_can_be_left_out(
    admin: Client, draft: Draft, clinic: Clinic
) -> None:
    Draft.objects.for_clinic(clinic).update(settings={"no_flying": "14d", "no_singing": "3d"})
    assert 'name="leave-out:no_singing"' in page(admin.get(URL))
    admin.post(URL, form_of(draft) | {"leave-out:no_singing": "on"})
    assert saved(clinic).settings == {"no_flying": "14d"}


def test_reading_what_a_page_shows_changes_nothing() -> None:
    file = find_protocol(PROTOCOL)
    settings = {
        "no_flying": "in-person", "further_wear": "5d", "messages.day-6": "off", "messages.day-6.day": "8",
        "lines.waxing.sms": "No wax.", "messages.day-5.send_by": "36h", "evening": "17:00",
    }  # fmt: skip
    typed = read(file, whole_form(file, settings))
    assert set(typed.texts) == set(field_names(file))
    assert differing(file, settings, typed.texts) == {}
