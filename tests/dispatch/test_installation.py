from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from config.twilio import Twilio
from scheduler.channels.email import Email
from scheduler.channels.sms import Sms
from scheduler.dispatch.compose import channels_of
from scheduler.dispatch.durability import NotDurable, check_durability
from scheduler.models import Clinic, Sender
from scheduler.senders import ensure_first_sender
from tests.enrolment.clinics import bare_clinic

pytestmark = pytest.mark.django_db


def account(**values: Any) -> Twilio:
    usual = {"api_key": None, "api_secret": None, "messaging_service_sid": None, "from_": "+447700900001"}
    fixed = {"account_sid": "AC0", "auth_token": "t", "base_url": "https://api.twilio.com"}
    return Twilio(**usual | fixed | values)


def test_nothing_configured_leaves_the_outbox_alone(settings: Settings) -> None:
    settings.TWILIO, settings.EMAIL_LIVE = None, False
    assert channels_of(settings).keys() == {"outbox"}


def test_each_provider_that_is_configured_has_its_channel(settings: Settings) -> None:
    settings.TWILIO, settings.EMAIL_LIVE = account(), True
    channels = channels_of(settings)
    assert (type(channels["sms"]), type(channels["email"])) == (Sms, Email)


def test_the_settings_sender_goes_to_the_first_clinic_once() -> None:
    show = bare_clinic(slug="show", demonstration=True)
    real = bare_clinic(slug="real")
    made = ensure_first_sender(account(), 2.0)
    assert made is not None
    assert (made.from_number, made.segments_per_second, made.two_way) == ("+447700900001", 2.0, True)
    assert Clinic.objects.get(pk=real.pk).sender == made
    assert Clinic.objects.get(pk=show.pk).sender is None
    assert ensure_first_sender(account(), 2.0) is None


def test_a_messaging_service_comes_before_a_number() -> None:
    bare_clinic()
    ensure_first_sender(account(messaging_service_sid="MG1"), 1.0)
    sender = Sender.objects.get()
    assert (sender.messaging_service_sid, sender.from_number) == ("MG1", "")


def test_a_name_in_letters_cannot_be_answered() -> None:
    bare_clinic()
    ensure_first_sender(account(from_="LeafyVein"), 1.0)
    assert Sender.objects.get().two_way is False


def test_without_a_clinic_there_is_no_sender_yet() -> None:
    assert ensure_first_sender(account(), 1.0) is None


def test_the_database_keeps_what_was_committed() -> None:
    check_durability()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_forget_is_refused() -> None:
    weak, strong = {
        "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA synchronous = FULL"),
        "postgresql": ("SET synchronous_commit = off", "SET synchronous_commit = on"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(weak)
        with pytest.raises(NotDurable, match="texts may be sent twice"):
            check_durability()
        cursor.execute(strong)
