"""Changes of plans as a person makes them: looked at, and then done."""

from datetime import UTC, datetime
from typing import Any

from scheduler.changes import Change, PlanEffect, change_plan, effect_of
from scheduler.domain import localtime
from scheduler.models import Attempt, Episode, Event, Reminder

NURSE = "nurse@example.com"
WHY = "it was typed wrong"


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of 2026 in UTC, which London shows in winter. Sam is treated on 20 November at 15:00."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def look(episode: Episode, change: Change, now: datetime) -> PlanEffect:
    return effect_of(episode.clinic, episode.pk, change, now)


def do(episode: Episode, change: Change, now: datetime, **values: Any) -> PlanEffect:
    """Look at the effect, and have it done at once."""
    if "seen_revision" not in values:
        seen = look(episode, change, now)
        values = {"seen_revision": seen.revision, "seen": seen.seen} | values
    return change_plan(episode.clinic, episode.pk, change, now, **{"actor": NURSE, "why": WHY} | values)


def row(episode: Episode, key: str) -> Reminder:
    return Reminder.objects.across_clinics().get(episode=episode, key=key)


def standing(episode: Episode, key: str) -> tuple[str, str]:
    """Its status, and when it is due on the clock of its zone."""
    found = row(episode, key)
    return found.status, found.due_local


def to_come(episode: Episode) -> dict[str, str]:
    """What is planned: each key with its time on the clock of its zone."""
    planned = Reminder.objects.across_clinics().filter(episode=episode, status="scheduled")
    for one in planned:
        assert localtime.to_wall(one.timezone, one.due_at).isoformat(timespec="minutes") == one.due_local
    return dict(planned.order_by("due_at", "pk").values_list("key", "due_local"))


def sent(episode: Episode) -> dict[str, str]:
    """The text of each key that went. Nothing ever goes twice."""
    went = Attempt.objects.across_clinics().filter(reminder__episode=episode, status="sent")
    pairs = list(went.order_by("created_at").values_list("reminder__key", "text"))
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def events(episode: Episode) -> list[Event]:
    """What people did to the plan, the oldest first."""
    told = Event.objects.across_clinics().filter(episode=episode, details__has_key="why")
    return list(told.order_by("pk"))


def revision(episode: Episode) -> int:
    return Episode.objects.across_clinics().get(pk=episode.pk).revision


def rows_written(episode: Episode) -> tuple[object, ...]:
    """Everything that a change could write, to show that it wrote nothing."""
    kept = Episode.objects.across_clinics().filter(pk=episode.pk).values().get()
    reminders = list(Reminder.objects.across_clinics().order_by("pk").values())
    return kept, reminders, Event.objects.across_clinics().count()
