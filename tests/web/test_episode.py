import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from scheduler.enrolment import enrol
from scheduler.models import Attempt, Clinic, Episode, Event, Reminder
from scheduler.plans import renew
from tests.enrolment.clinics import NOW, asked
from tests.web.people import enrolled, member, signed_in


def page(client: Client, episode: Episode) -> str:
    return client.get(f"/c/leafy/episodes/{episode.pk}").content.decode()


def put_into_outbox(episode: Episode, key: str, text: str, kind: str = "sms") -> Attempt:
    reminder = Reminder.objects.across_clinics().get(episode=episode, key=key)
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status="sent")
    return Attempt.objects.create(
        clinic=episode.clinic,
        reminder=reminder,
        kind=kind,
        channel="outbox",
        address="+447700900123",
        text=text,
        segments=1,
        episode_revision=1,
        created_at=NOW,
    )


def test_it_draws_every_phase_and_names_its_end(staff: Client, episode: Episode) -> None:
    shown = page(staff, episode)
    for words in (
        "Stockings day and night",
        "until Mon 23 Nov, 15:00",
        "at least until Fri 4 Dec",
        "no end given",
    ):
        assert words in shown


@pytest.mark.parametrize(("days", "drawn"), [(0, True), (28, True), (90, False)])
def test_it_draws_today_while_the_plan_runs(days: int, drawn: bool, clinic: Clinic, episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        assert ('class="today"' in page(signed_in(member(clinic, "staff")), episode)) == drawn


def test_it_has_no_style_and_no_script_of_its_own(staff: Client, episode: Episode) -> None:
    shown = page(staff, episode)
    assert " style=" not in shown
    assert "<style" not in shown
    assert "<script" not in shown


def test_it_counts_days_for_staff(clinic: Clinic, episode: Episode) -> None:
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        assert "4 days after treatment" in page(signed_in(member(clinic, "staff")), episode)


def test_it_shows_the_exact_text_that_was_sent(staff: Client, episode: Episode) -> None:
    put_into_outbox(episode, "day-1", "Leafy Clinic: this very text")
    assert "Leafy Clinic: this very text" in page(staff, episode)


def test_it_shows_what_a_planned_message_will_say(staff: Client, episode: Episode) -> None:
    assert "What it will say" in page(staff, episode)


def test_it_tells_who_enrolled(staff: Client, episode: Episode) -> None:
    assert "nurse@example.com" in page(staff, episode)


def test_it_needs_few_queries(
    staff: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    episode = enrolled(clinic)
    with django_assert_max_num_queries(16):
        page(staff, episode)
    for minute in range(3):
        again(episode, treated=f"2026-11-20T15:1{minute}")
    with django_assert_max_num_queries(16):
        page(staff, episode)


def again(first: Episode, when: datetime = NOW, **values: str) -> Episode:
    """The same patient, treated once more."""
    asking = asked(first.clinic, patient=str(first.patient_id), late_confirmed=True, **values)
    return enrol(asking, "nurse@example.com", when).episode


#: four days after the first treatment
SECOND = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def two(clinic: Clinic) -> tuple[Episode, Episode]:
    first = enrolled(clinic, site="left")
    return first, again(first, SECOND, treated="2026-11-24T10:00", site="left")


def test_it_names_the_treatment_that_decides(staff: Client, two: tuple[Episode, Episode]) -> None:
    first, second = two
    shown = page(staff, first)
    named = f'<a href="/c/leafy/episodes/{second.pk}">The treatment of Tue 24 Nov, left leg</a>'
    assert f"{named} decides until when these hold: stockings in the daytime, no heat" in shown
    assert f'data-head="Decided by">{named}' in shown
    assert "until Tue 8 Dec" in shown
    assert "bar avoid more" in shown
    assert "This treatment" in page(staff, second)
    assert "decides until when" not in page(staff, second)


def test_treatments_of_one_patient_lead_to_each_other(staff: Client, two: tuple[Episode, Episode]) -> None:
    for one, other in (two, two[::-1]):
        assert f'<a href="/c/leafy/episodes/{other.pk}">the treatment of' in page(staff, one)


def test_it_shows_which_treatment_supersedes_a_message(staff: Client, two: tuple[Episode, Episode]) -> None:
    first, second = two
    assert first.reminders.get(key="day-14").status == "superseded"
    row = page(staff, first).split('id="message-day-14"')[1].split("</li>")[0]
    assert f'href="/c/leafy/episodes/{second.pk}">The treatment of Tue 24 Nov, left leg</a> decides' in row


def test_it_leads_to_the_text_that_carries_a_message(staff: Client, clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, treated="2026-11-20T15:20", site="left")
    folded = first.reminders.filter(status="folded").select_related("host")[0]
    assert folded.host is not None
    row = page(staff, first).split(f'id="message-{folded.key}"')[1].split("</li>")[0]
    assert f'href="/c/leafy/episodes/{second.pk}#message-{folded.host.key}"' in row
    assert f'id="message-{folded.host.key}"' in page(staff, second)


def test_it_shows_the_text_with_what_it_carries(staff: Client, clinic: Clinic) -> None:
    first = enrolled(clinic, site="left")
    second = again(first, SECOND, treated="2026-11-24T10:00", site="right")
    host = second.reminders.get(key="day-1")
    guest = first.reminders.get(key="day-5")
    Reminder.objects.across_clinics().filter(pk=guest.pk).update(
        status="folded", host=host, decided_by=second
    )
    row = page(staff, second).split('id="message-day-1"')[1].split("</li>")[0]
    assert "Left leg: " in row


def test_it_tells_in_each_history_what_the_second_one_changed(
    staff: Client, clinic: Clinic, two: tuple[Episode, Episode]
) -> None:
    assert "A further treatment was enrolled, and messages of this one changed" in page(staff, two[0])
    again(two[0], SECOND, treated="2026-11-24T10:10", mobile="07700 900188")
    for one in two:
        assert "How the patient is reached was changed" in page(staff, one)


def test_a_cancelled_treatment_decides_nothing(staff: Client, two: tuple[Episode, Episode]) -> None:
    first, second = two
    Episode.objects.across_clinics().filter(pk=second.pk).update(state="cancelled")
    renew([first.patient_id], SECOND, actor="x")
    assert "24 Nov, left leg" not in page(staff, first)


def test_it_leads_to_the_form_for_another_treatment(staff: Client, episode: Episode) -> None:
    assert f'href="/c/leafy/enrol?patient={episode.patient_id}"' in page(staff, episode)


def test_the_outbox_shows_the_newest_first(staff: Client, episode: Episode) -> None:
    put_into_outbox(episode, "day-1", "the first")
    later = put_into_outbox(episode, "day-2", "the second")
    Attempt.objects.across_clinics().filter(pk=later.pk).update(created_at=NOW + timedelta(days=1))
    shown = staff.get("/c/leafy/outbox").content.decode()
    assert shown.index("the second") < shown.index("the first")
    assert "Saturday 21 November" in shown
    assert "07700 900123" in shown


def test_the_outbox_shows_nothing_of_another_clinic(
    staff: Client, episode: Episode, other_clinic: Clinic
) -> None:
    put_into_outbox(enrolled(other_clinic), "day-1", "not theirs")
    assert "not theirs" not in staff.get("/c/leafy/outbox").content.decode()


def test_the_outbox_goes_on_to_older_pages(staff: Client, episode: Episode) -> None:
    for number in range(31):
        put_into_outbox(episode, "day-1", f"text {number}")
    assert "Page 1 of 2" in staff.get("/c/leafy/outbox").content.decode()
    assert "Page 2 of 2" in staff.get("/c/leafy/outbox?page=2").content.decode()


@pytest.mark.parametrize(("kind", "shown"), [("email", True), ("sms", False)])
def test_an_attempt_is_drawn_as_what_it_is_whatever_its_address(
    staff: Client, episode: Episode, kind: str, shown: bool
) -> None:
    put_into_outbox(episode, "day-2", "Keep walking.", kind)
    assert ("bubble email" in page(staff, episode)) is shown


def stop(episode: Episode, wish: str = "stop", channel: str = "sms") -> None:
    Client().post(f"/p/{episode.patient.page_token}/messages", {"channel": channel, "wish": wish})


def test_it_tells_staff_that_the_patient_stopped_a_channel(staff: Client, episode: Episode) -> None:
    stop(episode)
    shown = page(staff, episode)
    assert "07700 900123 <strong>stopped by the patient on Fri 20 Nov</strong>; Email" in shown
    assert re.search(r">Stopped texts</td><td[^>]*>patient<", shown)
    stop(episode, "resume")
    shown = page(staff, episode)
    assert "stopped by the patient" not in shown
    assert re.search(r">Resumed texts</td><td[^>]*>patient<", shown)


def test_a_stop_is_told_on_every_running_plan_of_that_address(clinic: Clinic, episode: Episode) -> None:
    second, over = enrolled(clinic, name="Sam again"), enrolled(clinic, name="Sam before")
    Reminder.objects.across_clinics().filter(episode=over).update(status="delivered")
    stranger = enrolled(clinic, name="Jo", mobile="07700 900124")
    stop(episode)
    told = Event.objects.for_clinic(clinic).filter(kind="opted-out").values_list("episode", flat=True)
    assert set(told) == {episode.pk, second.pk}
    assert stranger.pk not in told


@pytest.mark.parametrize(
    ("live", "outbox_only", "marked"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_plan_from_before_sending_was_turned_on_is_marked(
    live: bool,
    outbox_only: bool,
    marked: bool,
    staff: Client,
    clinic: Clinic,
    episode: Episode,
    settings: Settings,
) -> None:
    settings.EMAIL_LIVE = True
    Clinic.objects.update(live=live)
    Episode.objects.across_clinics().update(outbox_only=outbox_only)
    assert ("Outbox only" in staff.get("/c/leafy/").content.decode()) == marked
    shown = page(staff, episode)
    assert ("Outbox only</span>" in shown) == marked
    assert ("Planned, outbox only" in shown) == marked


def test_it_names_what_each_message_is_about(staff: Client, episode: Episode) -> None:
    shown = page(staff, episode)
    for subject in ("Important: signs of a clot", "Your aftercare, waxing"):
        assert f'class="about">{subject}<' in shown
