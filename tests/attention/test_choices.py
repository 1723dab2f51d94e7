from datetime import datetime

import pytest

from scheduler.attention import AGAIN, LET_GO, TOLD, choose, find, waiting, waiting_rows
from scheduler.attention.choices import Choice
from scheduler.changes import ChangeTreatment, Refused, Stale
from scheduler.channels.base import Verdict, rejected
from scheduler.dispatch import dispatch_once
from scheduler.domain.status import Status
from scheduler.models import Clinic, Event, OptOut, Patient, Reminder
from scheduler.receipts import of_twilio, receive
from tests.attention.waits import LATER, WAITS, failed, overdue, sent, stuck, unsaid
from tests.dispatch.plans import DAY_2, MINUTE, Recording, attempts_of, live_clinic
from tests.plans.changing import do as change

pytestmark = pytest.mark.django_db
NURSE, OTHER = "nurse@example.com", "other@example.com"


def do(
    clinic: Clinic, reminder: Reminder, choice: Choice, now: datetime = LATER, actor: str = NURSE, **how: str
) -> Reminder:
    return choose(clinic, reminder.pk, choice, now, actor=actor, **{"why": "Spoke to her"} | how)


def listed(clinic: Clinic, now: datetime = LATER) -> list[int]:
    return [row.pk for row in waiting(clinic, now)]


@pytest.mark.parametrize("name", WAITS)
def test_it_waits_for_a_person(clinic: Clinic, name: str) -> None:
    assert listed(clinic) == []
    reminder = WAITS[name](clinic)
    assert listed(clinic) == [reminder.pk]
    assert listed(live_clinic(slug="other")) == []


def test_what_was_sent_does_not(clinic: Clinic) -> None:
    sent(clinic)
    assert listed(clinic) == []


@pytest.mark.parametrize("make", [overdue, stuck])
def test_what_a_worker_is_about_to_see_to_does_not(clinic: Clinic, make: object) -> None:
    assert callable(make)
    make(clinic)
    assert listed(clinic, DAY_2 + 2 * MINUTE) == []


def test_critical_ones_come_first(clinic: Clinic) -> None:
    usual, critical = failed(clinic, number=1), unsaid(clinic)
    assert listed(clinic) == [critical.pk, usual.pk]


@pytest.mark.parametrize("name", WAITS)
@pytest.mark.parametrize(
    ("choice", "status"), [(TOLD, Status.HANDLED), (LET_GO, Status.DROPPED)], ids=["told", "let go"]
)
def test_a_person_takes_it_off_the_list(clinic: Clinic, name: str, choice: Choice, status: Status) -> None:
    reminder = WAITS[name](clinic)
    assert do(clinic, reminder, choice).status == status
    assert listed(clinic) == []
    event = Event.objects.for_clinic(clinic).get(kind=choice.kind)
    assert (event.actor, event.details["why"], event.reminder) == (NURSE, "Spoke to her", reminder)
    channel = Recording()
    dispatch_once(LATER, {"sms": channel})
    assert channel.taken == []


def test_it_goes_again(clinic: Clinic) -> None:
    reminder, channel = failed(clinic), Recording()
    assert do(clinic, reminder, AGAIN).status == Status.SCHEDULED
    dispatch_once(LATER, {"sms": channel})
    reminder.refresh_from_db()
    assert (reminder.status, len(channel.taken)) == (Status.SENT, 1)


def test_it_goes_again_to_the_address_that_was_put_right(clinic: Clinic) -> None:
    reminder, channel = failed(clinic), Recording()
    Patient.objects.for_clinic(clinic).update(mobile="+447700900999")
    do(clinic, reminder, AGAIN)
    dispatch_once(LATER, {"sms": channel})
    assert [outgoing.address for outgoing in channel.taken] == ["+447700900999"]


def test_what_failed_both_ways_may_go_both_ways_again(clinic: Clinic) -> None:
    reminder = failed(clinic)
    Reminder.objects.for_clinic(clinic).filter(pk=reminder.pk).update(not_by="sms")
    assert do(clinic, reminder, AGAIN).not_by == ""


@pytest.mark.parametrize("name", [name for name in WAITS if name != "failed"])
def test_only_what_failed_goes_again(clinic: Clinic, name: str) -> None:
    reminder = WAITS[name](clinic)
    before = Reminder.objects.for_clinic(clinic).get(pk=reminder.pk).status
    with pytest.raises(Refused) as refused:
        do(clinic, reminder, AGAIN)
    assert refused.value.code == "not-again"
    reminder.refresh_from_db()
    assert reminder.status == before


