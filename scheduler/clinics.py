"""A clinic from its founding to the day on which its texts really leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from scheduler import editions
from scheduler.accounts import Access, admit, check_email
from scheduler.domain.echo import cut, quoted
from scheduler.domain.gsm7 import foreign_characters, septets, to_gsm7
from scheduler.domain.localtime import UnknownZone, check_zone
from scheduler.history import note
from scheduler.models import Clinic, Membership
from scheduler.senders import ensure_first_sender, ways_out

NAME_LENGTH, SLUG_LENGTH, SMS_NAME_SEPTETS = 120, 50, 20


class Refused(ValueError):
    """What was asked for cannot be; `faults` has a sentence a person can act on, by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new clinic needs before anything else; `sms_name` begins every text."""

    slug: str
    name: str
    admin: str
    sms_name: str
    timezone: str


def open_clinic(asked: Founding, *, actor: str, now: datetime) -> tuple[Clinic, Access]:
    """Make a clinic and its first admin. It is not live, and enrols nobody until its values are set.

    Raises Refused with all that is wrong; then nothing is written.
    """
    faults = dict(_faults(asked))
    if faults:
        raise Refused(faults)
    try:
        with transaction.atomic():
            clinic = Clinic.objects.create(
                slug=asked.slug,
                name=asked.name.strip(),
                sms_name=read_sms_name(asked.sms_name),
                timezone=asked.timezone,
                created_at=now,
            )
            access = admit(clinic, asked.admin, Membership.Role.ADMIN)
            note(clinic, "clinic-founded", actor=actor, now=now, admin=access.email)
    except IntegrityError:
        raise Refused({"slug": f"There is a clinic {quoted(asked.slug)} already."}) from None
    return clinic, access


def _faults(asked: Founding) -> Iterator[tuple[str, str]]:
    try:
        validate_slug(asked.slug)
        if len(asked.slug) > SLUG_LENGTH:
            raise ValidationError("too long")
    except ValidationError:
        yield "slug", f"Use letters, digits and hyphens, {SLUG_LENGTH} at the most: vein-clinic."
    if not 0 < len(asked.name.strip()) <= NAME_LENGTH or not asked.name.isprintable():
        yield "name", f"Give the clinic's name, {NAME_LENGTH} characters at the most."
    try:
        read_sms_name(asked.sms_name)
    except ValueError as fault:
        yield "sms_name", str(fault)
    try:
        check_zone(cut(asked.timezone))
    except UnknownZone as unknown:
        yield "timezone", f"{unknown}."
    try:
        check_email(asked.admin)
    except ValueError as fault:
        yield "admin", str(fault)


def read_sms_name(typed: str) -> str:
    """The name that begins every text; raise ValueError with a sentence where it costs too much room."""
    name = to_gsm7(typed).strip()
    foreign = foreign_characters(name)
    if foreign:
        raise ValueError(f"Texts cannot carry {' '.join(foreign)}. Write the name without it.")
    if not name:
        raise ValueError("Give the name that begins every text.")
    if (septets(name) or 0) > SMS_NAME_SEPTETS:
        raise ValueError(f"The name in texts takes {septets(name)} places; {SMS_NAME_SEPTETS} is the most.")
    return name


def obstacles(clinic: Clinic) -> list[str]:
    """Why the clinic's texts cannot leave yet, each in a sentence; empty when they can."""
    if clinic.demonstration:
        return ["This is a demonstration: its patients do not exist, and nothing of it ever leaves."]
    found = []
    if not ways_out(clinic):
        found.append(
            "No way out is set up: whoever runs this installation sets Twilio's variables or EMAIL_URL."
        )
    missing = [editions.missing(clinic, protocol) for protocol in editions.available_protocols()]
    if all(missing):
        labels = dict.fromkeys(value.label for values in missing for value in values)
        found.append(f"The clinic's values are not all set. Missing: {', '.join(labels)}.")
    return found


def set_live(clinic: Clinic, live: bool, *, actor: str, now: datetime) -> None:
    """Decide for patients enrolled from now on; who is enrolled already keeps what was decided then.

    Raises Refused while something stands in the way of going live.
    """
    if live and settings.TWILIO:
        ensure_first_sender(settings.TWILIO, settings.SMS_RATE_PER_SECOND)
        clinic.refresh_from_db()
    if live and (in_the_way := obstacles(clinic)):
        raise Refused({"live": " ".join(in_the_way)})
    with transaction.atomic():
        if Clinic.objects.filter(pk=clinic.pk, live=not live).update(live=live):
            note(clinic, "went-live" if live else "stopped-sending", actor=actor, now=now)
