"""What is wrong with a draft, and what somebody should know before publishing it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.finding import fault
from scheduler.domain.edits.findings import Finding, findings
from scheduler.domain.protocol import Protocol
from scheduler.editions.current import current_edition, protocol_of
from scheduler.editions.drafts import file_of
from scheduler.editions.files import available_protocols
from scheduler.editions.kept import faults_of_kept
from scheduler.models import Draft


@dataclass(frozen=True)
class Checked:
    """A draft's protocol with all its settings that can be, and every finding about it.

    A finding without a name is about the draft as a whole.
    """

    draft: Draft
    protocol: Protocol
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.is_fault)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if not one.is_fault)


def check(draft: Draft) -> Checked:
    """Look at a draft as it is now, beside the current edition and today's protocol file."""
    file = file_of(draft)
    found = findings(file, draft.settings, reasons=draft.reasons, zone=draft.clinic.timezone)
    protocol = apply(file, draft.settings)[0]
    lost = _lost(draft, protocol)
    return Checked(draft, protocol, (*_stale(draft), *lost, *found, *_other_file(draft, file)))


def _stale(draft: Draft) -> Iterator[Finding]:
    current = current_edition(draft.clinic, draft.protocol_id)
    if current and current.pk != draft.base_id:
        sentence = (
            _(
                "edition %(number)s was published since, by %(who)s, and this draft began with "
                "edition %(base)s: renew it to carry its changes over"
            )
            if draft.base
            else _(
                "edition %(number)s was published since, by %(who)s, and this draft began with "
                "no edition: renew it to carry its changes over"
            )
        )
        base = draft.base.number if draft.base else None
        told = {"number": current.number, "who": current.published_by, "base": base}
        yield fault("", "stale-base", sentence % told)


def _lost(draft: Draft, protocol: Protocol) -> Iterator[Finding]:
    current = current_edition(draft.clinic, draft.protocol_id)
    if current:
        yield from faults_of_kept(protocol_of(current), protocol)


def _other_file(draft: Draft, file: Protocol) -> Iterator[Finding]:
    today = available_protocols().get(draft.protocol_id)
    if today is None:
        yield fault("", "no-file", _("the protocol's file is no longer there"))
    elif today != file:
        yield Finding(
            "",
            "other-file",
            _("The protocol's file is not the one that this draft has; renew the draft to take today's."),
        )
