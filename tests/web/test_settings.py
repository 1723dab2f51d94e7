import html
import re
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from scheduler.clinic_settings import FIELDS, change
from scheduler.clinics import Refused
from scheduler.models import Clinic, Event, Reminder, Sender
from tests.enrolment.clinics import NOW, PROTOCOL, bare_clinic
from tests.web.people import enrolled, member, signed_in

URL = "/c/leafy/settings"
SET_UP = f"/c/leafy/timings/{PROTOCOL}/set-up"
CLINIC = {
    "name": "Leafy Vein Clinic",
    "sms_name": "Leafy Clinic",
    "timezone": "Europe/London",
    "urgent_phone": "01632 960123",
    "reply_to": "care@example.com",
    "website": "",
    "urgent_hours": "",
    "out_of_hours_phone": "",
    "emergency_number": "",
    "detail": "full",
    "segment_price": "",
    "currency": "GBP",
}
VALUES = {
    "no_flying.mode": "length",
    "no_flying.days": "14",
    "reason": "Agreed in the team",
    "approved_by": "Dr Example",
}


def shown(client: Client, url: str = URL) -> str:
    return client.get(url).content.decode()


def test_staff_read_the_settings_and_are_offered_no_button(staff: Client) -> None:
    page = shown(staff)
    assert "14 days" in page
    assert "care@example.com" in page
    assert ">Save<" not in page
    assert ">Change<" not in page


def test_it_says_that_flying_is_left_out_explicitly(db: None) -> None:
    clinic = bare_clinic(demonstration=True, urgent_phone="+441632960123", reply_to="care@example.com")
    client = signed_in(member(clinic, "admin"))
    client.post(SET_UP, VALUES | {"no_flying.mode": "omit"})
    page = shown(client)
    assert "Left out explicitly" in page
    assert "demonstration" in page


def test_it_saves_what_the_clinic_says_of_itself_and_tells_who_did(admin: Client, clinic: Clinic) -> None:
    assert (
        admin.post(URL, CLINIC | {"urgent_phone": "01632 960999", "emergency_number": "999"}).status_code
        == 302
    )
    clinic.refresh_from_db()
    assert (clinic.urgent_phone, clinic.emergency_number) == ("+441632960999", "999")
    event = Event.objects.for_clinic(clinic).get(kind="settings-changed")
    assert event.actor == "admin@leafy.example.com"
    assert event.details["changed"]["urgent_phone"] == ["+441632960123", "+441632960999"]


def test_it_saves_what_is_said_of_other_hours_of_detail_and_of_cost(admin: Client, clinic: Clinic) -> None:
    said = {
        "urgent_hours": "Mon to Fri, 9 am to 5 pm", "out_of_hours_phone": "01632 960124", "detail": "minimal",
        "segment_price": "0,0412", "currency": "eur",
    }  # fmt: skip
    for _ in range(2):
        assert admin.post(URL, CLINIC | said).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.urgent_hours, clinic.out_of_hours_phone) == ("Mon to Fri, 9 am to 5 pm", "+441632960124")
    assert (clinic.detail, clinic.segment_price, clinic.currency) == ("minimal", Decimal("0.0412"), "EUR")
    changed = Event.objects.for_clinic(clinic).get(kind="settings-changed").details["changed"]
    assert changed["segment_price"] == [None, "0.0412"]
    page = shown(admin)
    for words in ("+44 1632 960124", 'value="0.0412"', 'value="EUR"', 'value="minimal" id="id_detail_1"'):
        assert words in page


def test_it_shows_the_two_texts_side_by_side_exactly(admin: Client, clinic: Clinic) -> None:
    page = html.unescape(shown(admin))
    full, minimal = re.findall(r'<p class="bubble">(.*?)</p>', page, re.DOTALL)
    assert full.startswith("Leafy Clinic: ")
    assert "raise" in full.lower()
    assert minimal.startswith("Leafy Clinic: You have a reminder")
    for text in (full, minimal):
        assert "+44 1632 960123" in text
        assert "/p/" in text


def test_it_says_how_many_planned_texts_a_change_is_in(admin: Client, clinic: Clinic) -> None:
    assert "No message is planned now." in shown(admin)
    planned = Reminder.objects.for_clinic(clinic).filter(episode=enrolled(clinic), status="scheduled").count()
    assert f"{planned} messages are planned, in plans that run: 1." in shown(admin)


