"""A call with a patient, or about one: who it was with and what was said, for whoever takes the next one."""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.loaded import find
from scheduler.changes.refused import Refused
from scheduler.history import note
from scheduler.models import Clinic, Event
from scheduler.plans.renewal import lock

RECORDED = "call-recorded"
LONGEST_CALLER = 120
LONGEST_SAID = 2000
#: the same words from the same person within it are a second click
TWICE = timedelta(minutes=1)
UNREADABLE = gettext_lazy("This has characters that cannot be shown. Type it again.")


@transaction.atomic
def record_call(
    clinic: Clinic, episode_id: int, now: datetime, *, actor: str, caller: str, said: str
) -> bool:
    """Keep it as an event. False: it is there already. Raises Refused with a sentence per field."""
    caller = " ".join(caller.split())
    said = "\n".join(line.rstrip() for line in said.strip().splitlines())
    faults = {
        "caller": _fault(caller, LONGEST_CALLER, _("Say who was on the phone.")),
        "said": _fault(said, LONGEST_SAID, _("Say what was said.")),
    }
    if any(faults.values()):
        raise Refused("wrong-input", {field: fault for field, fault in faults.items() if fault})
    lock([find(clinic, episode_id).patient_id])
    episode, words = find(clinic, episode_id), {"caller": caller, "said": said}
    same = Event.objects.for_clinic(clinic).filter(
        kind=RECORDED, episode=episode, actor=actor, at__gt=now - TWICE
    )
    if any(event.details == words for event in same):
        return False
    note(clinic, RECORDED, actor=actor, now=now, episode=episode, caller=caller, said=said)
    return True


def _fault(text: str, longest: int, missing: str) -> str:
    if not text:
        return missing
    if len(text) > longest:
        said = _("This is %(number)s characters long; %(longest)s is the most.")
        return said % {"number": len(text), "longest": longest}
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in text):
        return str(UNREADABLE)
    return ""
