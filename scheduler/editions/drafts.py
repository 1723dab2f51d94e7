"""The draft of a clinic's next edition: one at a time for each protocol, changed only by who has seen it."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.carry import merged
from scheduler.domain.edits.compare import Change, Version, changes
from scheduler.domain.edits.finding import of_setting
from scheduler.domain.edits.words import without_emptied
from scheduler.domain.protocol import Protocol
from scheduler.editions.current import current_edition
from scheduler.editions.files import find_protocol
from scheduler.editions.refused import Refused, Stale
from scheduler.editions.stale import what_changed
from scheduler.history import note
from scheduler.models import Clinic, Draft, Edition

LONGEST_REASON = 300


@dataclass(frozen=True)
class Renewed:
    """A draft on the current edition and today's file. `conflicts` were changed on both sides: ours stay."""

    draft: Draft
    conflicts: tuple[str, ...]


def file_of(stored: Edition | Draft) -> Protocol:
    """The protocol that an edition or a draft was made from, without the clinic's settings."""
    return Protocol.model_validate_json(stored.protocol)


def version_of(stored: Edition | Draft) -> Version:
    return Version(file_of(stored), stored.settings)


def find_draft(clinic: Clinic, protocol_id: str) -> Draft | None:
    """The open draft, if there is one."""
    own = Draft.objects.for_clinic(clinic).select_related("clinic", "base")
    return own.filter(protocol_id=protocol_id, is_open=True).first()


def get_draft(clinic: Clinic, protocol_id: str) -> Draft:
    """The open draft. Raises Refused."""
    draft = find_draft(clinic, protocol_id)
    if draft is None:
        raise Refused("no-draft", _("There is no draft; begin one first."))
    return draft


def start_draft(clinic: Clinic, protocol_id: str, *, actor: str, now: datetime) -> Draft:
    """Begin with the current edition's settings in today's protocol file.

    `file_changes` says what differs between that edition's file and today's. Raises UnknownProtocol, and
    Refused where there is a draft already.
    """
    file, current = find_protocol(protocol_id), current_edition(clinic, protocol_id)
    settings, reasons = (current.settings, current.reasons) if current else ({}, {})
    return open_draft(clinic, file, settings, reasons, actor=actor, now=now)


def file_changes(draft: Draft) -> tuple[Change, ...]:
    """What the draft's protocol file changes in the edition that it began with."""
    if draft.base is None:
        return ()
    return changes(
        Version(file_of(draft.base), draft.base.settings),
        Version(file_of(draft), draft.base.settings),
    )


def open_draft(
    clinic: Clinic,
    file: Protocol,
    settings: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
    **details: Any,
) -> Draft:
    """Open the clinic's draft with this content; `details` say where it came from. Raises Refused."""
    with transaction.atomic():
        lock(clinic)
        row = Draft.objects.for_clinic(clinic).filter(protocol_id=file.id).first()
        if row and row.is_open:
            raise Refused(
                "draft-exists",
                _("There is a draft already, last changed by %(changed_by)s; publish or discard it first.")
                % {"changed_by": row.changed_by},
            )
        draft = row or Draft(clinic=clinic, protocol_id=file.id, revision=0)
        draft.is_open, draft.base = True, current_edition(clinic, file.id)
        draft.protocol, draft.settings, draft.reasons = file.model_dump_json(), dict(settings), dict(reasons)
        base = draft.base.number if draft.base else None
        _save(draft, "draft-started", actor, now, base=base, **details)
    return draft


def change_draft(
    clinic: Clinic,
    protocol_id: str,
    settings: Mapping[str, str | None],
    *,
    reasons: Mapping[str, str] | None = None,
    seen_revision: int,
    actor: str,
    now: datetime,
) -> Draft:
    """Set names to texts (None: as the protocol has it), and reasons for lengths below the protocol's own.

    Where nothing differs the draft comes back as it was, with its revision. An emptied text is none. A reason
    belongs to its value: it goes when that changes. Raises Stale, and Refused with every setting that cannot
    be; texts that could not be sent are stored, and `check` names them.
    """
    with transaction.atomic():
        draft = locked(clinic, protocol_id, seen_revision)
        settings = without_emptied(settings)
        wanted = {name: text for name, text in {**draft.settings, **settings}.items() if text is not None}
        _refuse_wrong(draft, wanted)
        differs = {
            name: [draft.settings.get(name), wanted.get(name)]
            for name in settings
            if draft.settings.get(name) != wanted.get(name)
        }
        given = _reasons(draft, wanted, reasons or {}, differs)
        if not differs and given == draft.reasons:
            return draft
        why = {name: given[name] for name in given if given[name] != draft.reasons.get(name)}
        draft.settings, draft.reasons = wanted, given
        _save(draft, "draft-changed", actor, now, changes=differs, reasons=why)
    return draft


