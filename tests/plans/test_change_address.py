"""Where a patient is reached, and over what."""

import pytest
from django.test import override_settings
from structlog.testing import capture_logs

from scheduler import opt_outs
from scheduler.changes import ChangeAddress, Refused
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.models import Attempt, Episode, Patient
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run, treated_again
from tests.enrolment.clinics import NOW
from tests.plans.changing import NURSE, at, do, events, look, row, rows_written

DAY_1 = at(21, 8)


@pytest.fixture(autouse=True)
def both_ways() -> object:
    with override_settings(EMAIL_LIVE=True, TWILIO=True):
        yield


def patient(episode: Episode) -> Patient:
    return Patient.objects.for_clinic(episode.clinic).get(pk=episode.patient_id)


def test_what_is_to_come_goes_to_the_new_number(sam: Episode, channel: Recording) -> None:
    run(channel, NOW, DAY_1)
    effect = do(sam, ChangeAddress(mobile="07700 900777"), DAY_1)
    assert [str(line) for line in effect.changes] == [
        "Mobile number: +447700900123 -> +447700900777",
        "Link to the patient's page: the one that was sent -> a new one",
    ]
    assert not effect.diff
    assert "If it was somebody else's, tell the patient what holds." in effect.warnings[0]
    before = len(channel.taken)
    run(channel, DAY_1, at(22, 12))
    assert {one.address for one in channel.taken[before:]} == {"+447700900777"}


def test_a_text_that_was_claimed_for_the_old_number_does_not_go_there(
    sam: Episode, channel: Recording
) -> None:
    run(channel, NOW, DAY_1)
    batch = claim(at(21, 9), worker="w", live={"sms"})
    do(sam, ChangeAddress(mobile="07700 900777"), at(21, 9))
    assert recheck(batch.claimed, at(21, 9), worker="w") == ()
    run(channel, at(21, 9), at(21, 9, 1))
    assert channel.taken[-1].address == "+447700900777"
    assert row(sam, "day-1").status == "sent"
    assert Attempt.objects.across_clinics().filter(reminder__key="day-1", status="sent").count() == 1


def test_the_channels_are_the_treatments_own(sam: Episode) -> None:
    second = treated_again(sam, at(25, 15))
    effect = do(second, ChangeAddress(channels=("email",)), at(25, 16))
    assert [str(line) for line in effect.changes] == [
        "Ways to reach the patient: texts, then emails -> emails"
    ]
    channels = dict(Episode.objects.for_clinic(sam.clinic).values_list("pk", "channels"))
    assert channels == {sam.pk: ["sms", "email"], second.pk: ["email"]}


def test_the_event_keeps_the_addresses_and_no_log_does(sam: Episode) -> None:
    with capture_logs() as logs:
        do(sam, ChangeAddress(mobile="07700 900777", email="Sam@EXAMPLE.org"), DAY_1)
    (event,) = events(sam)
    assert (event.kind, event.actor) == ("address-changed", NURSE)
    assert event.details["changed"] == {
        "mobile": ["+447700900123", "+447700900777"],
        "email": ["sam@example.com", "Sam@example.org"],
        "page_link": ["link-as-sent", "link-renewed"],
    }
    assert "900" not in str(logs)
    assert patient(sam).email == "Sam@example.org"


def test_what_was_stopped_there_is_told(sam: Episode) -> None:
    opt_outs.stop(sam.clinic, "sms", "+447700900777", source="page", actor="patient", now=at(20, 18))
    effect = look(sam, ChangeAddress(mobile="07700 900777"), DAY_1)
    assert effect.warnings == (
        "Texts to this number were stopped on Fri 20 Nov, 18:00: nothing goes there until the patient allows "
        "it again.",
    )


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (ChangeAddress(mobile="01632 960123"), "mobile", "not a mobile number"),
        (ChangeAddress(mobile="12"), "mobile", "not a complete telephone number"),
        (ChangeAddress(mobile=""), "mobile", "Texts are chosen"),
        (ChangeAddress(email="sam"), "email", ""),
        (ChangeAddress(email=""), "email", "Emails are chosen"),
        (ChangeAddress(channels=()), "channels", "at least one"),
        (ChangeAddress(channels=("pigeon",)), "channels", "no channel 'pigeon'"),
        (ChangeAddress(), "plan", "nothing"),
        (ChangeAddress(mobile="+447700900123", channels=("sms", "email")), "plan", "nothing"),
    ],
)
def test_it_refuses_what_cannot_be(sam: Episode, change: ChangeAddress, field: str, said: str) -> None:
    before = rows_written(sam), patient(sam).mobile
    with pytest.raises(Refused) as refused:
        do(sam, change, DAY_1, seen_revision=1)
    assert said in refused.value.faults[field]
    assert (rows_written(sam), patient(sam).mobile) == before


def test_an_address_goes_with_its_channel(sam: Episode) -> None:
    do(sam, ChangeAddress(email="", channels=("sms",)), DAY_1)
    assert patient(sam).email == ""


def test_an_address_that_another_treatment_needs_stays(sam: Episode) -> None:
    second = treated_again(sam, at(25, 15))
    with pytest.raises(Refused, match="Another treatment of the patient that is running needs it") as refused:
        look(second, ChangeAddress(email="", channels=("sms",)), at(25, 16))
    assert refused.value.faults.keys() == {"email"}


def test_a_channel_that_leads_nowhere_is_refused(sam: Episode) -> None:
    with override_settings(EMAIL_LIVE=False), pytest.raises(Refused, match="Emails are not set up here"):
        look(sam, ChangeAddress(channels=("email",)), DAY_1)


def test_whoever_reads_the_old_address_has_the_link_no_more(sam: Episode) -> None:
    before = sam.patient.page_token
    do(sam, ChangeAddress(email="sam.example@example.org"), DAY_1)
    renewed = patient(sam).page_token
    assert renewed != before
    (event,) = events(sam)
    assert before not in str(event.details)
    assert renewed not in str(event.details)


def test_a_first_address_leaves_the_link_as_it_is(sam: Episode) -> None:
    Patient.objects.across_clinics().update(email="")
    do(sam, ChangeAddress(email="sam.example@example.org"), DAY_1)
    assert patient(sam).page_token == sam.patient.page_token
