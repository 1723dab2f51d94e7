"""A clinic with patients on their way, and a draft for all of them."""

from datetime import datetime, timedelta
from typing import Any

from scheduler.dispatch import dispatch_once
from scheduler.editions import change_draft, get_draft, protocol_of, start_draft
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Draft, Edition, Episode, Reminder, Rollout
from scheduler.plans.everybody import effect_on_everybody
from scheduler.plans.publication import Seen, publish_to_everybody, seen_now
from tests.enrolment.clinics import NOW, PROTOCOL, asked

ADMIN = "admin@example.com"
#: two days after the treatment, the texts of the morning are gone
LATER = NOW + timedelta(days=2)


def enrol_some(clinic: Clinic, number: int = 3) -> list[Episode]:
    names = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"][:number]
    return [
        enrol(
            asked(clinic, name=f"{name} Example", mobile=f"07700 9001{n:02}"), "nurse@example.com", NOW
        ).episode
        for n, name in enumerate(names)
    ]


def let_go(until: datetime, start: datetime = NOW) -> None:
    """Whatever is due until then goes to the outbox."""
    now: datetime | None = start
    while now is not None and now <= until:
        now = dispatch_once(now).next_due


def draft_of(clinic: Clinic, **settings: str) -> Draft:
    draft = start_draft(clinic, PROTOCOL, actor=ADMIN, now=LATER)
    dotted: dict[str, str | None] = {name.replace("__", "."): text for name, text in settings.items()}
    return change_draft(clinic, PROTOCOL, dotted, seen_revision=draft.revision, actor=ADMIN, now=LATER)


def publish(clinic: Clinic, seen: Seen | None = None, now: datetime = LATER, **values: Any) -> Rollout:
    draft = get_draft(clinic, PROTOCOL)
    usual: dict[str, Any] = {"reason": "Agreed.", "approved_by": "Dr Example", "actor": ADMIN, "expected": {}}
    return publish_to_everybody(clinic, PROTOCOL, seen=seen or seen_now(draft), now=now, **(usual | values))


def foreseen(clinic: Clinic, now: datetime = LATER) -> dict[str, int]:
    draft = get_draft(clinic, PROTOCOL)
    as_edition = Edition(
        clinic=clinic, protocol_id=PROTOCOL, number=99, protocol=draft.protocol, settings=draft.settings
    )
    return effect_on_everybody(clinic, protocol_of(as_edition), now).counts()


def due(episode: Episode) -> dict[str, str]:
    """What is still to come, on the wall clock."""
    rows = Reminder.objects.across_clinics().filter(episode=episode, status="scheduled").order_by("due_at")
    return dict(rows.values_list("key", "due_local"))
