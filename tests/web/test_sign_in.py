import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scheduler.models import Clinic
from tests.support.mail import Mailbox
from tests.web.people import member

RESET = "/accounts/password/reset/"
LOGIN = "/accounts/login/"


def test_it_signs_in_with_an_email_address_in_any_case(clinic: Clinic) -> None:
    member(clinic, "staff")
    answer = Client().post(
        LOGIN, {"login": "Staff@Leafy.example.com", "password": "correct horse battery"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == "/c/leafy/"


def test_it_says_the_same_of_a_wrong_password_and_an_unknown_address(clinic: Clinic) -> None:
    member(clinic, "staff")
    answers = [
        Client().post(LOGIN, {"login": login, "password": "wrong"}).content.decode()
        for login in ("staff@leafy.example.com", "nobody@example.com")
    ]
    for answer in answers:
        assert "You are not signed in" in answer
        assert "The email address and/or password you specified are not correct." in answer


@pytest.mark.parametrize("path", ["login/", "password/reset/", "signup/"])
def test_pages_for_strangers_look_like_ours(path: str, db: None) -> None:
    page = Client().get(f"/accounts/{path}").content.decode()
    assert "aftercare/aftercare.css" in page
    assert "sign up" not in page.lower()


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"])
def test_pages_of_the_account_look_like_ours(path: str, staff: Client) -> None:
    page = staff.get(path).content.decode()
    assert "aftercare/aftercare.css" in page
    assert " style=" not in page


def test_it_leads_back_to_where_somebody_wanted_to_go(clinic: Clinic) -> None:
    member(clinic, "staff")
    client = Client()
    client.get("/c/leafy/outbox", follow=True)
    answer = client.post(
        f"{LOGIN}?next=/c/leafy/outbox",
        {"login": "staff@leafy.example.com", "password": "correct horse battery", "next": "/c/leafy/outbox"},
    )
    assert answer.headers["Location"] == "/c/leafy/outbox"


def test_it_signs_out_only_when_asked_to(staff: Client) -> None:
    staff.get("/accounts/logout/")
    assert staff.get("/c/leafy/").status_code == 200
    staff.post("/accounts/logout/")
    assert staff.get("/c/leafy/").status_code == 302


def test_without_mail_it_says_who_can_help_with_a_forgotten_password(clinic: Clinic) -> None:
    member(clinic, "staff")
    for answer in (
        Client().get(RESET),
        Client().post(RESET, {"email": "staff@leafy.example.com"}, follow=True),
    ):
        page = answer.content.decode()
        assert "This installation sends no mail" in page
        assert "aftercare changepassword EMAIL" in page


def test_with_mail_a_short_one_of_ours_leads_to_a_new_password(clinic: Clinic, mailbox: Mailbox) -> None:
    member(clinic, "staff")
    done = Client().post(RESET, {"email": "staff@leafy.example.com"}, follow=True).content.decode()
    assert "an email with a link is on its way" in done
    (mail,) = mailbox.messages
    assert mail["Subject"] == "Aftercare: choose a new password"
    text = str(mail.get_payload(decode=True), "utf-8")
    assert len(text.split()) < 40
    assert "/accounts/password/reset/key/" in text


def test_nobody_takes_the_address_of_somebody_else(clinic: Clinic) -> None:
    """It is who they are: events name it, and whoever is invited next under it would be them."""
    user = member(clinic, "staff")
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": "correct horse battery"})
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    for action in ("action_add", "action_primary"):
        answer = client.post("/accounts/email/", {action: "", "email": "boss@example.com"})
        assert answer.status_code == 404
    user.refresh_from_db()
    assert user.email == "staff@leafy.example.com"


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/password/change/", "/accounts/login/"])
def test_browsers_keep_no_page_of_an_account(path: str, staff: Client) -> None:
    assert "no-store" in staff.get(path).headers["Cache-Control"]


def test_it_takes_no_file_from_strangers(db: None) -> None:
    file = SimpleUploadedFile("big.bin", b"x" * 100)
    assert Client().post(LOGIN, {"login": "a", "file": file}).status_code == 400
