"""A reminder with everything that is needed to decide about it, to write its text and to send it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from scheduler.domain.message import Contact
from scheduler.domain.protocol import Protocol
from scheduler.editions import protocol_of
from scheduler.enrolment import contact_of
from scheduler.models import Clinic, Edition, Episode, Patient, Reminder
from scheduler.opt_outs import Recipient


class Home:
    """What all rows of one clinic and edition have in common, worked out once for a batch."""

    def __init__(self, clinic: Clinic, edition: Edition) -> None:
        self.clinic, self.edition = clinic, edition

    @cached_property
    def protocol(self) -> Protocol:
        return protocol_of(self.edition)

    @cached_property
    def contact(self) -> Contact:
        return contact_of(self.clinic)


@dataclass(frozen=True)
class Row:
    reminder: Reminder
    home: Home

    @property
    def clinic(self) -> Clinic:
        return self.home.clinic

    @property
    def edition(self) -> Edition:
        return self.home.edition

    @property
    def protocol(self) -> Protocol:
        return self.home.protocol

    @cached_property
    def episode(self) -> Episode:
        return self.reminder.episode

    @cached_property
    def patient(self) -> Patient:
        return self.episode.patient

    @cached_property
    def ways(self) -> tuple[Recipient, ...]:
        """The ways to the patient that were agreed on, the preferred first, but what was tried in vain."""
        known, vain = self.patient.addresses, self.reminder.not_by
        kinds = [kind for kind in self.episode.channels if kind in known and kind != vain]
        return tuple(Recipient(self.clinic, kind, known[kind]) for kind in kinds)


def load(ids: Sequence[int]) -> list[Row]:
    """The rows as they are now, in the order of `ids`; three queries, whatever their number."""
    found = Reminder.objects.across_clinics().select_related("episode__patient").in_bulk(ids)
    clinics = Clinic.objects.select_related("sender").in_bulk({r.clinic_id for r in found.values()})
    # The protocol is large, and `protocol_of` reads it only for an edition that it has not seen.
    editions = (
        Edition.objects.across_clinics()
        .defer("protocol")
        .in_bulk({r.episode.edition_id for r in found.values()})
    )
    home = cache(lambda clinic, edition: Home(clinics[clinic], editions[edition]))
    reminders = [found[i] for i in ids if i in found]
    return [Row(r, home(r.clinic_id, r.episode.edition_id)) for r in reminders]
