"""What a clinic says of itself: how patients reach it, its zone, the name in front of every text."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from scheduler.clinics import Refused
from scheduler.history import note
from scheduler.models import Clinic

FIELDS = (
    "name", "sms_name", "timezone", "urgent_phone", "reply_to", "website", "emergency_number",
)  # fmt: skip
#: what every text and page names; without them the plans that run could say nothing any more
NAMED = {
    "urgent_phone": gettext_lazy("Texts name it: give another number, it cannot be left out."),
    "reply_to": gettext_lazy("Texts name it: give another address, it cannot be left out."),
}


@transaction.atomic
def change(clinic: Clinic, values: Mapping[str, str], *, actor: str, now: datetime) -> tuple[str, ...]:
    """Store checked values and tell what was there before; return the names of those that changed.

    Raises Refused where something is left out that texts name.
    """
    stored = Clinic.objects.select_for_update().get(pk=clinic.pk)
    emptied = {name: why for name, why in NAMED.items() if getattr(stored, name) and not values[name].strip()}
    if emptied:
        raise Refused(emptied)
    changed = {
        name: [getattr(stored, name), values[name]]
        for name in FIELDS
        if values[name] != getattr(stored, name)
    }
    if changed:
        for name, (_, new) in changed.items():
            setattr(stored, name, new)
        stored.save(update_fields=list(changed))
        note(clinic, "settings-changed", actor=actor, now=now, changed=changed)
    return tuple(changed)
