import pytest
import time_machine
from django.test import Client

from scheduler.alarms import Kind, acknowledge, alarm, clear
from scheduler.channels.base import Verdict, rejected
from scheduler.dispatch import dispatch_once
from scheduler.domain.status import Status
from scheduler.models import Alarm, Clinic, Event, Reminder, Sender
from tests.attention.test_replies import reply
from tests.attention.waits import LATER, doubtful, failed
from tests.dispatch.plans import DAY_2, Recording, day_2_of, live_clinic, patient_of
from tests.web.people import member, signed_in

pytestmark = pytest.mark.django_db
URL = "/c/leafy/attention"


@pytest.fixture(autouse=True)
def half_an_hour_later(friday: None) -> None:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def page(client: Client) -> str:
    return client.get(URL).content.decode()


def seen(client: Client) -> str:
    return page(client).split('name="seen" value="')[1].split('"')[0]


def decide(client: Client, reminder: Reminder, do: str, **said: str) -> tuple[int, str]:
    given = {"reminder": str(reminder.pk), "do": do, "why": "Spoke to her", "seen": ""} | said
    answer = client.post(URL, given, follow=True)
    return answer.status_code, answer.content.decode()


def test_it_says_what_is_wrong_and_whom_to_call(staff: Client, clinic: Clinic) -> None:
    failed(clinic)
    shown = page(staff)
    assert "the number or address does not work" in shown
    assert 'href="tel:+447700900123"' in shown
    assert "code 30005" in shown
    assert "<span>2 days after treatment</span>" in shown
    # What to say on the telephone stands there at once.
    assert "<details open>" in shown


def test_it_says_that_it_may_have_arrived(staff: Client, clinic: Clinic) -> None:
    doubtful(clinic)
    assert "It may have arrived." in page(staff)
    assert 'value="again"' not in page(staff)


def test_it_says_when_nothing_waits(staff: Client) -> None:
    assert "Nothing waits for you." in page(staff)


@pytest.mark.parametrize(
    ("do", "status"),
    [("told", Status.HANDLED), ("drop", Status.DROPPED), ("again", Status.SCHEDULED)],
)
def test_staff_decide(staff: Client, clinic: Clinic, do: str, status: Status) -> None:
    reminder = failed(clinic)
    code, shown = decide(staff, reminder, do, seen=seen(staff))
    assert code == 200
    assert "Nothing waits for you." in shown
    reminder.refresh_from_db()
    assert reminder.status == status
    assert Event.objects.for_clinic(clinic).filter(actor="staff@leafy.example.com").exists()


def test_the_patients_page_tells_of_it(staff: Client, clinic: Clinic) -> None:
    reminder = failed(clinic)
    decide(staff, reminder, "told")
    shown = staff.get(f"/c/leafy/episodes/{reminder.episode_id}").content.decode()
    assert "told by phone (Spoke to her)" in shown


def test_the_second_of_two_is_told(staff: Client, admin: Client, clinic: Clinic) -> None:
    reminder = failed(clinic)
    mark = seen(staff)
    decide(admin, reminder, "told", seen=mark)
    code, shown = decide(staff, reminder, "again", seen=mark)
    assert code == 422
    assert "admin@leafy.example.com was quicker" in shown


def test_without_a_reason_it_keeps_nothing(staff: Client, clinic: Clinic) -> None:
    reminder = failed(clinic)
    code, shown = decide(staff, reminder, "told", why=" ")
    assert (code, "Say why this is done." in shown) == (422, True)
    reminder.refresh_from_db()
    assert reminder.status == Status.FAILED


@pytest.mark.parametrize(
    "said",
    [
        {"do": "burn"},
        {"do": ""},
        {"reminder": "x"},
        {"reminder": "9" * 30},
        {"reminder": "-1"},
        {"seen": "x"},
        {"seen": "9" * 5000},
        {"seen": "²"},
    ],
)
def test_odd_input_changes_nothing(staff: Client, clinic: Clinic, said: dict[str, str]) -> None:
    reminder = failed(clinic)
    given = {"reminder": str(reminder.pk), "do": "told", "why": "x"} | said
    assert staff.post(URL, given).status_code in (302, 422)
    reminder.refresh_from_db()
    assert reminder.status == Status.FAILED


def test_another_clinics_messages_are_unknown(clinic: Clinic, other_clinic: Clinic) -> None:
    reminder = failed(clinic)
    theirs = signed_in(member(other_clinic, "admin"))
    answer = theirs.post("/c/other/attention", {"reminder": reminder.pk, "do": "told", "why": "x"})
    assert answer.status_code == 422
    reminder.refresh_from_db()
    assert reminder.status == Status.FAILED


