"""What the API takes and gives. Instants it gives are UTC; `local` is the wall clock of the clinic's zone."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StrictInt

from scheduler.enrolment import Enrolment
from scheduler.models import Clinic


class Asked(Schema):
    """A treatment: which, when, and what was answered."""

    model_config = ConfigDict(extra="forbid", str_max_length=500)

    protocol: str = Field(examples=["microsclerotherapy"])
    treated: str = Field(
        description="when the treatment ended: on the clinic's wall clock, or with an offset",
        examples=["2026-11-20T15:00", "2026-11-20T15:00:00+00:00"],
    )
    fold: Literal["", "first", "second"] = Field(
        "", description="which of the two, where the clocks went back and showed that time twice"
    )
    answers: dict[str, str] = Field({}, max_length=50, examples=[{"area": "small"}])
    site: str = Field("", description="left, right or both; empty: not given")
    detail: Literal["", "full", "minimal"] = Field(
        "",
        description="how much its texts say; minimal: that there is a reminder, and the link to the "
        "patient's page. Empty: as the clinic has it",
    )
    language: str = Field("", description="the patient's, where it is shipped; empty: not said")
    fewer_texts: bool = Field(False, description="only those that nobody should do without")
    patient: StrictInt | str = Field(
        "",
        description="the number of the patient's record, or `new`; empty: not said, refused with a question "
        "where a record of that name has the same number or email address",
        examples=["new", 12],
    )

    def for_clinic(self, clinic: Clinic) -> Enrolment:
        return Enrolment(
            clinic=clinic,
            protocol_id=self.protocol,
            name="",
            mobile="",
            email="",
            treated=self.treated,
            answers=self.answers,
            site=self.site,
            fold=self.fold,
            patient=str(self.patient),
            detail=self.detail,
            fewer_texts=self.fewer_said,
            language=self.language,
        )

    @property
    def fewer_said(self) -> str:
        return "yes" if self.fewer_texts else ""


class AskedEnrolment(Asked):
    """A patient to enrol."""

    name: str
    mobile: str = Field("", examples=["07700 900123"])
    email: str = Field("", examples=["sam@example.com"])
    channels: tuple[str, ...] = Field(
        max_length=5, description="what the patient permits, the preferred first", examples=[["sms", "email"]]
    )
    late_confirmed: bool = Field(False, description="a treatment more than 24 hours ago has to be confirmed")

    def for_clinic(self, clinic: Clinic) -> Enrolment:
        return Enrolment(
            clinic=clinic,
            protocol_id=self.protocol,
            name=self.name,
            mobile=self.mobile,
            email=self.email,
            treated=self.treated,
            answers=self.answers,
            channels=self.channels,
            site=self.site,
            late_confirmed=self.late_confirmed,
            fold=self.fold,
            patient=str(self.patient),
            detail=self.detail,
            fewer_texts=self.fewer_said,
            language=self.language,
        )


class PhaseOut(Schema):
    """A rule that holds over an interval; `ends_at` is exclusive, and null where there is no end."""

    id: str
    kind: str
    scope: str
    label: str
    starts_at: datetime
    ends_at: datetime | None
    first_day: int
    last_day: int | None
    at_least: bool
    statements: tuple[str, ...]
    decided_by: int = Field(description="the episode that gives the end; 0: the one that is previewed")


class PlannedOut(Schema):
    """A reminder that would be sent, with its text."""

    key: str
    label: str
    day: int
    due_at: datetime
    local: str
    send_by: datetime
    critical: bool
    sms: str
    segments: int
    statements: tuple[str, ...]


class ReminderOut(Schema):
    """A reminder of an enrolled patient, and where it stands."""

    key: str
    due_at: datetime
    local: str
    send_by: datetime
    critical: bool
    status: str
    status_reason: str
    decided_by: int | None = Field(description="superseded or folded: the episode whose treatment decides")
    into: str | None = Field(description="folded: the key of the text that carries it")


class TimelineOut(Schema):
    """What enrolling would plan, a sentence for each message that is not sent on its own, and warnings.

    `effects` are sentences on what changes for the patient's treatments that are running.
    """

    protocol: str
    treated_at: datetime
    timezone: str
    answers: dict[str, str]
    phases: list[PhaseOut]
    reminders: list[PlannedOut]
    not_sent: tuple[str, ...]
    effects: tuple[str, ...]
    warnings: tuple[str, ...]
    late: bool = Field(description="so long ago that enrolling asks for `late_confirmed`")


class EpisodeOut(Schema):
    """An enrolled patient's treatment."""

    id: int
    patient: int
    protocol: str
    edition: int
    treated_at: datetime
    timezone: str
    answers: dict[str, str]
    site: str
    channels: list[str]
    detail: str
    fewer_texts: bool
    state: str
    outbox_only: bool
    phases: list[PhaseOut]
    reminders: list[ReminderOut]


class Faults(Schema):
    """Why nothing was done: a sentence for each field.

    `which-patient` asks for `patient`, which is one of `patients` or `new`.
    """

    faults: dict[str, str]
    code: Literal["refused", "which-patient", "conflict"] = "refused"
    patients: tuple[int, ...] = ()


class Fault(Schema):
    """Why nothing was done."""

    detail: str