def test_admins_see_where_texts_come_from_and_who_shares_it(
    admin: Client, staff: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    assert "no text can leave" in shown(admin)
    sender = Sender.objects.create(name="n", from_number="+447700900999")
    Clinic.objects.update(sender=sender)
    page = shown(admin)
    assert "07700 900999" in page
    assert "1 other clinic here sends from it too." in page
    assert "07700 900999" not in shown(staff)


def test_it_writes_nothing_where_nothing_is_different(admin: Client, clinic: Clinic) -> None:
    admin.post(URL, CLINIC)
    assert not Event.objects.for_clinic(clinic).filter(kind="settings-changed").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sms_name", "A name that is far too long", "20"),
        ("name", "", "Give the clinic&#x27;s name."),
        ("sms_name", "", "Give the name that begins every text."),
        ("timezone", "", "Give the time zone"),
        ("name", "x" * 121, "120 characters at the most"),
        ("reply_to", "a@example.com" * 30, "This is"),
        ("urgent_phone", "0906 123 4567", "Calls to this number cost extra"),
        ("sms_name", "Klinik Łódź", "Ł"),
        ("sms_name", "{" * 11, "22 places"),
        ("sms_name", "Leafy\nClinic", "in one line"),
        ("timezone", "Europe/Londn", "is not a time zone"),
        ("urgent_phone", "12", "not a complete telephone number"),
        ("reply_to", "nobody", "This is not an email address"),
        ("website", "not a site", "This is not a web address"),
        ("emergency_number", "911", "Choose none, 999 or 112."),
        ("out_of_hours_phone", "12", "not a complete telephone number"),
        ("out_of_hours_phone", "01632 960124", "Say when the urgent number is answered"),
        ("urgent_hours", "x" * 81, "80 characters at the most"),
        ("detail", "some", "Choose full or minimal."),
        ("detail", "", "Choose full or minimal."),
        ("segment_price", "cheap", "Write a price like 0.0412"),
        ("segment_price", "0.04123", "four decimals at the most"),
        ("segment_price", "-1", "Write a price like 0.0412"),
        ("segment_price", "NaN", "Write a price like 0.0412"),
        ("currency", "pounds", "the three letters of the currency"),
    ],
)
def test_it_explains_a_wrong_value_and_changes_nothing(
    name: str, value: str, sentence: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(URL, CLINIC | {name: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    field = "urgent_hours" if "Say when" in sentence else name
    assert f'id="id_{field}_error"' in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.sms_name == "Leafy Clinic"


def opened(client: Client) -> dict[str, str]:
    """The form as a browser would post it that opened the page now."""
    fields = re.findall(r'<input type="hidden" name="was.(\w+)" value="([^"]*)"', shown(client))
    was = {name: html.unescape(value) for name, value in fields}
    return was | {f"was.{name}": value for name, value in was.items()}


def test_a_form_that_was_open_for_long_takes_back_nothing(admin: Client, clinic: Clinic) -> None:
    mine = opened(admin)
    admin.post(URL, opened(admin) | {"urgent_phone": "01632 960999"})
    assert admin.post(URL, mine | {"website": "https://example.com"}).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.urgent_phone, clinic.website) == ("+441632960999", "https://example.com")


def test_it_says_what_somebody_else_put_there_before_it_is_overwritten(admin: Client, clinic: Clinic) -> None:
    mine = opened(admin) | {"urgent_phone": "01632 960111"}
    admin.post(URL, opened(admin) | {"urgent_phone": "01632 960999"})
    answer = admin.post(URL, mine)
    assert answer.status_code == 422
    assert "it is +44 1632 960999 now" in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.urgent_phone == "+441632960999"
    assert admin.post(URL, mine | {"was.urgent_phone": "+44 1632 960999"}).status_code == 302
    clinic.refresh_from_db()
    assert clinic.urgent_phone == "+441632960111"


def test_of_two_who_save_at_the_same_moment_one_is_told(admin: Client, clinic: Clinic) -> None:
    """The other one's was stored after this one's page was read, and before it is written."""
    seen = {name: getattr(clinic, name) for name in FIELDS}
    Clinic.objects.filter(pk=clinic.pk).update(website="https://example.com")
    with pytest.raises(Refused, match="at the same moment"):
        change(clinic, {"website": "https://example.org"}, actor="a@example.com", now=NOW, seen=seen)


@pytest.mark.parametrize("name", ["urgent_phone", "reply_to"])
@pytest.mark.parametrize("typed", ["", "   "])
def test_it_does_not_leave_out_again_what_texts_name(
    name: str, typed: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(URL, CLINIC | {name: typed})
    assert answer.status_code == 422
    assert f'id="id_{name}_error">Texts name it: give another' in answer.content.decode()
    clinic.refresh_from_db()
    assert getattr(clinic, name)


@pytest.mark.parametrize("name", ["urgent_phone", "reply_to"])
def test_what_is_not_set_yet_may_wait(name: str, db: None) -> None:
    client = signed_in(member(bare_clinic(), "admin"))
    assert client.post(URL, CLINIC | {name: ""}).status_code == 302


def test_it_counts_the_plans_that_still_have_something_to_send(
    admin: Client, clinic: Clinic, settings: Settings
) -> None:
    settings.EMAIL_LIVE = True
    over = enrolled(clinic, name="Long Over")
    Reminder.objects.across_clinics().filter(episode=over).update(status="delivered")
    enrolled(clinic)
    assert "The plans that run now (1) stay as they" in shown(admin, f"{URL}/live")


def test_a_new_clinic_comes_from_nothing_to_its_first_patient(db: None) -> None:
    client = signed_in(member(bare_clinic(), "admin"))
    client.post(URL, CLINIC)
    client.post(SET_UP, VALUES)
    assert "Which veins were treated?" in shown(client, "/c/leafy/enrol")


def test_it_says_when_messages_go_out_and_what_is_excepted(admin: Client) -> None:
    assert "enrolled at the desk goes at once" in shown(admin)
