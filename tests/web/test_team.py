"""Who works at a clinic, how somebody comes in and leaves, and what an admin does not learn by it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from scheduler.api.keys import create_key
from scheduler.models import Clinic, Event, Membership, User
from tests.enrolment.clinics import NOW
from tests.support.mail import Mailbox
from tests.web.people import member, signed_in

URL = "/c/leafy/team"
NEW = {"email": "Jo@Example.com", "role": "staff"}
PASSWORD = "heron bucket window seven"


def shown(client: Client, url: str = URL) -> str:
    return client.get(url).content.decode()


def page_of(clinic: Clinic, email: str) -> str:
    found = Membership.objects.for_clinic(clinic).get(user__email__iexact=email)
    return f"{URL}/{found.pk}"


def events(clinic: Clinic) -> list[tuple[str, str, str]]:
    """What happened to whom by whose hand, in order."""
    told = Event.objects.for_clinic(clinic).exclude(kind="edition-published").order_by("pk")
    return [(e.kind, e.details["member"], e.actor) for e in told if "member" in e.details]


def link_in(text: str) -> str:
    found = re.search(r"http\S+/invitation/[\w:-]+", text)
    assert found
    return urlsplit(found.group()).path


def mailed(mailbox: Mailbox) -> str:
    return str(mailbox.messages[-1].get_payload(decode=True), "utf-8")


def password_page(client: Client, link: str) -> str:
    """As a browser goes: the key leaves the address before the form is shown."""
    answer = client.post(link, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    return str(answer.redirect_chain[-1][0])


def test_it_lists_the_team_with_what_an_admin_looks_for(admin: Client, clinic: Clinic) -> None:
    staff = member(clinic, "staff")
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={})
    page = shown(admin)
    for words in ("admin@leafy.example.com", "You", "Fri 20 Nov, 15:30", "staff@leafy.example.com", "Never"):
        assert words in page
    assert page.count(">On</td>") == 1


def test_the_list_asks_as_much_of_the_database_for_many(admin: Client, clinic: Clinic) -> None:
    counts = []
    for number in (0, 30):
        for more in range(number):
            member(clinic, "staff", f"m{more}@example.com")
        with CaptureQueriesContext(connection) as queries:
            shown(admin)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_new_person_comes_in_by_a_link_that_works_once(
    admin: Client, clinic: Clinic, mailbox: Mailbox
) -> None:
    page = admin.post(URL, NEW, follow=True).content.decode()
    assert "on its way to jo@example.com" in page
    assert "/invitation/" not in page
    assert mailbox.messages[0]["To"] == "Jo@example.com"
    link, jo = link_in(mailed(mailbox)), Client()
    assert "You are invited to the team of Leafy Vein Clinic" in shown(jo, link)
    form = password_page(jo, link)
    assert "Choose a password" in shown(jo, form)
    done = jo.post(form, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "Your password is chosen" in done.content.decode()
    again = Client().post(link)
    assert "has a password already" in again.content.decode()
    back = jo.post("/accounts/login/", {"login": "jo@example.com", "password": PASSWORD})
    assert back.headers["Location"] == link
    assert jo.get("/c/leafy/").status_code == 404
    assert jo.post(link).headers["Location"] == "/c/leafy/"
    assert jo.get("/c/leafy/").status_code == 200
    assert Client().get(link).status_code == 404
    assert events(clinic) == [
        ("member-invited", "Jo@example.com", "admin@leafy.example.com"),
        ("invitation-accepted", "Jo@example.com", "Jo@example.com"),
    ]


def test_whoever_was_invited_under_an_address_is_in_no_other_team_by_it(
    admin: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    """Without mail the other clinic's admin has that clinic's link, and could choose the password with it."""
    page_of_link = admin.post(URL, NEW | {"role": "admin"}, follow=True).content.decode()
    theirs = signed_in(member(other_clinic, "admin"))
    link = link_in(theirs.post("/c/other/team", NEW, follow=True).content.decode())
    form = password_page(theirs_alone := Client(), link)
    theirs_alone.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    theirs_alone.post("/accounts/login/", {"login": "jo@example.com", "password": PASSWORD})
    theirs_alone.post(link)
    assert theirs_alone.get("/c/other/").status_code == 200
    assert theirs_alone.get("/c/leafy/").status_code == 404
    assert theirs_alone.get("/").headers["Location"] == "/c/other/"
    assert Client().get(link_in(page_of_link)).status_code == 200


def test_a_link_lets_nobody_in_who_is_signed_in_as_somebody_else(admin: Client, clinic: Clinic) -> None:
    link = link_in(admin.post(URL, NEW, follow=True).content.decode())
    assert "You are signed in here as admin@leafy.example.com" in shown(admin, link)
    assert Membership.objects.for_clinic(clinic).filter(invited_at__isnull=False).exists()


def test_whoever_signs_in_elsewhere_becomes_a_member_and_keeps_the_password(
    admin: Client, clinic: Clinic, other_clinic: Clinic, mailbox: Mailbox
) -> None:
    jo = member(other_clinic, "admin", "jo@example.com")
    admin.post(URL, NEW)
    link, theirs = link_in(mailed(mailbox)), signed_in(jo)
    assert "has a password already" in Client().post(link).content.decode()
    assert f"?next={link}" in shown(Client(), link).replace("%3A", ":")
    assert theirs.get("/c/leafy/").status_code == 404
    assert "Join the team" in shown(theirs, link)
    for _ in range(2):
        theirs.post(link)
        assert theirs.get("/c/leafy/").status_code == 200
    jo.refresh_from_db()
    assert jo.check_password("correct horse battery")


@pytest.mark.parametrize("mail", [True, False])
def test_an_admin_sees_the_same_whether_the_address_has_an_account_or_not(
    mail: bool, admin: Client, clinic: Clinic, other_clinic: Clinic, mailbox: Mailbox, settings: Settings
) -> None:
    settings.EMAIL_LIVE = mail
    known = member(other_clinic, "admin", "Known@Example.com")
    Authenticator.objects.create(user=known, type=Authenticator.Type.TOTP, data={})
    signed_in(known)
    seen = []
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        for email in ("known@example.com", "fresh@example.com"):
            admin.post(URL, {"email": email, "role": "staff"})
            pages = shown(admin) + shown(admin, page_of(clinic, email)) + shown(admin, page_of(clinic, email))
            row = Membership.objects.for_clinic(clinic).get(user__email__iexact=email)
            if not mail:
                pages += shown(Client(), link_in(pages))
            found = re.sub(r"/invitation/[\w:%-]+|csrf\S+\" value=\"\w+", "", pages)
            seen.append(found.replace(email, "x").replace(f"/{row.pk}", "/0"))
            admin.post(page_of(clinic, email), {"do": "withdraw"}, follow=True)
    assert seen[0] == seen[1]


def test_without_mail_the_link_is_shown_to_copy(admin: Client, clinic: Clinic) -> None:
    page = admin.post(URL, NEW, follow=True).content.decode()
    assert "This installation" not in page
    jo = Client()
    assert "Choose a password" in shown(jo, password_page(jo, link_in(page)))


def test_a_link_runs_out_after_seven_days(admin: Client, clinic: Clinic) -> None:
    link = link_in(admin.post(URL, NEW, follow=True).content.decode())
    with time_machine.travel(NOW + timedelta(days=7, seconds=-1), tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        answer = Client().get(link)
        assert answer.status_code == 404
        assert "This invitation is over" in answer.content.decode()
        assert Client().post(link).status_code == 404


def test_sent_again_it_has_another_link(admin: Client, clinic: Clinic, mailbox: Mailbox) -> None:
    admin.post(URL, NEW)
    first = link_in(mailed(mailbox))
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        page = page_of(clinic, "jo@example.com")
        signed_in(User.objects.get(email="admin@leafy.example.com")).post(page, {"do": "again"})
        assert Client().get(first).status_code == 404
        assert Client().get(link_in(mailed(mailbox))).status_code == 200
    assert [kind for kind, *_ in events(clinic)] == ["member-invited", "invitation-sent-again"]


def test_withdrawn_it_leaves_nothing_behind(admin: Client, clinic: Clinic) -> None:
    link = link_in(admin.post(URL, NEW, follow=True).content.decode())
    page = page_of(clinic, "jo@example.com")
    assert admin.post(page, {"do": "withdraw"}).headers["Location"] == URL
    assert Client().get(link).status_code == 404
    assert not User.objects.filter(email__iexact="jo@example.com").exists()
    assert admin.post(page, {"do": "withdraw"}).status_code == 404


def test_a_mail_server_that_refuses_leaves_an_invitation_to_send_again(
    admin: Client, clinic: Clinic, mailbox: Mailbox
) -> None:
    mailbox.refuse = "550 no such user"
    page = admin.post(URL, NEW, follow=True).content.decode()
    assert "The mail server did not take the invitation" in page
    assert "Invited Fri 20 Nov" in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": ""}, "Give the email address"),
        ({"email": "jo"}, "This is not an email address"),
        ({"email": "ADMIN@leafy.example.com"}, "This person is in the team already."),
        ({"role": "owner"}, "Choose one of the two."),
    ],
)
def test_it_invites_nobody_wrongly(
    said: dict[str, str], sentence: str, admin: Client, clinic: Clinic
) -> None:
    answer = admin.post(URL, NEW | said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Membership.objects.for_clinic(clinic).count() == User.objects.count() == 1


def test_another_role_is_given_and_told(admin: Client, clinic: Clinic) -> None:
    member(clinic, "staff", "jo@example.com")
    page = page_of(clinic, "jo@example.com")
    for _ in range(2):
        assert admin.post(page, {"do": "role", "role": "admin"}).status_code == 302
    assert Membership.objects.for_clinic(clinic).filter(role="admin").count() == 2
    assert events(clinic) == [("role-changed", "jo@example.com", "admin@leafy.example.com")]


def test_whoever_is_removed_is_out_at_once_and_stays_elsewhere(
    admin: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    jo = member(clinic, "staff", "jo@example.com")
    Membership.objects.create(clinic=other_clinic, user=jo, role="staff")
    theirs = signed_in(jo)
    answer = admin.post(page_of(clinic, "jo@example.com"), {"do": "remove"}, follow=True)
    assert "jo@example.com is not in the team any more." in answer.content.decode()
    assert theirs.get("/c/leafy/").status_code == 404
    assert theirs.get("/c/other/").status_code == 200
    assert events(clinic) == [("member-removed", "jo@example.com", "admin@leafy.example.com")]


def test_an_account_of_no_other_clinic_is_closed(admin: Client, clinic: Clinic) -> None:
    theirs = signed_in(member(clinic, "staff", "jo@example.com"))
    admin.post(page_of(clinic, "jo@example.com"), {"do": "remove"})
    assert not User.objects.filter(email="jo@example.com").exists()
    assert theirs.get("/c/leafy/").headers["Location"].startswith("/accounts/login/")


def test_it_says_which_keys_stay_in_force(admin: Client, clinic: Clinic) -> None:
    member(clinic, "staff", "jo@example.com")
    create_key(clinic, "Booking system", actor="jo@example.com", now=NOW)
    page = shown(admin, page_of(clinic, "jo@example.com"))
    assert "1 API key that the person made stays in force" in page
    assert "Booking system (ac_" in page


@pytest.mark.parametrize(
    "said", [{"do": "remove", "sure": "on"}, {"do": "role", "role": "staff", "sure": "on"}]
)
def test_the_last_admin_stays(said: dict[str, str], admin: Client, clinic: Clinic) -> None:
    admin.post(URL, NEW | {"role": "admin"})
    answer = admin.post(page_of(clinic, "admin@leafy.example.com"), said)
    assert answer.status_code == 422
    assert "the only admin who has joined" in answer.content.decode()
    assert Membership.objects.for_clinic(clinic).filter(role="admin").count() == 2


@pytest.mark.parametrize(("said", "left"), [({"do": "remove"}, 1), ({"do": "role", "role": "staff"}, 1)])
def test_oneself_is_asked_first(said: dict[str, str], left: int, admin: Client, clinic: Clinic) -> None:
    member(clinic, "admin", "jo@example.com")
    page = page_of(clinic, "admin@leafy.example.com")
    answer = admin.post(page, said)
    assert answer.status_code == 422
    assert "tick the box if you mean it" in answer.content.decode()
    assert Membership.objects.for_clinic(clinic).filter(role="admin").count() == 2
    assert admin.post(page, said | {"sure": "on"}).status_code == 302
    assert Membership.objects.for_clinic(clinic).filter(role="admin").count() == left


def test_it_knows_no_member_of_another_clinic(admin: Client, other_clinic: Clinic) -> None:
    theirs = member(other_clinic, "staff").memberships.get()
    assert admin.get(f"{URL}/{theirs.pk}").status_code == 404
    assert admin.post(f"{URL}/{theirs.pk}", {"do": "remove"}).status_code == 404
