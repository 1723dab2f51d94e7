"""Which protocols there are, and the edition of each that a clinic works with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.localtime import UnknownZone, check_zone
from scheduler.domain.protocol import Protocol
from scheduler.domain.protocol_file import ProtocolFaults, load
from scheduler.history import note
from scheduler.models import Clinic, Edition

SCHEDULES = Path(__file__).resolve().parent.parent / "schedules"


class UnknownProtocol(ValueError):
    """There is no protocol of this name."""


class BrokenProtocols(ImproperlyConfigured):
    """Files in `schedules/` that cannot be used: one line for each fault, with its place."""


@dataclass(frozen=True)
class Missing:
    """Something that only the clinic can say, and has not said."""

    name: str
    label: str


@lru_cache(maxsize=1)
def available_protocols() -> dict[str, Protocol]:
    """The protocols in `schedules/` by their id, as they were when the process first asked.

    Raises BrokenProtocols with all that is wrong: half of the treatments would be no service.
    """
    found: dict[str, Protocol] = {}
    faults: list[str] = []
    for path in sorted(SCHEDULES.glob("*.yaml")):
        try:
            protocol = load(path)
        except (ProtocolFaults, OSError) as fault:
            faults += str(fault).splitlines()
            continue
        if protocol.id in found:
            faults.append(f"{path}: another file has the id {protocol.id!r} already; ids are unique")
        found[protocol.id] = protocol
    if faults:
        raise BrokenProtocols("\n".join(faults))
    return found


def find_protocol(protocol_id: str) -> Protocol:
    """A protocol as its file has it. Raises UnknownProtocol."""
    try:
        return available_protocols()[protocol_id]
    except KeyError:
        known = ", ".join(available_protocols())
        raise UnknownProtocol(f"There is no protocol {protocol_id[:40]!r}; there are: {known}.") from None


def current_edition(clinic: Clinic, protocol_id: str) -> Edition | None:
    """The edition that new enrolments get; None until the clinic has published its first."""
    return Edition.objects.for_clinic(clinic).filter(protocol_id=protocol_id).order_by("-number").first()


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


def publish(
    clinic: Clinic,
    protocol_id: str,
    settings: Mapping[str, str],
    *,
    reason: str,
    approved_by: str,
    actor: str,
    now: datetime,
) -> Edition:
    """Make the clinic's next edition of a protocol, for new enrolments; those enrolled keep theirs.

    Nothing changed: the current edition comes back. Raises UnknownProtocol and SettingFault.
    """
    protocol = find_protocol(protocol_id)
    with_settings(protocol, settings)
    written = protocol.model_dump_json()
    with transaction.atomic():
        # Two people publishing at once queue here, so that numbers have no gap and no double.
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        current = current_edition(clinic, protocol_id)
        if current and (current.protocol, current.settings) == (written, dict(settings)):
            return current
        edition = Edition.objects.create(
            clinic=clinic,
            protocol_id=protocol_id,
            number=current.number + 1 if current else 1,
            protocol=written,
            settings=dict(settings),
            reason=reason,
            approved_by=approved_by,
            published_by=actor,
            published_at=now,
        )
        note(
            clinic,
            "edition-published",
            actor=actor,
            now=now,
            protocol=protocol_id,
            number=edition.number,
            why=reason,
            approved_by=approved_by,
        )
    return edition


def missing(clinic: Clinic, protocol_id: str) -> list[Missing]:
    """What the clinic still has to set before anybody can be enrolled. Raises UnknownProtocol."""
    edition = current_edition(clinic, protocol_id)
    protocol = protocol_of(edition) if edition else find_protocol(protocol_id)
    wanted = {
        "urgent_phone": "" if clinic.urgent_phone else "the telephone number for urgent calls",
        "reply_to": "" if clinic.reply_to else "the email address that somebody reads",
        "timezone": "" if _zone_exists(clinic.timezone) else "the clinic's time zone",
    }
    wanted |= {name: protocol.values[name].label for name in protocol.missing_settings()}
    if edition is None and not protocol.missing_settings():
        wanted["edition"] = f"the first edition of {protocol.title}"
    return [Missing(name, label) for name, label in wanted.items() if label]


def where_to_set(clinic: Clinic) -> str:
    """Who can say what is missing, and where."""
    return f"An admin of {clinic.name} sets it on the clinic's settings page, /c/{clinic.slug}/settings."


def _zone_exists(zone: str) -> bool:
    try:
        check_zone(zone)
    except UnknownZone:
        return False
    return True
