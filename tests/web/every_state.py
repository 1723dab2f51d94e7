"""A clinic in which everything has happened that a page can tell of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from scheduler.alarms import Kind, alarm
from scheduler.domain.status import Status
from scheduler.enrolment import enrol
from scheduler.enrolment.held import hold
from scheduler.history import note
from scheduler.models import Alarm, Attempt, Clinic, Episode, Event, HeldEnrolment, Reminder, Reply
from scheduler.plans.deeds import DONE
from scheduler.plans.rollout import carry_out
from scheduler.web import words
from tests.dispatch.plans import live_clinic
from tests.editions.drafts import begin, change
from tests.enrolment.clinics import NOW, asked
from tests.rollout.everybody import publish
from tests.web.people import enrolled

#: the day after a second treatment
TODAY = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ACTOR = "nurse@example.com"
#: values of each kind that an event keeps
CHANGED = {
    "treated_at": ["2026-11-20T15:00:00+00:00", "2026-11-20T14:00:00+00:00"],
    "answers.area": ["small", "large"],
    "channels": [["sms", "email"], ["email"]],
    "state": ["active", "paused"],
    "page_link": ["link-as-sent", "link-renewed"],
    "email": ["", "sam@example.com"],
}


@dataclass(frozen=True)
class World:
    clinic: Clinic
    #: its reminders have each status, its events are of each kind
    first: Episode
    #: treated again on the same leg, so that it decides
    second: Episode
    #: typed when something was missing
    held: HeldEnrolment


def everything() -> World:
    clinic = live_clinic(slug="leafy")
    first = enrolled(clinic, site="left")
    asking = asked(clinic, patient=str(first.patient_id), treated="2026-11-24T10:00", site="left")
    second = enrol(asking, ACTOR, datetime(2026, 11, 24, 10, 30, tzinfo=UTC)).episode
    _statuses(clinic)
    _events(first)
    for number, state in enumerate(Episode.State, start=1):
        one = enrolled(
            clinic, name="Robin Example", mobile=f"07700 90080{number}", email="", channels=("sms",)
        )
        Episode.objects.across_clinics().filter(pk=one.pk).update(state=state, outbox_only=bool(number % 2))
    for kind in Kind:
        alarm(kind, now=TODAY, clinic=clinic if kind is Kind.LATE else None)
    Alarm.objects.filter(kind=Kind.CLOCK).update(acknowledged_by=ACTOR, acknowledged_at=TODAY)
    for number, urgent in enumerate((True, False)):
        Reply.objects.create(
            clinic=clinic, sender=clinic.sender, address=f"+4477009008{number:02}", body="Sam",
            provider_id=f"IN{number}", received_at=TODAY, urgent=urgent,
        )  # fmt: skip
    clinic.sender.__class__.objects.update(held_at=TODAY, held_reason="20003")
    _editions(clinic)
    held = hold(clinic, {"name": "Sam Example", "mobile": "07700 900123"}, ACTOR, NOW)
    return World(clinic, first, second, held)


def _editions(clinic: Clinic) -> None:
    """A second edition that was brought to everybody, not quite as foreseen, and a draft of a third."""
    draft = begin(clinic, "admin@example.com")
    draft = change(clinic, draft.revision, "admin@example.com", evening="17:00")
    expected = {"patients": 99, "changed": 99}
    job = publish(clinic, now=NOW, expected=expected, reason="Agreed in the team")
    carry_out(job, lambda: TODAY)
    draft = begin(clinic, "admin@example.com")
    settings = {"morning": "10:00", "no_waxing": "35d", "lines__waxing__sms": "No waxing: {no-waxing.date}."}
    change(clinic, draft.revision, "admin@example.com", **settings)


def _statuses(clinic: Clinic) -> None:
    """Each reminder that is planned alone takes the next status; what was tried, was tried each way."""
    told = cycle((status, reason) for status, reason in zip(cycle(Status), words.REASONS, strict=False))
    ways = cycle([("sms", "sms"), ("email", "email"), ("sms", "outbox"), ("email", "outbox")])
    waiting = Reminder.objects.for_clinic(clinic).filter(status=Status.SCHEDULED).order_by("pk")
    for reminder in waiting:
        status, reason = next(told)
        if status in (Status.SUPERSEDED, Status.FOLDED):
            continue
        Reminder.objects.across_clinics().filter(pk=reminder.pk).update(status=status, status_reason=reason)
        if status != Status.SCHEDULED:
            _tried(reminder, *next(ways))


def _tried(reminder: Reminder, kind: str, channel: str) -> None:
    Attempt.objects.create(
        clinic=reminder.clinic, reminder=reminder, kind=kind, channel=channel,
        address="sam@example.com" if kind == "email" else "+447700900123", subject="Sam", text="Sam",
        segments=1, episode_revision=1, created_at=TODAY, error_code="30005" if channel != "outbox" else "",
    )  # fmt: skip


def _events(episode: Episode) -> None:
    told: dict[str, Any] = {"actor": ACTOR, "now": NOW, "episode": episode}
    reminder = episode.reminders.all()[0]
    for kind in words.EVENTS:
        with_reminder = kind in words.DECIDED or kind.startswith("reminder-")
        changed = {"reminder": reminder} if with_reminder else {}
        if kind in DONE:
            changed |= {"changed": CHANGED}
        if kind == "call-recorded":
            changed |= {"caller": "Sam", "said": "Sam"}
        note(episode.clinic, kind, **told, why="Sam", **changed)
    for kind in words.OPTED:
        for channel in ("sms", "email"):
            note(episode.clinic, kind, **told, channel=channel)
    Event.objects.bulk_create(
        Event(
            clinic=episode.clinic,
            episode=episode,
            reminder=reminder,
            kind="status-changed",
            after=next_one,
            reason=reason,
            actor=ACTOR,
            at=NOW,
        )
        for next_one, reason in zip(cycle(set(Status) - {Status.CLAIMED}), words.REASONS, strict=False)
    )
