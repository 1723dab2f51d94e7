"""Somebody who is not there: what a page is made of for a link that leads nowhere, and then thrown away.

Who tries links shall not learn from the time that an answer takes whether one of them is somebody's.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.clinic_values import with_settings
from scheduler.domain.pattern import course_of
from scheduler.domain.protocol import Protocol
from scheduler.domain.status import Status
from scheduler.editions import available_protocols
from scheduler.models import Clinic, Detail, Episode, Patient
from scheduler.plans import treatment_of
from scheduler.web.patient.plans import Plan, Planned

ZONE = "Europe/London"
#: no row has it
NO_ID = 0
IN_TREATMENT = timedelta(days=5)


def nobody(token: str, now: datetime) -> Patient:
    """A patient of a clinic that is not there either. Nothing of it is ever stored."""
    clinic = Clinic(
        pk=NO_ID,
        name="Nowhere",
        sms_name="Nowhere",
        timezone=ZONE,
        urgent_phone="+441632960000",
        urgent_hours="",
        out_of_hours_phone="",
        reply_to="nobody@example.com",
        detail=Detail.FULL,
    )
    return Patient(
        pk=NO_ID,
        clinic=clinic,
        mobile="+447700900000",
        email="nobody@example.com",
        page_token=token,
        planned_at=now,
    )


def plan_of_nobody(patient: Patient, now: datetime) -> Plan:
    """Somebody in the middle of a treatment, with as many messages as the protocol has."""
    protocol = _protocol()
    treated_at = now.replace(second=0, microsecond=0) - IN_TREATMENT
    episode = Episode(
        pk=NO_ID,
        clinic=patient.clinic,
        patient=patient,
        treated_at=treated_at,
        treated_local=localtime.to_wall(ZONE, treated_at).isoformat("T", "minutes"),
        timezone=ZONE,
        answers={name: next(iter(question.options)) for name, question in protocol.questions.items()},
        enrolled_at=treated_at,
        channels=list(patient.addresses),
        detail=Detail.FULL,
    )
    messages = [
        Planned(NO_ID, NO_ID, key, key, Status.SCHEDULED, now + timedelta(days=day), critical=False)
        for day, key in enumerate(protocol.messages)
    ]
    return Plan(episode, course_of(protocol, treatment_of(episode)), messages)


@lru_cache(maxsize=1)
def _protocol() -> Protocol:
    """The first that the clinics can choose, with what a clinic has to say left out."""
    protocol = next(iter(available_protocols().values()))
    return with_settings(protocol, dict.fromkeys(protocol.missing_settings(), "omit"))