def as_if(draft: Draft, settings: Mapping[str, str | None], reasons: Mapping[str, str]) -> Draft:
    """The draft as `change_draft` would make it, to be checked; nothing is written."""
    wanted = {**draft.settings, **without_emptied(settings)}
    kept = {name: text for name, text in wanted.items() if text is not None}
    changed = copy(draft)
    changed.settings = kept
    changed.reasons = {name: why for name, why in {**draft.reasons, **reasons}.items() if name in kept}
    return changed


def renew_draft(
    clinic: Clinic, protocol_id: str, *, seen_revision: int, actor: str, now: datetime
) -> Renewed:
    """Carry what the draft changes over to the current edition and today's protocol file. Raises Stale."""
    with transaction.atomic():
        draft = locked(clinic, protocol_id, seen_revision)
        current = current_edition(clinic, protocol_id)
        base, theirs = (one.settings if one else {} for one in (draft.base, current))
        settings, conflicts = merged(base, draft.settings, theirs)
        why, their_why = (one.reasons if one else {} for one in (draft, current))
        draft.reasons = {
            name: reason
            for name, reason in {**their_why, **why}.items()
            if name in settings
            and (settings[name] == draft.settings.get(name) or settings[name] == theirs.get(name))
        }
        draft.base, draft.settings = current, settings
        draft.protocol = find_protocol(protocol_id).model_dump_json()
        number = current.number if current else None
        _save(draft, "draft-renewed", actor, now, base=number, conflicts=list(conflicts))
    return Renewed(draft, conflicts)


def discard_draft(clinic: Clinic, protocol_id: str, *, seen_revision: int, actor: str, now: datetime) -> None:
    """Close the draft without publishing it; its settings stay in the event. Raises Stale."""
    with transaction.atomic():
        draft = locked(clinic, protocol_id, seen_revision)
        draft.is_open = False
        _save(draft, "draft-discarded", actor, now, settings=draft.settings)


def lock(clinic: Clinic) -> None:
    """Whoever begins or publishes at once queues here: there is one draft, and numbers have no gap."""
    # Enrolments go on meanwhile: they only refer to the clinic.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def locked(clinic: Clinic, protocol_id: str, seen_revision: int) -> Draft:
    """The open draft, for this transaction alone. Raises Refused, and Stale if it is not as it was seen."""
    own = Draft.objects.for_clinic(clinic).filter(protocol_id=protocol_id)
    draft = own.select_for_update().first()
    if draft and draft.revision != seen_revision:
        raise Stale(what_changed(draft, seen_revision))
    if draft is None or not draft.is_open:
        raise Refused("no-draft", _("There is no draft; begin one first."))
    return draft


def _save(draft: Draft, kind: str, actor: str, now: datetime, **details: Any) -> None:
    """The next revision, with an event that names it."""
    draft.revision += 1
    draft.changed_by, draft.changed_at = actor, now
    draft.save()
    note(
        draft.clinic,
        kind,
        actor=actor,
        now=now,
        protocol=draft.protocol_id,
        revision=draft.revision,
        **details,
    )


def _refuse_wrong(draft: Draft, wanted: Mapping[str, str]) -> None:
    """What was wrong already (the file may have changed) does not stand in the way of other changes."""
    file = file_of(draft)
    before = {str(fault) for fault in apply(file, draft.settings)[1]}
    wrong = [of_setting(fault) for fault in apply(file, wanted)[1] if str(fault) not in before]
    if wrong:
        raise Refused("wrong-setting", " ".join(f"{one.name}: {one.sentence}" for one in wrong), wrong)


def _reasons(
    draft: Draft, wanted: Mapping[str, str], typed: Mapping[str, str], differs: Mapping[str, object]
) -> dict[str, str]:
    """Those that still belong to a value, and those that were typed now; an emptied one goes."""
    strangers = [name for name in typed if name not in wanted]
    if strangers:
        raise Refused(
            "no-such-setting",
            _("%(name)s is not set, so it needs no reason.") % {"name": strangers[0]},
        )
    if long := next((name for name, why in typed.items() if len(why) > LONGEST_REASON), None):
        raise Refused(
            "long-reason",
            _("%(name)s: a reason has %(longest_reason)s characters at the most.")
            % {"name": long, "longest_reason": LONGEST_REASON},
        )
    kept = {name: why for name, why in draft.reasons.items() if name in wanted and name not in differs}
    return {name: why.strip() for name, why in {**kept, **typed}.items() if why.strip()}
