"""The patient's other treatments, for the texts of those who have any: few do."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from scheduler.dispatch.row import Row
from scheduler.domain.message import Part
from scheduler.models import Reminder
from scheduler.plans.view import View, guests_of, parts_of, views


class Company(NamedTuple):
    """A reminder among the patient's treatments, with the `guests` that it carries for others of them."""

    reminder: Reminder
    view: View
    guests: list[Reminder]

    def parts(self, at: datetime) -> list[Part]:
        """What each treatment says in its text. Raises one of UNREADABLE where a row holds nonsense."""
        return parts_of(self.reminder, self.view, self.guests, at)


def company_of(rows: Iterable[Row]) -> dict[int, Company]:
    """Those of the rows with another treatment beside theirs, by the reminder's id; a few queries for all."""
    several = {row.reminder.pk: row.edition for row in rows if row.patient.has_company}
    if not several:
        return {}
    found = Reminder.objects.across_clinics().select_related("episode").in_bulk(several)
    seen = views((one.episode for one in found.values()), {one.pk: one for one in several.values()})
    guests = guests_of(found.values(), seen)
    return {pk: Company(one, seen[one.episode_id], guests.get(pk, [])) for pk, one in found.items()}
