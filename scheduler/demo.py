"""A demonstration clinic with patients who do not exist, on different days of their plans.

They are enrolled in the past by the same function as everybody, and the dispatcher lives through the days
since: what lies in the outbox is what would have been sent.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction

from scheduler.accounts import Access, admit
from scheduler.dispatch.once import dispatch_once
from scheduler.domain import localtime
from scheduler.editions import publish
from scheduler.enrolment import Enrolment, enrol
from scheduler.models import Clinic, Membership, User

ZONE = "Europe/London"
PROTOCOL = "microsclerotherapy"
EMAIL = "nurse@example.com"
#: how long after the treatment the patient leaves with the first text
DISCHARGE = timedelta(minutes=15)


@dataclass(frozen=True)
class Person:
    """A made-up patient; `ended` is the wall clock of a treatment `days` ago, None: it ended just now."""

    name: str
    mobile: str
    days: int
    ended: time | None
    area: str
    site: str
    channels: tuple[str, ...] = ("sms",)
    email: str = ""


# The numbers are from the range that Ofcom keeps for drama: nobody has them.
PEOPLE = (
    Person("Elena Frost", "07700 900165", 13, time(11, 10), "small", "both"),
    Person(
        "Dev Marlowe", "07700 900142", 6, time(15, 0), "large", "left", ("sms", "email"), "dev@example.com"
    ),
    Person("Carys Holm", "", 3, time(14, 30), "small", "right", ("email",), "carys@example.com"),
    Person("Ben Okafor", "07700 900127", 1, time(16, 20), "small", "left"),
    Person("Amara Webb", "07700 900118", 0, None, "large", "both"),
)


def create_if_empty(now: datetime) -> Access | None:
    """Make the demonstration, or nothing at all where there is a clinic already. `now` is aware UTC."""
    now = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        if Clinic.objects.exists() or User.objects.filter(email__iexact=EMAIL).exists():
            return None
        first = now - timedelta(days=max(person.days for person in PEOPLE) + 1)
        clinic = _clinic(first)
        access = admit(clinic, EMAIL, Membership.Role.ADMIN)
        for person in PEOPLE:
            _enrol(clinic, person, now)
    # Outside: the dispatcher posts nothing while a transaction is open.
    _live_through(first, now)
    return access


def _clinic(now: datetime) -> Clinic:
    clinic = Clinic.objects.create(
        slug="example",
        name="Example Vein Clinic",
        sms_name="Example Clinic",
        timezone=ZONE,
        urgent_phone="+441632960123",
        reply_to="care@example.com",
        website="https://example.com/veins",
        demonstration=True,
        live=False,
        created_at=now,
    )
    publish(
        clinic,
        PROTOCOL,
        {"no_flying": "omit"},
        reason="A demonstration: flying is left out explicitly.",
        approved_by="nobody: a demonstration",
        actor="demonstration",
        now=now,
    )
    return clinic


def _enrol(clinic: Clinic, person: Person, now: datetime) -> None:
    treated_at = now - DISCHARGE
    if person.ended:
        day = localtime.local_date(ZONE, now) - timedelta(days=person.days)
        treated_at = localtime.at(ZONE, day, person.ended)
    enrolment = Enrolment(
        clinic=clinic,
        protocol_id=PROTOCOL,
        name=person.name,
        mobile=person.mobile,
        email=person.email,
        treated=treated_at.isoformat(),
        answers={"area": person.area},
        channels=person.channels,
        site=person.site,
        at_desk=True,
    )
    enrol(enrolment, EMAIL, treated_at + DISCHARGE)


def _live_through(moment: datetime | None, now: datetime) -> None:
    while moment is not None and moment <= now:
        turn = dispatch_once(moment, worker="demonstration")
        # What the dispatcher leaves lying is the worker's, and not ours to wait for.
        stuck = not turn.found and turn.next_due is not None and turn.next_due <= moment
        moment = None if stuck else turn.next_due
