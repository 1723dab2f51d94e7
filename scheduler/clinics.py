"""A clinic from its founding to the day on which its texts really leave."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

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

    def __init__(self, faults: Mapping[str, object]) -> None:
        self.faults = {name: str(sentence) for name, sentence in faults.items()}
        super().__init__(" ".join(self.faults.values()))


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
        raise Refused(
            {"slug": _("There is a clinic %(slug)s already.") % {"slug": quoted(asked.slug)}}
        ) from None
    return clinic, access


def _faults(asked: Founding) -> Iterator[tuple[str, str]]:
    try:
        validate_slug(asked.slug)
        if len(asked.slug) > SLUG_LENGTH:
            raise ValidationError("too long")
    except ValidationError:
        yield (
            "slug",
            _("Use letters, digits and hyphens, %(slug_length)s at the most: vein-clinic.")
            % {"slug_length": SLUG_LENGTH},
        )
    if not 0 < len(asked.name.strip()) <= NAME_LENGTH or not asked.name.isprintable():
        yield (
            "name",
            _("Give the clinic's name, %(name_length)s characters at the most.")
            % {"name_length": NAME_LENGTH},
        )
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
    if not name.isprintable():
        # The alphabet of texts has a line break; subjects of emails, which begin so as well, have none.
        raise ValueError(_("Write the name that begins every text in one line."))
    foreign = foreign_characters(name)
    if foreign:
        raise ValueError(
            _("Texts cannot carry %(foreign)s. Write the name without it.") % {"foreign": " ".join(foreign)}
        )
    if not name:
        raise ValueError(_("Give the name that begins every text."))
    if (septets(name) or 0) > SMS_NAME_SEPTETS:
        raise ValueError(
            _("The name in texts takes %(septets)s places; %(sms_name_septets)s is the most.")
            % {"septets": septets(name), "sms_name_septets": SMS_NAME_SEPTETS}
        )
    return name


def obstacles(clinic: Clinic) -> list[str]:
    """Why the clinic's texts cannot leave yet, each in a sentence; empty when they can."""
    if clinic.demonstration:
        return [_("This is a demonstration: its patients do not exist, and nothing of it ever leaves.")]
    found = []
    if not ways_out(clinic):
        found.append(
            _("No way out is set up: whoever runs this installation sets Twilio's variables or EMAIL_URL.")
        )
    missing = [editions.missing(clinic, protocol) for protocol in editions.available_protocols()]
    if all(missing):
        labels = dict.fromkeys(value.label for values in missing for value in values)
        found.append(
            _("The clinic's values are not all set. Missing: %(labels)s.") % {"labels": ", ".join(labels)}
        )
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
