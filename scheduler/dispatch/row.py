"""A reminder with everything that is needed to decide about it, to write its text and to send it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.domain.protocol import Protocol
from scheduler.editions import protocol_of
from scheduler.models import Clinic, Edition, Episode, Patient, Reminder


@dataclass(frozen=True)
class Row:
    reminder: Reminder
    clinic: Clinic
    edition: Edition

    @property
    def episode(self) -> Episode:
        return self.reminder.episode

    @property
    def patient(self) -> Patient:
        return self.reminder.episode.patient

    @cached_property
    def protocol(self) -> Protocol:
        return protocol_of(self.edition)


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
    reminders = [found[i] for i in ids if i in found]
    return [Row(r, clinics[r.clinic_id], editions[r.episode.edition_id]) for r in reminders]
