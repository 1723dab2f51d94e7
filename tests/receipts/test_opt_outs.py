from threading import Event as Signal
from threading import Thread
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction

from scheduler.models import Clinic, Event, OptOut
from scheduler.opt_outs import Recipient, refused, resume, stop
from tests.dispatch.plans import DAY_2, live_clinic

pytestmark = pytest.mark.django_db
MOBILE, EMAIL = "+447700900123", "sam@example.com"


@pytest.fixture
def clinic(db: None) -> Clinic:
    return live_clinic()


def stops(clinic: Clinic, channel: str = "sms", address: str = MOBILE) -> None:
    stop(clinic, channel, address, source="page", actor="patient", now=DAY_2)


def resumes(clinic: Clinic, channel: str = "sms", address: str = MOBILE) -> None:
    resume(clinic, channel, address, source="page", actor="patient", now=DAY_2)


def told(clinic: Clinic) -> list[str]:
    return list(
        Event.objects.for_clinic(clinic).filter(kind__startswith="opted").values_list("kind", flat=True)
    )


def test_it_holds_for_its_own_channel_and_address(clinic: Clinic) -> None:
    stops(clinic)
    stopped = Recipient(clinic, "sms", MOBILE)
    others = [Recipient(clinic, "email", MOBILE), Recipient(clinic, "sms", "+447700900124")]
    assert refused([stopped, *others]) == {stopped}


@pytest.mark.parametrize(("channel", "address", "holds"), [("sms", MOBILE, True), ("email", EMAIL, False)])
def test_only_texts_have_a_sender_to_share(clinic: Clinic, channel: str, address: str, holds: bool) -> None:
    neighbour = live_clinic(slug="other", sender=clinic.sender)
    stops(clinic, channel, address)
    assert bool(refused([Recipient(neighbour, channel, address)])) is holds


def test_any_number_of_recipients_is_one_query(
    clinic: Clinic, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    stops(clinic)
    with django_assert_num_queries(1):
        assert len(refused(Recipient(clinic, "sms", f"+447700900{n:03}") for n in range(100, 150))) == 1


@pytest.mark.parametrize("before_the_sender", [True, False])
def test_stopped_and_resumed_it_can_be_stopped_again(clinic: Clinic, before_the_sender: bool) -> None:
    sender = clinic.sender
    clinic.sender = None if before_the_sender else sender
    stops(clinic)
    clinic.sender = sender
    resumes(clinic)
    assert not refused([Recipient(clinic, "sms", MOBILE)])
    stops(clinic)
    assert refused([Recipient(clinic, "sms", MOBILE)])
    assert told(clinic) == ["opted-out", "opted-in", "opted-out"]


@pytest.mark.parametrize("owner", ["sender", "clinic"])
def test_the_table_takes_one_refusal_in_force(clinic: Clinic, owner: str) -> None:
    values = {"channel": "sms", "address": MOBILE, "opted_out_at": DAY_2, "source": "page"}
    values[owner] = clinic.sender if owner == "sender" else clinic
    OptOut.objects.create(**values, withdrawn_at=DAY_2)
    OptOut.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        OptOut.objects.create(**values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("channel", "address"), [("sms", MOBILE), ("email", EMAIL)])
def test_stopped_twice_at_once_it_is_recorded_once(clinic: Clinic, channel: str, address: str) -> None:
    begun = Signal()

    def first() -> None:
        try:
            with transaction.atomic():
                stops(clinic, channel, address)
                begun.set()
                sleep(0.3)
        finally:
            connection.close()

    slow = Thread(target=first)
    slow.start()
    assert begun.wait(30)
    stops(clinic, channel, address)
    slow.join()
    assert OptOut.objects.count() == 1
    assert told(clinic) == ["opted-out"]
