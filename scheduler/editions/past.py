"""What became of a draft, told by its events: what others did to it, and what stood there before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from scheduler.models import Draft, Event

BEGAN, CHANGED, RENEWED = "draft-started", "draft-changed", "draft-renewed"
KINDS = (BEGAN, CHANGED, RENEWED, "draft-discarded", "draft-published")


@dataclass(frozen=True)
class Deed:
    """One step of a draft. `changes` have a setting's text before and after; None: the protocol's own."""

    kind: str
    actor: str
    at: datetime
    changes: tuple[tuple[str, str | None, str | None], ...]


def deeds(draft: Draft, seen_revision: int) -> tuple[Deed, ...]:
    """What happened to the draft since somebody saw it, the newest first."""
    return tuple(_deed(event) for event in events_since(draft, seen_revision))


def settings_at(draft: Draft, revision: int) -> dict[str, str] | None:
    """The draft's settings as they were at an earlier revision; None where more than edits lies between."""
    settings = dict(draft.settings)
    for deed in deeds(draft, revision):
        if deed.kind != CHANGED:
            return None
        for name, before, _after in deed.changes:
            settings.pop(name, None)
            if before is not None:
                settings[name] = before
    return settings


def conflicts_of(draft: Draft) -> tuple[str, ...]:
    """What both sides had changed when the draft was last carried over: the draft's own stayed."""
    last = events_since(draft, 0).filter(kind__in=[BEGAN, RENEWED]).first()
    return tuple(last.details["conflicts"]) if last and last.kind == RENEWED else ()


def events_since(draft: Draft, revision: int) -> QuerySet[Event]:
    """What was done to a draft since that revision, the newest first."""
    events = Event.objects.for_clinic(draft.clinic).filter(
        kind__in=KINDS, details__protocol=draft.protocol_id, details__revision__gt=revision
    )
    return events.order_by("-pk")


def _deed(event: Event) -> Deed:
    return Deed(event.kind, event.actor, event.at, tuple(_changes(event)))


def _changes(event: Event) -> Iterator[tuple[str, str | None, str | None]]:
    # By name: PostgreSQL's JSON keeps no order.
    for name, (before, after) in sorted(event.details.get("changes", {}).items()):
        yield name, before, after