def test_not_after_its_time(clinic: Clinic) -> None:
    reminder = failed(clinic)
    reminder.refresh_from_db()
    with pytest.raises(Refused, match="time has passed"):
        do(clinic, reminder, AGAIN, reminder.send_by)


def test_not_to_somebody_who_stopped_it(clinic: Clinic) -> None:
    reminder = failed(clinic, rejected("30007", Verdict.TEXT))
    OptOut.objects.create(
        channel="sms", address="+447700900123", sender=clinic.sender, opted_out_at=DAY_2, source="page"
    )
    with pytest.raises(Refused, match="stopped all messages"):
        do(clinic, reminder, AGAIN)


@pytest.mark.parametrize("choice", [AGAIN, TOLD, LET_GO])
def test_what_does_not_wait_is_refused(clinic: Clinic, choice: Choice) -> None:
    reminder = sent(clinic)
    with pytest.raises(Refused, match="does not wait"):
        do(clinic, reminder, choice)
    reminder.refresh_from_db()
    assert reminder.status == Status.SENT
    assert not Event.objects.for_clinic(clinic).filter(kind=choice.kind).exists()


def test_another_clinics_is_as_unknown_as_one_that_never_was(clinic: Clinic) -> None:
    theirs = failed(live_clinic(slug="other"))
    for number in (theirs.pk, theirs.pk + 999):
        with pytest.raises(Refused, match=f"There is no message {number} at this clinic"):
            choose(clinic, number, TOLD, LATER, actor=NURSE, why="x")


def test_what_has_no_place_in_the_plan_any_more_is_not_sent_again(clinic: Clinic) -> None:
    reminder = failed(clinic)
    change(reminder.episode, ChangeTreatment(treated="2026-11-16T15:00", late_confirmed=True), LATER)
    with pytest.raises(Refused, match="no place in it any more"):
        do(clinic, reminder, AGAIN)
    assert listed(clinic) == [reminder.pk]
    assert not Event.objects.for_clinic(clinic).filter(kind=AGAIN.kind).exists()


def test_a_correction_that_a_later_one_replaced_says_so(clinic: Clinic) -> None:
    first, second = failed(clinic, number=1), failed(clinic, number=2)
    rows = Reminder.objects.for_clinic(clinic)
    rows.filter(pk=first.pk).update(key="correction-1")
    rows.filter(pk=second.pk).update(key="correction-1")
    rows.filter(episode=first.episode, key="day-5").update(key="correction-2")
    found = {row.reminder.pk: row.replaced for row in waiting_rows(waiting(clinic, LATER))}
    assert found == {first.pk: True, second.pk: False}


@pytest.mark.parametrize("why", ["", "  ", "x" * 301, "a\x00b"])
def test_it_asks_why(clinic: Clinic, why: str) -> None:
    with pytest.raises(Refused):
        do(clinic, failed(clinic), TOLD, why=why)


def test_the_second_of_two_is_told_what_the_first_did(clinic: Clinic) -> None:
    reminder = failed(clinic)
    (row,) = waiting_rows(waiting(clinic, LATER))
    do(clinic, reminder, AGAIN, seen=row.seen)
    with pytest.raises(Stale, match=r"nurse@example\.com was quicker.*sent again \(Spoke to her\)"):
        do(clinic, reminder, TOLD, LATER + MINUTE, OTHER, seen=row.seen)
    reminder.refresh_from_db()
    assert reminder.status == Status.SCHEDULED


def test_and_of_what_happened_by_itself(clinic: Clinic) -> None:
    reminder = failed(clinic)
    (row,) = waiting_rows(waiting(clinic, LATER))
    receive(of_twilio(attempts_of(reminder)[0].pk, "SM1", "delivered"), LATER)
    with pytest.raises(Stale, match="a report came"):
        do(clinic, reminder, TOLD, seen=row.seen)


def test_then_those_whose_time_ends_first_and_last_what_is_past(clinic: Clinic) -> None:
    rows = [failed(clinic, number=number) for number in range(4)]
    for row, minutes in zip(rows, (-90, 60, -30, 20), strict=True):
        Reminder.objects.for_clinic(clinic).filter(pk=row.pk).update(send_by=LATER + minutes * MINUTE)
    assert listed(clinic) == [rows[number].pk for number in (3, 1, 2, 0)]


def test_what_is_told_by_phone_stays_so_when_a_report_comes(clinic: Clinic) -> None:
    reminder = failed(clinic)
    do(clinic, reminder, TOLD)
    receive(of_twilio(attempts_of(reminder)[0].pk, "SM1", "delivered"), LATER)
    reminder.refresh_from_db()
    assert reminder.status == Status.HANDLED
    assert find(clinic, reminder.pk, LATER) is None
