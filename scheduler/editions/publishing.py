"""Publishing the next edition, for new enrolments; those enrolled keep theirs.

`scheduler.plans.publication` also brings it to them: it publishes here, and a job goes on from there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduler.domain.clinic_values import with_settings
from scheduler.domain.edits.findings import below_leaflet
from scheduler.domain.edits.timing import REASON_MISSING
from scheduler.domain.protocol import Protocol
from scheduler.editions.checking import Checked, check
from scheduler.editions.current import current_edition, protocol_of
from scheduler.editions.drafts import file_of, lock, locked
from scheduler.editions.files import find_protocol
from scheduler.editions.kept import faults_of_kept
from scheduler.editions.refused import Refused
from scheduler.history import note
from scheduler.models import Clinic, Draft, Edition

LONGEST_NAME, LONGEST_REASON = 120, 1000


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
    """Publish today's protocol with these settings, without a draft.

    Nothing changed: the current edition comes back. Raises UnknownProtocol, SettingFault, and Refused where
    the file has lost a text that must be kept.
    """
    protocol = find_protocol(protocol_id)
    set_up = with_settings(protocol, settings)
    with transaction.atomic():
        lock(clinic)
        current = current_edition(clinic, protocol_id)
        if current and current.settings == dict(settings) and file_of(current) == protocol:
            return current
        if current and (lost := list(faults_of_kept(protocol_of(current), set_up))):
            raise Refused("faults", " ".join(f"{one.name}: {one.sentence}" for one in lost), lost)
        unchanged = {
            name: why
            for name, why in (current.reasons.items() if current else ())
            if current and current.settings.get(name) == settings.get(name)
        }
        return _create(
            clinic,
            protocol_id,
            current,
            protocol=protocol.model_dump_json(),
            settings=dict(settings),
            reasons=unchanged,
            reason=reason,
            approved_by=approved_by,
            published_by=actor,
            published_at=now,
        )


def publish_draft(
    clinic: Clinic,
    protocol_id: str,
    *,
    seen_revision: int,
    reason: str,
    approved_by: str,
    actor: str,
    now: datetime,
    same_too: bool = False,
) -> Edition:
    """Make the draft the next edition, and close it. `seen_revision` is the one that the person looked at.

    `same_too`: also where nothing differs from the current one, as others still have an older one.

    Raises Stale where the draft or the current edition moved since, and Refused for anything else that
    stands in the way; then nothing is written.
    """
    reason, approved_by = _signed(reason, approved_by)
    with transaction.atomic():
        lock(clinic)
        draft = locked(clinic, protocol_id, seen_revision)
        refuse_unready(check(draft), same_too=same_too)
        edition = _create(
            clinic,
            protocol_id,
            draft.base,
            protocol=draft.protocol,
            settings=draft.settings,
            reasons=_needed(draft),
            reason=reason,
            approved_by=approved_by,
            published_by=actor,
            published_at=now,
        )
        draft.is_open, draft.revision = False, draft.revision + 1
        draft.changed_by, draft.changed_at = actor, now
        draft.save()
        note(
            clinic,
            "draft-published",
            actor=actor,
            now=now,
            protocol=protocol_id,
            revision=draft.revision,
            number=edition.number,
        )
    return edition


def refuse_unready(checked: Checked, *, same_too: bool = False) -> None:
    """Raises Refused where the draft cannot be published as it is."""
    if checked.faults:
        raise Refused("faults", _count(len(checked.faults)), checked.faults)
    missing = [one for one in checked.warnings if one.code == REASON_MISSING]
    if missing:
        raise Refused(REASON_MISSING, " ".join(one.sentence for one in missing), missing)
    base = checked.draft.base
    if base is not None and not same_too and protocol_of(base) == checked.protocol:
        raise Refused(
            "nothing-changed", _("Nothing differs from edition %(number)s.") % {"number": base.number}
        )


def _count(number: int) -> str:
    said = ngettext(
        "The draft cannot be published: a fault stands in the way.",
        "The draft cannot be published: %(number)s faults stand in the way.",
        number,
    )
    return said % {"number": number}


def _signed(reason: str, approved_by: str) -> tuple[str, str]:
    """A reason, and the clinician who answers for it."""
    reason, approved_by = reason.strip(), approved_by.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(
            "no-reason",
            _("Give a reason, %(longest_reason)s characters at the most.")
            % {"longest_reason": LONGEST_REASON},
        )
    if not approved_by or len(approved_by) > LONGEST_NAME or not approved_by.isprintable():
        raise Refused(
            "no-approver",
            _("Name the clinician who approves it, %(longest_name)s characters at the most.")
            % {"longest_name": LONGEST_NAME},
        )
    return reason, approved_by


def _needed(draft: Draft) -> dict[str, str]:
    """The reasons that are still for something."""
    below = below_leaflet(Protocol.model_validate_json(draft.protocol), draft.settings)
    return {name: why.strip() for name, why in draft.reasons.items() if name in below}


def _create(clinic: Clinic, protocol_id: str, current: Edition | None, **values: Any) -> Edition:
    values["number"] = current.number + 1 if current else 1
    edition = Edition(clinic=clinic, protocol_id=protocol_id, **values)
    edition.save(force_insert=True)
    note(
        clinic,
        "edition-published",
        actor=edition.published_by,
        now=edition.published_at,
        protocol=protocol_id,
        number=edition.number,
        why=edition.reason,
        approved_by=edition.approved_by,
    )
    return edition
