"""The editions of a clinic, and the one that new enrolments get."""

import json
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.localtime import UnknownZone, check_zone
from scheduler.domain.protocol import Protocol
from scheduler.editions.files import find_protocol
from scheduler.editions.refused import Refused
from scheduler.models import Clinic, Edition

NEWEST = """
    SELECT id, clinic_id, published_at, settings FROM scheduler_edition
    WHERE clinic_id = %s AND protocol_id = %s ORDER BY number DESC LIMIT 1
"""


@dataclass(frozen=True)
class Missing:
    """Something that only the clinic can say, and has not said."""

    name: str
    label: str


def history(clinic: Clinic, protocol_id: str) -> QuerySet[Edition]:
    """Every edition, the newest first, each with the number of its `episodes_count`."""
    own = Edition.objects.for_clinic(clinic).filter(protocol_id=protocol_id)
    return own.annotate(episodes_count=Count("episodes")).order_by("-number")


def current_edition(clinic: Clinic, protocol_id: str) -> Edition | None:
    """The edition that new enrolments get; None until the clinic has published its first."""
    return Edition.objects.for_clinic(clinic).filter(protocol_id=protocol_id).order_by("-number").first()


def edition_at_hand(clinic: Clinic, protocol_id: str) -> Edition | None:
    """The same for enrolling, which asks it each time: read once, and the same object for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [clinic.pk, protocol_id])
        newest = cursor.fetchone()
    return _at_hand(*newest) if newest else None


@lru_cache(maxsize=256)
def _at_hand(pk: int, clinic_id: int, published_at: object, settings: str) -> Edition:
    # Editions never change; but ids alone come again in a database that was made anew.
    return Edition.objects.across_clinics().get(pk=pk)


def find_edition(clinic: Clinic, protocol_id: str, number: int) -> Edition:
    """One of the clinic's editions by its number. Raises Refused."""
    own = Edition.objects.for_clinic(clinic).filter(protocol_id=protocol_id)
    edition = own.filter(number=number).first()
    if edition is None:
        numbers = ", ".join(str(one) for one in own.order_by("number").values_list("number", flat=True))
        raise Refused(
            "unknown-edition",
            _("There is no edition %(number)s; there are: %(numbers)s.")
            % {"number": number, "numbers": numbers or _("none yet")},
        )
    return edition


@dataclass(frozen=True)
class _Published:
    """An edition as a key: ids alone come again in a database that was made anew."""

    identity: tuple[object, ...]
    edition: Edition = field(compare=False)


def protocol_of(edition: Edition) -> Protocol:
    """An edition's protocol with the clinic's settings in it. Editions never change, so it is built once."""
    settings = json.dumps(edition.settings, sort_keys=True)
    identity = (edition.pk, edition.clinic_id, edition.protocol_id, edition.published_at, settings)
    return _built(_Published(identity, edition))


@lru_cache(maxsize=256)
def _built(key: _Published) -> Protocol:
    return with_settings(Protocol.model_validate_json(key.edition.protocol), key.edition.settings)


def missing(clinic: Clinic, protocol_id: str) -> list[Missing]:
    """What the clinic still has to set before anybody can be enrolled. Raises UnknownProtocol."""
    return missing_under(current_edition(clinic, protocol_id), clinic, protocol_id)


def missing_under(edition: Edition | None, clinic: Clinic, protocol_id: str) -> list[Missing]:
    """The same, with the current edition at hand."""
    protocol = protocol_of(edition) if edition else find_protocol(protocol_id)
    wanted = {
        "urgent_phone": "" if clinic.urgent_phone else _("the telephone number for urgent calls"),
        "reply_to": "" if clinic.reply_to else _("the email address that somebody reads"),
        "timezone": "" if _zone_exists(clinic.timezone) else _("the clinic's time zone"),
    }
    wanted |= {name: protocol.values[name].label for name in protocol.missing_settings()}
    if edition is None and not protocol.missing_settings():
        wanted["edition"] = _("the first edition of %(title)s") % {"title": protocol.title}
    return [Missing(name, label) for name, label in wanted.items() if label]


def where_to_set(clinic: Clinic) -> str:
    """Who can say what is missing, and where."""
    return _("An admin of %(name)s sets it on the clinic's settings page, /c/%(slug)s/settings.") % {
        "name": clinic.name,
        "slug": clinic.slug,
    }


def _zone_exists(zone: str) -> bool:
    try:
        check_zone(zone)
    except UnknownZone:
        return False
    return True
