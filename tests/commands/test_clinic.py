"""`aftercare clinic`: what a clinic says of itself, from the command line."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from scheduler.management.base import WrongInput
from scheduler.models import Clinic, Event, OptOut, Sender, User
from tests.enrolment.clinics import NOW, ready_clinic
from tests.web.people import enrolled

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command("clinic", "leafy", *words, stdout=out)
    return out.getvalue()


def test_it_changes_what_is_given_and_nothing_else() -> None:
    clinic = ready_clinic()
    words = (
        "--urgent-hours",
        "Mon to Fri",
        "--out-of-hours-phone",
        "01632 960124",
        "--segment-price",
        "0.04",
    )
    assert "changed --urgent-hours, --out-of-hours-phone, --segment-price." in said(*words)
    clinic.refresh_from_db()
    assert (clinic.urgent_hours, clinic.out_of_hours_phone) == ("Mon to Fri", "+441632960124")
    assert (clinic.segment_price, clinic.urgent_phone) == (Decimal("0.04"), "+441632960123")
    assert "nothing was different" in said(*words)
    assert Event.objects.for_clinic(clinic).get(kind="settings-changed").actor == "command line"


def test_it_founds_with_all_of_it_at_once() -> None:
    said(
        "--admin", "a@example.com", "--name", "Leafy", "--urgent-phone", "01632 960123", "--detail", "minimal"
    )
    clinic = Clinic.objects.get()
    assert (clinic.sms_name, clinic.urgent_phone, clinic.detail) == ("Leafy", "+441632960123", "minimal")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--name", "Leafy"), "there is no clinic 'leafy'"),
        (("--admin", "a@example.com"), "--name is missing"),
        (
            ("--admin", "a@example.com", "--name", "Leafy", "--urgent-phone", "12"),
            "--urgent-phone: This is not",
        ),
        (
            ("--admin", "a@example.com", "--name", "Leafy", "--sender", "no sender!"),
            "--sender: This is no sender",
        ),
    ],
)
def test_it_founds_nothing_half(words: tuple[str, ...], fault: str) -> None:
    with pytest.raises(WrongInput, match=fault):
        said(*words)
    assert (Clinic.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "say what to change"),
        (("--urgent-phone", ""), "--urgent-phone: Texts name it"),
        (("--out-of-hours-phone", "01632 960124"), "--urgent-hours: Say when"),
        (("--urgent-hours", "Mon", "--out-of-hours-phone", "01632 960123"), "the urgent number again"),
        (("--detail", "some"), "--detail: Choose full or minimal"),
        (("--name", "x", "--sender", "+44"), "--sender: This is no sender"),
    ],
)
def test_it_changes_nothing_half(words: tuple[str, ...], fault: str) -> None:
    clinic = ready_clinic()
    with pytest.raises(WrongInput, match=fault):
        said(*words)
    assert Clinic.objects.filter(
        pk=clinic.pk, name="Leafy Vein Clinic", urgent_hours="", sender=None
    ).exists()


def test_another_number_keeps_what_patients_refused() -> None:
    clinic = ready_clinic()
    enrolled(clinic)
    assert "changed --sender." in said("--sender", "+447700900999")
    old = Sender.objects.get()
    for address in ("+447700900123", "+447700900555"):
        OptOut.objects.create(channel="sms", address=address, sender=old, opted_out_at=NOW, source="reply")
    said("--sender", "MG" + "0" * 32)
    clinic.refresh_from_db()
    assert clinic.sender is not None
    assert (clinic.sender.messaging_service_sid, clinic.sender.two_way) == ("MG" + "0" * 32, True)
    assert OptOut.objects.get(sender=clinic.sender).address == "+447700900123"
    said("--sender", "+447700900999")
    assert OptOut.objects.filter(withdrawn_at=None).count() == 3
    kinds = Event.objects.for_clinic(clinic).filter(kind="sender-changed")
    assert kinds.count() == 3
