"""Short ways to a draft. Names are written with two underscores for a dot."""

from datetime import timedelta
from typing import Any

from scheduler.editions import change_draft, publish_draft, start_draft
from scheduler.models import Clinic, Draft, Edition
from tests.enrolment.clinics import NOW, PROTOCOL

JO, SAM = "jo@example.com", "sam@example.com"


def begin(clinic: Clinic, actor: str = JO) -> Draft:
    return start_draft(clinic, PROTOCOL, actor=actor, now=NOW)


def change(
    clinic: Clinic, seen: int, actor: str = JO, why: dict[str, str] | None = None, **settings: Any
) -> Draft:
    dotted = {name.replace("__", "."): text for name, text in settings.items()}
    now = NOW + timedelta(minutes=seen)
    return change_draft(clinic, PROTOCOL, dotted, reasons=why, seen_revision=seen, actor=actor, now=now)


def publish(clinic: Clinic, seen: int, **values: Any) -> Edition:
    usual = {"reason": "Longer wear.", "approved_by": "Dr Example", "actor": JO, "now": NOW}
    return publish_draft(clinic, PROTOCOL, seen_revision=seen, **(usual | values))
