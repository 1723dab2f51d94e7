"""`aftercare member`: who may work at a clinic."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from scheduler.accounts import add_member
from scheduler.management.base import WrongInput
from scheduler.models import Clinic, Event, Membership, User
from tests.enrolment.clinics import NOW, ready_clinic
from tests.support.aftercare import aftercare, installed

pytestmark = pytest.mark.django_db
STAFF, ADMIN = Membership.Role.STAFF, Membership.Role.ADMIN


def kinds(clinic: Clinic) -> list[str]:
    """What the clinic's events tell of its members."""
    about = Event.objects.for_clinic(clinic).filter(kind__in=["member-added", "role-changed"])
    return list(about.order_by("pk").values_list("kind", flat=True))


def test_a_new_member_can_sign_in(clinic: Clinic) -> None:
    access = add_member(clinic, "jo@example.com", STAFF, actor="test", now=NOW)
    client = Client()
    assert client.login(email="jo@example.com", password=access.password)
    assert client.get("/c/leafy/").status_code == 200
    assert client.get("/c/leafy/settings/live").status_code == 403


def test_somebody_with_an_account_keeps_the_password(clinic: Clinic) -> None:
    User.objects.create_user("jo@example.com", "correct horse battery")
    assert add_member(clinic, "JO@example.com", STAFF, actor="test", now=NOW).password == ""
    assert Client().login(email="jo@example.com", password="correct horse battery")


def test_the_same_again_changes_nothing_and_another_role_is_told(clinic: Clinic) -> None:
    for role in (STAFF, STAFF, ADMIN):
        access = add_member(clinic, "jo@example.com", role, actor="test", now=NOW)
    assert access.role_before == STAFF
    assert Membership.objects.for_clinic(clinic).get().role == ADMIN
    assert kinds(clinic) == ["member-added", "role-changed"]


def test_another_clinic_is_not_touched(clinic: Clinic) -> None:
    add_member(clinic, "jo@example.com", ADMIN, actor="test", now=NOW)
    assert (
        add_member(ready_clinic(slug="other"), "jo@example.com", STAFF, actor="test", now=NOW).role_before
        == ""
    )
    assert Membership.objects.for_clinic(clinic).get().role == ADMIN


def test_the_command_refuses_what_is_no_address(clinic: Clinic) -> None:
    with pytest.raises(WrongInput, match="--email: This is not an email address"):
        call_command("member", clinic="leafy", email="jo", role="staff")
    assert not User.objects.exists()


@pytest.mark.either_engine
def test_the_command_prints_the_password_once(tmp_path: Path) -> None:
    installed(tmp_path)
    aftercare(tmp_path, "clinic", "leafy", "--name", "Leafy Veins", "--admin", "admin@example.com")
    words = ("member", "--clinic", "leafy", "--email", "jo@example.com", "--role")
    first, again, changed = (aftercare(tmp_path, *words, role) for role in ("staff", "staff", "admin"))
    assert (first.returncode, first.stderr) == (0, "")
    assert "jo@example.com is staff at Leafy Veins now." in first.stdout
    assert "shown this once" in first.stdout
    assert again.stdout == "jo@example.com is staff at Leafy Veins already.\n"
    assert changed.stdout == "jo@example.com is admin at Leafy Veins now, not staff.\n"
