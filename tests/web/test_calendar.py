"""The patient's calendar: all treatments, each rule once, and the same entries when the plan changes."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import vobject
from django.test import Client
from icalendar import Calendar

from scheduler.changes import Cancel, Change, ChangeTreatment, MoveReminder, Pause, SkipReminder
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Edition, Episode, Patient, Reminder
from scheduler.plans import renew
from tests.enrolment.clinics import asked
from tests.plans.changing import do
from tests.web.people import enrolled

SECOND = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def feed(episode: Episode) -> bytes:
    answer = Client().get(f"/p/{episode.patient.page_token}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    return answer.content


def entries(episode: Episode) -> dict[str, Calendar]:
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(feed(episode)).walk("VEVENT")}


def titled(entries: dict[str, Calendar], title: str) -> list[tuple[date, date]]:
    found = [entry for entry in entries.values() if str(entry["SUMMARY"]) == title]
    return sorted((entry["DTSTART"].dt, entry["DTEND"].dt) for entry in found)


def again(first: Episode, **values: str) -> Episode:
    asking = asked(first.clinic, patient=str(first.patient_id), treated="2026-11-24T10:00", **values)
    return enrol(asking, "nurse@example.com", SECOND).episode


def test_it_has_every_rule_that_ends_and_every_reminder(episode: Episode) -> None:
    shown = entries(episode)
    assert titled(shown, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 5))]
    assert len(titled(shown, "Aftercare reminder")) == episode.reminders.count()


def test_it_names_nobody_and_nothing_that_is_sent(clinic: Clinic) -> None:
    token = enrolled(clinic, name="Zebedee Quill").patient.page_token
    shown = Client().get(f"/p/{token}/calendar.ics").content.decode()
    for private in ("Zebedee", "900123", "sam@", "Leafy", "Signs of a clot"):
        assert private not in shown


def test_a_second_treatment_moves_the_end_of_the_same_entry(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    before = entries(first)
    again(first, site="left")
    after = entries(first)
    uid = next(uid for uid, entry in before.items() if str(entry["SUMMARY"]) == "No exercise")
    assert (before[uid]["DTEND"].dt, after[uid]["DTEND"].dt) == (date(2026, 12, 5), date(2026, 12, 9))
    assert len(titled(after, "No exercise")) == 1
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        assert after[uid][name].dt == SECOND > before[uid][name].dt
    assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]


def test_what_another_text_says_has_no_entry(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, site="left")
    planned = Reminder.objects.across_clinics().filter(episode__in=[first, second], status="scheduled")
    shown = entries(first)
    assert len(titled(shown, "Aftercare reminder")) == planned.count()
    assert len(shown) == len({str(entry["UID"]) for entry in shown.values()})


def test_the_legs_are_named_where_both_are_treated(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    again(first, site="right")
    shown = entries(first)
    assert titled(shown, "No waxing, left leg") == [(date(2026, 11, 20), date(2026, 12, 19))]
    assert titled(shown, "No waxing, right leg") == [(date(2026, 11, 24), date(2026, 12, 23))]
    assert titled(shown, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 9))]


def test_it_says_that_it_changed_when_a_treatment_is_cancelled(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, site="left")
    before = entries(first)
    Episode.objects.across_clinics().filter(pk=second.pk).update(state="cancelled")
    renew([first.patient_id], SECOND, actor="x")
    after = entries(first)
    assert titled(after, "No exercise") == [(date(2026, 11, 20), date(2026, 12, 5))]
    assert min(e["SEQUENCE"] for e in after.values()) > max(e["SEQUENCE"] for e in before.values())


def test_a_plan_that_did_not_change_gives_the_same_file(episode: Episode) -> None:
    url = f"/p/{episode.patient.page_token}/calendar.ics"
    assert Client().get(url).content == Client().get(url).content


@pytest.mark.parametrize("site", ["left", ""])
def test_the_link_is_on_the_page_and_stays_when_somebody_is_treated_again(clinic: Clinic, site: str) -> None:
    first = enrolled(clinic, site="left")
    again(first, site=site)
    token = Patient.objects.for_clinic(clinic).get().page_token
    assert token == first.patient.page_token
    assert f'href="/p/{token}/calendar.ics"' in Client().get(f"/p/{token}").content.decode()


def test_a_second_parser_reads_the_same(episode: Episode) -> None:
    read = vobject.readOne(feed(episode).decode())
    assert read.validate(raiseException=True)
    theirs = {(e.uid.value, e.summary.value, e.dtstart.value) for e in read.vevent_list}
    ours = {(uid, str(e["SUMMARY"]), e["DTSTART"].dt) for uid, e in entries(episode).items()}
    assert theirs == ours


#: what RFC 5545 asks of an event in a calendar with a method, and RFC 7986 of one that is fetched again
WANTED = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "TRANSP", "CLASS"}


def test_it_keeps_to_the_standard(clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    again(first, site="right")
    content = feed(first)
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(content)
    assert not [error for part in calendar.walk() for error in part.errors]
    for once in (b"VERSION:2.0", b"METHOD:PUBLISH", b"CALSCALE:GREGORIAN"):
        assert lines.count(once) == 1
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in lines
    assert b"X-PUBLISHED-TTL:PT4H" in lines
    for entry in calendar.walk("VEVENT"):
        assert set(entry) == WANTED
        assert entry["DTSTART"].dt < entry["DTEND"].dt
    assert set(re.findall(rb"DTSTART[^:]*", content)) == {b"DTSTART", b"DTSTART;VALUE=DATE"}
    times = re.findall(rb"(?:DTSTAMP|LAST-MODIFIED|DTSTART|DTEND):(.*)\r", content)
    assert all(re.fullmatch(rb"\d{8}T\d{6}Z", time) for time in times)


def test_long_titles_are_folded_and_come_back_whole(clinic: Clinic, episode: Episode) -> None:
    label = "Strümpfe, Tag und Nacht; " * 6
    edition = episode.edition
    whole = edition.protocol.replace("Stockings day and night", label.strip())
    assert whole != edition.protocol
    copy = Edition.objects.create(
        clinic=clinic,
        protocol_id=edition.protocol_id,
        number=99,
        protocol=whole,
        settings=edition.settings,
        published_by="x",
        # A moment of its own: a protocol that was read once is known by number and moment.
        published_at=edition.published_at + timedelta(microseconds=99),
    )
    Episode.objects.across_clinics().update(edition=copy)
    content = feed(episode)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert label.strip() in {str(e["SUMMARY"]) for e in entries(episode).values()}
    assert label.strip() in {e.summary.value for e in vobject.readOne(content.decode()).vevent_list}


LATER = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def reminders(shown: dict[str, Calendar]) -> dict[str, datetime]:
    """Those that are timed, by the key of the message."""
    found = {uid: entry["DTSTART"].dt for uid, entry in shown.items() if uid.startswith("reminder-")}
    return {uid.removeprefix("reminder-").split(".")[0].rpartition("-")[0]: at for uid, at in found.items()}


@pytest.mark.parametrize(
    ("change", "key", "to"),
    [
        (ChangeTreatment(treated="2026-11-19T15:00", late_confirmed=True), "day-5", (24, 10)),
        (MoveReminder("day-5", "2026-11-26T11:00"), "day-5", (26, 11)),
        (SkipReminder("day-5"), "day-5", None),
    ],
    ids=["another treatment date", "another time", "skipped"],
)
def test_a_changed_plan_changes_the_entries(
    change: Change, key: str, to: tuple[int, int] | None, episode: Episode
) -> None:
    before = entries(episode)
    assert reminders(before)[key] == datetime(2026, 11, 25, 10, tzinfo=UTC)
    do(episode, change, LATER)
    after = entries(episode)
    moved = datetime(2026, 11, *to, tzinfo=UTC) if to else None
    assert reminders(after).get(key) == moved
    for uid in after.keys() & before.keys():
        assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]
        assert after[uid]["LAST-MODIFIED"].dt == LATER > before[uid]["LAST-MODIFIED"].dt


def test_a_cancelled_plan_has_no_entries_and_is_a_calendar_all_the_same(episode: Episode) -> None:
    do(episode, Cancel(), LATER)
    content = feed(episode)
    assert not entries(episode)
    # The standard wants at least one component; a zone is none that anybody sees.
    assert [part.name for part in Calendar.from_ical(content).subcomponents] == ["VTIMEZONE"]
    assert vobject.readOne(content.decode()).validate(raiseException=True)


def test_while_a_plan_is_paused_only_what_is_critical_has_a_time(episode: Episode) -> None:
    before = entries(episode)
    do(episode, Pause(), LATER)
    after = entries(episode)
    assert set(reminders(after)) == {"clot-signs"}
    phases = {uid for uid in before if uid.startswith("phase-")}
    assert phases == {uid for uid in after if uid.startswith("phase-")}


@pytest.mark.parametrize("whose", ["clinic", "patient"])
def test_who_wants_texts_that_say_little_has_titles_that_say_little(whose: str, episode: Episode) -> None:
    if whose == "clinic":
        Clinic.objects.update(detail="minimal")
    else:
        Episode.objects.across_clinics().update(detail="minimal")
    assert {str(e["SUMMARY"]) for e in entries(episode).values()} == {"Aftercare", "Aftercare reminder"}
