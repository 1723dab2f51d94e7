"""What follows from every failure that a provider names: at once, and in a report after it took the text."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from scheduler.alarms import Kind, open_alarms
from scheduler.channels.base import Outcome, Verdict, rejected
from scheduler.channels.twilio_codes import MEANING, meaning
from scheduler.dispatch import dispatch_once
from scheduler.dispatch.hold import REST, forget_refusals, let_go, probe
from scheduler.dispatch.undelivered import follow_up
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Clinic, Event, OptOut, Reminder
from scheduler.receipts import of_twilio, receive
from tests.dispatch.asked import WORKER, ask, send, stands, texts, tries
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, day_2_of
from tests.support.provider import Provider, provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("providers_day_2")]
CODES = {
    Verdict.TEMPORARY: (20429, 21611, 30001, 30003, 30500),
    Verdict.ADDRESS: (21211, 21614, 21635, 30004, 30005, 30006),
    Verdict.OPTED_OUT: (21610,),
    Verdict.TEXT: (30007, 21408, 21612),
    Verdict.INCONCLUSIVE: (30008, 30410),
    Verdict.EXPIRED: (30036,),
    Verdict.CONFIGURATION: (20003, 10001, 20005, 30002, 21606),
    Verdict.IN_DOUBT: (20500, 20503),
    Verdict.UNKNOWN: (12345, 99999),
}
EVERY = [(code, verdict) for verdict, codes in CODES.items() for code in codes]
#: what becomes of a reminder that may go as a text only: status and reason
ALONE = {
    Verdict.TEMPORARY: (Status.SCHEDULED, "temporary"),
    Verdict.ADDRESS: (Status.FAILED, "refused-address"),
    Verdict.OPTED_OUT: (Status.SKIPPED, "opted-out"),
    Verdict.TEXT: (Status.FAILED, "refused-text"),
    Verdict.INCONCLUSIVE: (Status.FAILED, "refused-inconclusive"),
    Verdict.EXPIRED: (Status.SKIPPED, "refused-expired"),
    Verdict.CONFIGURATION: (Status.SCHEDULED, "configuration"),
    Verdict.UNKNOWN: (Status.FAILED, "refused-unknown"),
}
#: these may be said by email instead
OTHER_WAY = (Verdict.ADDRESS, Verdict.TEXT, Verdict.OPTED_OUT)
ANSWERED = [(code, verdict) for code, verdict in EVERY if verdict is not Verdict.IN_DOUBT]
ALARMS = {Verdict.TEXT: [Kind.TEXT_REFUSED], Verdict.CONFIGURATION: [Kind.SENDER_HELD]}


@pytest.fixture
def twilio() -> Iterator[Provider]:
    """Wrong log-ins are meant here."""
    with provider() as server:
        yield server


def reported(reminder: Reminder, code: int | str, *, word: str = "undelivered") -> None:
    """The provider took it, and says later that it did not arrive; then the follow-up."""
    attempt = attempts_of(reminder)[-1]
    receive(of_twilio(attempt.pk, attempt.provider_id or "", word, str(code)), DAY_2 + MINUTE)
    follow_up(DAY_2 + MINUTE, WORKER)


def alarms() -> list[str]:
    return [alarm.kind for alarm in open_alarms()]


def test_no_code_is_without_a_test() -> None:
    named = {str(code) for code, verdict in EVERY if verdict is not Verdict.UNKNOWN}
    assert MEANING.keys() - named == {"429"}


@pytest.mark.parametrize(("code", "verdict"), EVERY)
def test_every_code_means_what_it_should(code: int, verdict: Verdict) -> None:
    assert meaning(str(code)) is verdict


@pytest.mark.parametrize(("code", "verdict"), ANSWERED)
def test_a_refusal_over_the_wire(clinic: Clinic, twilio: Provider, code: int, verdict: Verdict) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    twilio.behave(code)
    assert send(twilio, DAY_2) == {"rejected": 1}
    assert stands(reminder) == ALONE[verdict]
    (attempt,) = attempts_of(reminder)
    assert (attempt.status, attempt.error_code, attempt.verdict) == ("rejected", str(code), verdict)
    assert alarms() == ALARMS.get(verdict, [])


@pytest.mark.parametrize(("code", "verdict"), ANSWERED)
def test_a_report_after_it_was_sent(clinic: Clinic, code: int, verdict: Verdict) -> None:
    reminder = day_2_of(clinic, channels=("sms",))
    dispatch_once(DAY_2, {"sms": Recording()})
    reported(reminder, code)
    assert stands(reminder) == ALONE[verdict]
    assert tries(reminder) == [AttemptStatus.UNDELIVERED]
    assert alarms() == ALARMS.get(verdict, [])


@pytest.mark.parametrize("code", [20500, 20503])
def test_an_unclear_answer_is_in_doubt(clinic: Clinic, twilio: Provider, code: int) -> None:
    reminder = day_2_of(clinic)
    twilio.behave(code)
    assert send(twilio, DAY_2) == {"in-doubt": 1}
    assert stands(reminder)[0] == Status.IN_DOUBT


@pytest.mark.parametrize("word", ["undelivered", "failed", "canceled"])
def test_a_failure_without_a_code_is_a_persons(clinic: Clinic, word: str) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording()})
    reported(reminder, "", word=word)
    assert stands(reminder) == (Status.FAILED, "refused-unknown")


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("verdict", OTHER_WAY)
def test_what_no_text_can_say_to_a_number_goes_by_email_where_that_is_permitted(
    clinic: Clinic, verdict: Verdict, late: bool
) -> None:
    reminder = day_2_of(clinic, channels=("sms", "email"))
    code = str(CODES[verdict][0])
    text, email = Recording(None if late else rejected(code, verdict)), Recording()
    dispatch_once(DAY_2, {"sms": text, "email": email})
    if late:
        reported(reminder, code)
    assert stands(reminder)[0] == Status.SCHEDULED
    dispatch_once(DAY_2 + 2 * MINUTE, {"sms": text, "email": email})
    assert [len(text.taken), len(email.taken)] == [1, 1]
    assert stands(reminder)[0] == Status.SENT


@pytest.mark.parametrize("answer", [rejected("550", Verdict.ADDRESS), rejected("554", Verdict.TEXT)])
def test_what_no_email_can_say_goes_as_a_text(clinic: Clinic, answer: Outcome) -> None:
    reminder = day_2_of(clinic, channels=("email", "sms"))
    text, email = Recording(), Recording(answer)
    for now in (DAY_2, DAY_2 + MINUTE):
        dispatch_once(now, {"sms": text, "email": email})
    assert [len(text.taken), len(email.taken)] == [1, 1]
    assert stands(reminder)[0] == Status.SENT


def test_what_neither_can_say_is_a_persons(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms", "email"))
    channels = {
        "sms": Recording(rejected("30005", Verdict.ADDRESS)),
        "email": Recording(rejected("550", Verdict.ADDRESS)),
    }
    for minutes in range(4):
        dispatch_once(DAY_2 + minutes * MINUTE, channels)
    assert stands(reminder) == (Status.FAILED, "refused-address")
    assert [len(channel.taken) for channel in channels.values()] == [1, 1]


def test_the_other_way_is_no_way_where_the_patient_stopped_it(clinic: Clinic) -> None:
    reminder = day_2_of(clinic, channels=("sms", "email"))
    OptOut.objects.create(
        channel="email", address="sam@example.com", clinic=clinic, opted_out_at=DAY_2, source="page"
    )
    dispatch_once(DAY_2, {"sms": Recording(rejected("30005", Verdict.ADDRESS)), "email": Recording()})
    assert stands(reminder) == (Status.FAILED, "refused-address")


def test_an_unreachable_phone_is_tried_once_more_and_no_more(clinic: Clinic) -> None:
    reminder, channel = day_2_of(clinic, channels=("sms", "email")), Recording()
    dispatch_once(DAY_2, {"sms": channel})
    reported(reminder, "30003")
    reminder.refresh_from_db()
    assert MINUTE < reminder.try_at - DAY_2 < 20 * MINUTE
    dispatch_once(DAY_2 + 2 * MINUTE, {"sms": channel})
    assert len(channel.taken) == 1
    dispatch_once(reminder.try_at, {"sms": channel})
    assert len(channel.taken) == 2
    reported(reminder, "30003")
    assert stands(reminder) == (Status.FAILED, "temporary")


def test_where_no_time_is_left_for_another_try_a_person_decides(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording()})
    Reminder.objects.across_clinics().filter(pk=reminder.pk).update(send_by=DAY_2 + MINUTE)
    reported(reminder, "30003")
    assert stands(reminder) == (Status.FAILED, "temporary")


def test_a_delivery_that_is_reported_late_stops_the_second_try(clinic: Clinic) -> None:
    reminder, channel = day_2_of(clinic), Recording()
    dispatch_once(DAY_2, {"sms": channel})
    reported(reminder, "30003")
    assert stands(reminder)[0] == Status.SCHEDULED
    (attempt,) = attempts_of(reminder)
    receive(of_twilio(attempt.pk, attempt.provider_id or "", "delivered"), DAY_2 + 2 * MINUTE)
    assert stands(reminder) == (Status.DELIVERED, "taken-after-all")
    dispatch_once(DAY_2 + timedelta(hours=1), {"sms": channel})
    assert len(channel.taken) == 1


def test_a_refusal_that_a_report_tells_of_is_kept(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording()})
    reported(reminder, "21610")
    assert OptOut.objects.get().source == "provider"


def held(clinic: Clinic) -> str:
    assert clinic.sender
    clinic.sender.refresh_from_db()
    assert bool(clinic.sender.held_reason) == (clinic.sender.held_at is not None)
    return clinic.sender.held_reason


@pytest.mark.parametrize("code", CODES[Verdict.CONFIGURATION])
def test_a_sender_that_cannot_send_is_held_and_loses_nothing(
    clinic: Clinic, twilio: Provider, code: int
) -> None:
    reminders = [day_2_of(clinic, number=number) for number in range(3)]
    twilio.behave(code)
    send(twilio, DAY_2)
    assert held(clinic) == str(code)
    asked = len(twilio.answers)
    twilio.forget()
    for minutes in range(1, 8):
        send(twilio, DAY_2 + minutes * MINUTE)
    assert len(twilio.answers) == asked
    assert clinic.sender
    assert let_go(clinic.sender, DAY_2 + 9 * MINUTE, actor="admin@example.com")
    assert (held(clinic), alarms()) == ("", [])
    for minutes in range(9, 14):
        send(twilio, DAY_2 + minutes * MINUTE)
    assert {stands(reminder)[0] for reminder in reminders} == {Status.SENT}
    kinds = Event.objects.for_clinic(clinic).filter(kind__startswith="sender-").order_by("pk")
    assert list(kinds.values_list("kind", "actor")) == [
        ("sender-held", WORKER),
        ("sender-released", "admin@example.com"),
    ]


@pytest.mark.parametrize(("code", "released"), [(20003, True), (20005, True), (21606, False)])
def test_a_probe_lets_a_sender_go_whose_account_is_let_in_again(
    clinic: Clinic, twilio: Provider, code: int, released: bool
) -> None:
    day_2_of(clinic)
    twilio.behave(code)
    send(twilio, DAY_2)
    ask(probe, texts(twilio), DAY_2 + REST / 2)
    ask(probe, texts(twilio, password="wrong"), DAY_2 + REST)
    assert held(clinic) == str(code)
    ask(probe, texts(twilio), DAY_2 + REST)
    assert (held(clinic) == "") is released


def test_emails_that_are_refused_for_their_settings_are_tried_again_and_told_of(
    clinic: Clinic,
) -> None:
    reminder = day_2_of(clinic, channels=("email",))
    dispatch_once(DAY_2, {"email": Recording(rejected("535", Verdict.CONFIGURATION))})
    assert stands(reminder) == (Status.SCHEDULED, "configuration")
    assert alarms() == [Kind.EMAIL_REFUSED]
    assert held(clinic) == ""


def test_an_alarm_about_refused_texts_is_over_after_a_day_without_another(clinic: Clinic) -> None:
    day_2_of(clinic)
    dispatch_once(DAY_2, {"sms": Recording(rejected("30007", Verdict.TEXT))})
    forget_refusals(DAY_2 + timedelta(hours=23), WORKER)
    assert alarms() == [Kind.TEXT_REFUSED]
    forget_refusals(DAY_2 + timedelta(hours=25), WORKER)
    assert alarms() == []
