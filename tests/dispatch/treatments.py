"""Several treatments of one patient, and changes between two steps of the dispatcher."""

from datetime import datetime, timedelta
from typing import Any

from scheduler.channels.base import Channel
from scheduler.dispatch import dispatch_once
from scheduler.domain import localtime
from scheduler.domain.status import AttemptStatus
from scheduler.models import Attempt, Episode, Reminder
from scheduler.plans import renew
from tests.dispatch.plans import MINUTE, reminder_of, sms

NURSE = "nurse@example.com"


def treated_again(first: Episode, treated_at: datetime, **values: Any) -> Episode:
    """The same patient, enrolled half an hour after a further treatment; all is planned together."""
    now = treated_at + timedelta(minutes=30)
    usual = {
        "clinic": first.clinic,
        "patient": first.patient,
        "edition": first.edition,
        "treated_at": treated_at,
        "treated_local": localtime.to_wall(first.timezone, treated_at).isoformat(timespec="minutes"),
        "timezone": first.timezone,
        "answers": first.answers,
        "site": first.site,
        "channels": first.channels,
        "enrolled_at": now,
        "enrolled_by": NURSE,
        "outbox_only": first.outbox_only,
        "identity": f"{first.identity[:40]} {treated_at:%Y%m%dT%H%M}",
    }
    episode = Episode.objects.create(**usual | values)
    renew([first.patient_id], now, actor=NURSE)
    return episode


def change(episode: Episode, now: datetime, **values: Any) -> None:
    """What a person changes, and the new plan that follows from it."""
    Episode.objects.across_clinics().filter(pk=episode.pk).update(**values)
    renew([episode.patient_id], now, actor=NURSE)


def run(channel: Channel, now: datetime, until: datetime) -> datetime:
    """Let the worker do what is due from `now` up to `until`, each at its time; return the last moment."""
    while (turn := dispatch_once(now, sms(channel))).next_due and max(turn.next_due, now) <= until:
        now = max(turn.next_due, now)
    return now


def rows_of(*episodes: Episode) -> list[Reminder]:
    found = Reminder.objects.across_clinics().filter(episode__in=episodes)
    return list(found.order_by("due_at", "pk"))


def sent_keys(*episodes: Episode) -> list[str]:
    """What left, in its order; a key twice where it left twice."""
    left = Attempt.objects.across_clinics().filter(reminder__episode__in=episodes, status=AttemptStatus.SENT)
    return list(
        left.order_by("created_at", "reminder__due_at", "reminder").values_list("reminder__key", flat=True)
    )


def just_before(episode: Episode, key: str, channel: Channel) -> Reminder:
    """A reminder whose time comes in a minute, everything before it sent."""
    run(channel, episode.enrolled_at, reminder_of(episode, key).due_at - MINUTE)
    return reminder_of(episode, key)
