"""A clinic is founded, and goes live when nothing stands in the way."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from scheduler import clinics
from scheduler.models import Clinic, Event, Membership, User
from tests.enrolment.clinics import NOW, ready_clinic
from tests.support.aftercare import aftercare, installed
from tests.web.people import enrolled, member, signed_in

pytestmark = pytest.mark.django_db
GOOD = clinics.Founding("leafy-veins", "Leafy Veins", "admin@example.com", "Leafy Veins", "Europe/London")


def found(**changes: str) -> tuple[Clinic, clinics.Access]:
    fields = {name: getattr(GOOD, name) for name in GOOD.__dataclass_fields__}
    return clinics.open_clinic(clinics.Founding(**fields | changes), actor="test", now=NOW)


def test_its_admin_can_sign_in_and_nothing_is_live() -> None:
    clinic, access = found()
    assert not clinic.live
    assert Client().login(email=access.email, password=access.password)
    membership = Membership.objects.for_clinic(clinic).get()
    assert (membership.user.email, membership.role) == ("admin@example.com", "admin")
    assert Event.objects.for_clinic(clinic).get().kind == "clinic-founded"


def test_somebody_with_an_account_keeps_the_password() -> None:
    found()
    _, access = found(slug="second", admin="ADMIN@example.com")
    assert access.password == ""
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("slug", "leafy veins", "letters, digits and hyphens"),
        ("slug", "", "letters, digits and hyphens"),
        ("slug", "x" * 51, "50 at the most"),
        ("name", " ", "Give the clinic's name"),
        ("name", "two\nlines", "Give the clinic's name"),
        ("sms_name", "Leafy Veins of London and Surrey", "20 is the most"),
        ("sms_name", "Лист", "Texts cannot carry"),
        ("timezone", "London", "is not a time zone"),
        ("admin", "nobody", "not an email address"),
        ("admin", f"sam@{'x' * 60}.{'y.' * 100}com", "longer than 254 characters"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(field: str, value: str, sentence: str) -> None:
    with pytest.raises(clinics.Refused, match=sentence) as refused:
        found(**{field: value})
    assert list(refused.value.faults) == [field]
    assert (Clinic.objects.count(), User.objects.count()) == (0, 0)


def test_a_name_is_taken_once() -> None:
    found()
    with pytest.raises(clinics.Refused, match="There is a clinic 'leafy-veins' already"):
        found(admin="other@example.com")
    assert not User.objects.filter(email="other@example.com").exists()


def test_it_stays_in_the_outbox_while_no_way_out_is_set_up() -> None:
    clinic = ready_clinic(live=False)
    with pytest.raises(clinics.Refused, match="No way out is set up"):
        clinics.set_live(clinic, True, actor="test", now=NOW)


def test_it_goes_live_once_and_only_new_patients_are_meant(settings: Settings) -> None:
    settings.EMAIL_LIVE = True
    clinic = ready_clinic(live=False)
    before = enrolled(clinic)
    for _ in range(2):
        clinics.set_live(clinic, True, actor="admin@example.com", now=NOW)
    clinic.refresh_from_db()
    after = enrolled(clinic, name="Somebody Else")
    before.refresh_from_db()
    assert (clinic.live, before.outbox_only, after.outbox_only) == (True, True, False)
    assert Event.objects.for_clinic(clinic).filter(kind="went-live").count() == 1


def test_a_live_clinic_without_a_provider_plans_for_the_outbox(settings: Settings) -> None:
    settings.EMAIL_LIVE, settings.TWILIO = False, None
    assert enrolled(ready_clinic(live=True)).outbox_only


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"demonstration": True}, "This is a demonstration"),
        ({"urgent_phone": ""}, "Missing: the telephone number for urgent calls."),
    ],
)
def test_what_stands_in_the_way_is_said(
    settings: Settings, changes: dict[str, object], sentence: str
) -> None:
    settings.EMAIL_LIVE = True
    clinic = ready_clinic(live=False, **changes)
    page = signed_in(member(clinic, "admin")).get(f"/c/{clinic.slug}/settings/live")
    assert sentence in page.content.decode()
    assert "<form method" not in page.content.decode().split("<main")[1]


def test_the_page_says_what_it_means_and_then_does_it(settings: Settings) -> None:
    settings.EMAIL_LIVE = True
    clinic = ready_clinic(live=False)
    admin = signed_in(member(clinic, "admin"))
    url = f"/c/{clinic.slug}/settings/live"
    assert "Patients enrolled from now on get real texts" in admin.get(url).content.decode()
    admin.post(url, {"live": "False"})  # a stale button does nothing
    assert not Clinic.objects.get(pk=clinic.pk).live
    admin.post(url, {"live": "True"})
    assert Clinic.objects.get(pk=clinic.pk).live


@pytest.mark.either_engine
def test_the_command_prints_the_password_once_and_names_faults(tmp_path: Path) -> None:
    installed(tmp_path)
    words = ("clinic", "leafy", "--name", "Leafy Veins", "--admin", "admin@example.com")
    done = aftercare(tmp_path, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "/c/leafy/settings" in done.stdout
    assert "shown this once" in done.stdout
    again = aftercare(tmp_path, *words, "--tz", "Nowhere")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        "aftercare: clinic: --tz: 'Nowhere' is not a time zone; a time zone looks like Europe/London.\n"
    )
