from datetime import timedelta

import pytest

from scheduler.dispatch import dispatch_once
from scheduler.domain.status import AttemptStatus, Status
from scheduler.models import Clinic, Event, Reminder
from tests.dispatch.plans import (
    DAY_2,
    Recording,
    attempts_of,
    day_2_of,
    live_clinic,
    patient_of,
    reminder_of,
    sms,
)
from tests.enrolment.clinics import NOW, ready_clinic

pytestmark = pytest.mark.django_db


def test_it_sends_what_is_due_and_says_when_the_next_is(clinic: Clinic, channel: Recording) -> None:
    episode = patient_of(clinic)
    turn = dispatch_once(NOW, sms(channel))
    assert turn.found == 1
    assert turn.next_due == reminder_of(episode, "first-evening").due_at
    assert [one.address for one in channel.taken] == ["+447700900123"]
    assert channel.taken[0].text.startswith("Leafy Clinic: ")


def test_it_finds_nothing_the_second_time(clinic: Clinic, channel: Recording) -> None:
    day_2_of(clinic)
    dispatch_once(DAY_2, sms(channel))
    assert dispatch_once(DAY_2, sms(channel)).found == 0
    assert len(channel.taken) == 1


def test_it_records_the_attempt_with_the_text_that_was_sent(clinic: Clinic, channel: Recording) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, sms(channel))
    (attempt,) = attempts_of(reminder)
    assert (attempt.status, attempt.channel) == (AttemptStatus.SENT, "sms")
    assert attempt.text == channel.taken[0].text
    assert attempt.provider_id == f"SM{attempt.pk.hex}"
    assert attempt.segments in (1, 2)


def test_it_tells_the_history_who_did_it_and_when(clinic: Clinic, channel: Recording) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2, sms(channel), worker="worker here-1")
    events = Event.objects.for_clinic(clinic).filter(reminder=reminder, kind="status-changed").order_by("pk")
    moves = [(event.before, event.after, event.actor, event.at) for event in events]
    assert moves == [
        ("scheduled", "claimed", "worker here-1", DAY_2),
        ("claimed", "sent", "worker here-1", DAY_2),
    ]


def test_it_sends_the_whole_plan_over_a_simulated_clock(clinic: Clinic, channel: Recording) -> None:
    patient_of(clinic)
    now = NOW
    while (turn := dispatch_once(now, sms(channel))).next_due:
        now = max(now, turn.next_due)
    statuses = set(Reminder.objects.for_clinic(clinic).values_list("status", flat=True))
    assert statuses == {Status.SENT}
    assert len(channel.taken) == Reminder.objects.for_clinic(clinic).count()


def test_a_clinic_that_is_not_live_sends_into_the_outbox_for_ever(db: None, channel: Recording) -> None:
    practising = ready_clinic()
    reminder = day_2_of(practising)
    practising.live = True
    practising.save()
    dispatch_once(DAY_2, sms(channel))
    assert channel.taken == []
    (attempt,) = attempts_of(reminder)
    assert (attempt.channel, attempt.status, attempt.address) == ("outbox", "sent", "+447700900123")


@pytest.mark.parametrize("kind", ["sms", "email"])
@pytest.mark.parametrize("live", [True, False])
def test_an_attempt_says_what_was_written_wherever_it_went(db: None, kind: str, live: bool) -> None:
    clinic = live_clinic(live=live)
    reminder = day_2_of(clinic, channels=(kind,))
    dispatch_once(DAY_2, {kind: Recording()})
    (attempt,) = attempts_of(reminder)
    assert (attempt.kind, attempt.channel) == (kind, kind if live else "outbox")


def test_what_must_really_leave_never_ends_in_the_outbox(clinic: Clinic) -> None:
    reminder = day_2_of(clinic)
    dispatch_once(DAY_2)
    reminder.refresh_from_db()
    assert (reminder.status, reminder.status_reason) == ("failed", "no-provider")
    assert attempts_of(reminder) == []


def test_the_text_may_be_delivered_until_sending_hours_end(clinic: Clinic, channel: Recording) -> None:
    day_2_of(clinic)
    dispatch_once(DAY_2, sms(channel))
    assert channel.taken[0].valid_for == timedelta(hours=11, minutes=20).total_seconds()
