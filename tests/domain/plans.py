"""Short ways to a plan and its texts, for the tests of the pure part."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.localtime import resolve
from scheduler.domain.message import Text, render
from scheduler.domain.placeholders import Contact
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import load
from scheduler.domain.timeline import PlannedReminder, Timeline, Treatment, timeline_of

FILE = Path(__file__).resolve().parents[2] / "schedules" / "microsclerotherapy.yaml"
LEAFLET = load(FILE)
LONDON = "Europe/London"
#: as long as a clinic's own may be
LONGEST = Contact(
    "Twenty letters clini", "+441632960123456", "care@example.com", "https://example.com", "999"
)
CONTACT = Contact("Example Clinic", "01632 960123", "care@example.com", "https://example.com")
LINK = "https://aftercare.example.com/p/23456789"


def at(wall: str, zone: str = LONDON) -> datetime:
    """The UTC instant of a wall time like 2026-11-20T15:00."""
    return resolve(zone, datetime.fromisoformat(wall))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def protocol(**settings: str) -> Protocol:
    """The leaflet's protocol with a clinic's values; flying is left out unless given."""
    dotted = {name.replace("__", "."): value for name, value in settings.items()}
    return with_settings(LEAFLET, {"no_flying": "omit", **dotted})


def treatment(
    treated: str, area: str = "small", enrolled: str | None = None, desk: bool = True, zone: str = LONDON
) -> Treatment:
    return Treatment(at(treated, zone), zone, {"area": area}, at(enrolled or treated, zone), desk)


def plan(
    treated: str = "2026-11-20T15:00", *, settings: dict[str, str] | None = None, **how: object
) -> Timeline:
    return timeline_of(protocol(**(settings or {})), treatment(treated, **how))  # type: ignore[arg-type]


def say(
    protocol: Protocol,
    timeline: Timeline,
    reminder: PlannedReminder,
    moment: datetime | None = None,
    contact: Contact = CONTACT,
    two_way: bool = True,
) -> Text:
    """What a reminder says at a moment; by default when it is due."""
    contact = replace(contact, replies=two_way)
    return render(timeline.course, reminder.content, contact, LINK, moment or reminder.due_at)


def schedule(timeline: Timeline) -> dict[str, str]:
    """Key and wall time of every reminder."""
    return {r.key: f"{r.due_local:%Y-%m-%dT%H:%M}" for r in timeline.reminders}