def test_a_held_sender_is_released_by_an_admin(staff: Client, admin: Client, clinic: Clinic) -> None:
    day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording(rejected("21606", Verdict.CONFIGURATION))})
    assert "code 21606" in page(staff)
    assert "It is mended" not in page(staff)
    assert "It is mended" in page(admin)
    assert staff.post(f"{URL}/sender").status_code == 403
    assert Sender.objects.get().held_at is not None
    assert admin.post(f"{URL}/sender").status_code == 302
    assert Sender.objects.get().held_at is None


@pytest.fixture
def late(clinic: Clinic) -> Alarm:
    alarm(Kind.LATE, now=LATER, clinic=clinic, detail="3 late.")
    return Alarm.objects.get()


def test_somebody_sees_to_an_alarm_and_every_page_says_who(
    staff: Client, admin: Client, clinic: Clinic, late: Alarm
) -> None:
    assert "See to it" in staff.get("/c/leafy/").content.decode()
    assert "3 late." in page(staff)
    answer = staff.post(f"{URL}/alarm", {"alarm": late.pk}, follow=True).content.decode()
    assert "staff@leafy.example.com sees to it, since Sun 22 Nov, 09:40." in answer
    assert "staff@leafy.example.com sees to it." in admin.get("/c/leafy/").content.decode()
    assert (
        "somebody sees to it already"
        in admin.post(f"{URL}/alarm", {"alarm": late.pk}, follow=True).content.decode()
    )
    late.refresh_from_db()
    assert (late.acknowledged_by, late.acknowledged_at) == ("staff@leafy.example.com", LATER)
    assert Event.objects.for_clinic(clinic).get(kind="alarm-acknowledged").reason == "late"


def test_an_alarm_that_opens_anew_is_seen_by_nobody(clinic: Clinic, late: Alarm) -> None:
    assert acknowledge(clinic, late.pk, actor="nurse@example.com", now=LATER)
    clear(Kind.LATE, now=LATER, clinic=clinic)
    assert not acknowledge(clinic, late.pk, actor="nurse@example.com", now=LATER)
    alarm(Kind.LATE, now=LATER, clinic=clinic)
    assert Alarm.objects.get(closed_at=None).acknowledged_at is None


def test_an_alarm_of_another_clinic_is_none_of_ours(other_clinic: Clinic, late: Alarm) -> None:
    theirs = signed_in(member(other_clinic, "admin"))
    for number in (str(late.pk), "x", ""):
        theirs.post("/c/other/attention/alarm", {"alarm": number})
    late.refresh_from_db()
    assert late.acknowledged_at is None


def test_a_reply_is_seen_to_with_a_name(staff: Client, clinic: Clinic) -> None:
    patient_of(clinic)
    one = reply(clinic, urgent=True)
    shown = page(staff)
    assert "Urgent replies" in shown
    assert "Sam Example 123" in shown
    answer = staff.post(f"{URL}/reply", {"reply": one.pk}, follow=True).content.decode()
    assert "Noted" in answer
    assert "Thank you" not in answer
    assert (
        "Somebody else has seen to it"
        in staff.post(f"{URL}/reply", {"reply": one.pk}, follow=True).content.decode()
    )


def test_it_says_what_is_not_set(admin: Client, clinic: Clinic) -> None:
    Clinic.objects.update(urgent_phone="")
    assert "the telephone number for urgent calls" in page(admin)
    Clinic.objects.update(urgent_phone="+441632960123")
    assert "Nothing waits for you." in page(admin)


def test_the_pages_say_how_much_waits(staff: Client, clinic: Clinic, late: Alarm) -> None:
    counted = '<span class="badge strong">{}<span class="hidden"> waiting</span></span>'
    reply(clinic)
    assert counted.format(2) in staff.get("/c/leafy/outbox").content.decode()
    acknowledge(clinic, late.pk, actor="nurse@example.com", now=LATER)
    assert counted.format(1) in staff.get("/c/leafy/outbox").content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Ask for the right number or address"),
        ({"status_reason": "refused-text"}, "Send it again, or tell the patient by phone."),
        ({"send_by": LATER}, "Its time has passed: if it still matters"),
        ({"status": Status.UNDELIVERED}, "It is about to be tried again"),
    ],
)
def test_it_says_what_to_do(staff: Client, clinic: Clinic, values: dict[str, object], said: str) -> None:
    one = failed(clinic)
    Reminder.objects.across_clinics().filter(pk=one.pk).update(**values)
    assert said in page(staff)
