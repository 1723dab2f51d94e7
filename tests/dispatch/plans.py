"""Patients and plans as the dispatch tests need them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import override_settings

from scheduler.channels.base import Channel, Outcome, Outgoing, accepted
from scheduler.enrolment import enrol
from scheduler.models import Attempt, Clinic, Episode, Reminder, Sender
from tests.enrolment.clinics import NOW, asked, ready_clinic

#: day 2, ten minutes past the time of its reminder, well inside sending hours
DAY_2 = datetime(2026, 11, 22, 9, 10, tzinfo=UTC)


class Recording:
    """A channel in memory with the real interface: it keeps what it was given and answers as told."""

    def __init__(self, answer: Outcome | None = None) -> None:
        self.answer = answer
        self.taken: list[Outgoing] = []

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.taken.append(outgoing)
        return self.answer or accepted(f"SM{outgoing.attempt_id.hex}")


def live_clinic(**values: Any) -> Clinic:
    """A clinic whose texts leave, through a number of its own."""
    slug = values.get("slug", "leafy")
    sender = Sender.objects.create(
        name=f"{slug}'s number", from_number="+447700900001", segments_per_second=10_000
    )
    return ready_clinic(**{"live": True, "sender": sender} | values)


def patient_of(clinic: Clinic, number: int = 123, **values: Any) -> Episode:
    """Somebody treated on Friday 20 November at 15:00, while both providers were configured."""
    mobile = {"mobile": f"07700 900{number:03}", "name": f"Sam Example {number}"}
    with override_settings(EMAIL_LIVE=True, TWILIO=True):
        return enrol(asked(clinic, **mobile | values), "nurse@example.com", NOW).episode


def only(episode: Episode, key: str) -> Reminder:
    """The one reminder of that key; all others of the episode are out of the way."""
    later = datetime(2036, 1, 1, tzinfo=UTC)
    Reminder.objects.across_clinics().filter(episode=episode).exclude(key=key).update(try_at=later)
    return reminder_of(episode, key)


def reminder_of(episode: Episode, key: str) -> Reminder:
    return Reminder.objects.across_clinics().get(episode=episode, key=key)


def attempts_of(reminder: Reminder) -> list[Attempt]:
    return list(Attempt.objects.across_clinics().filter(reminder=reminder).order_by("created_at"))


def day_2_of(clinic: Clinic, **values: Any) -> Reminder:
    """One reminder that is due at DAY_2."""
    return only(patient_of(clinic, **values), "day-2")


def sms(channel: Channel) -> Mapping[str, Channel]:
    return {"sms": channel}


MINUTE = timedelta(minutes=1)
